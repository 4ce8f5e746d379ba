"""Looks at the landing pages of active ads, each distinct link once an hour at most."""

from collections import Counter
from datetime import timedelta

from fbads_pipeline.domain.delivery.links import judge
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.delivery import LandingPageCheck, Links

MOST_AT_ONCE = 300
# A little less than an hour, so that an hourly run finds what it looked at an hour ago.
LOOKED_AT_AGAIN_AFTER = timedelta(minutes=55)


def check_links(links: Links, pages: LandingPageCheck, clock: Clock) -> dict[str, int]:
    """State → how many links of this run have it. What does not answer well is asked a second time before it counts."""
    now = clock.now()
    found: Counter[str] = Counter()
    for url in links.due(checked_before=now - LOOKED_AT_AGAIN_AFTER, most=MOST_AT_ONCE):
        check = judge(url, pages.ask(url))
        if check.state in ("down", "slow"):
            check = judge(url, pages.ask(url))
        links.keep(url, check, now=now)
        found[check.state] += 1
    return dict(found)
