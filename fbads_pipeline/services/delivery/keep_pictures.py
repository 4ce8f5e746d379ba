"""Fetches the pictures of creatives and keeps them: Meta's addresses expire."""

from dataclasses import dataclass
from datetime import timedelta

from fbads_pipeline.domain.delivery.pictures import PictureRefused
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.delivery import Creatives, Pictures

# In an hour's run: a few minutes of it, one picture after the other.
MOST_AT_ONCE = 1000
TRIED_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class PictureReport:
    """How many pictures one run kept, and how many it could not keep."""

    kept: int
    refused: int


def keep_pictures(creatives: Creatives, pictures: Pictures, clock: Clock) -> PictureReport:
    """At most so many at once, of every account in turn the newest creatives; what was refused again a day later."""
    now, kept, refused = clock.now(), 0, 0
    for account_id, key, url in creatives.without_picture(tried_before=now - TRIED_AGAIN_AFTER, most=MOST_AT_ONCE):
        try:
            creatives.keep(account_id, key, pictures.fetch(url), now=now)
            kept += 1
        except PictureRefused as reason:
            creatives.keep(account_id, key, str(reason), now=now)
            refused += 1
    return PictureReport(kept, refused)
