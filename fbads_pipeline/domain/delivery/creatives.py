"""Creatives: ads with one picture or video are one, with figures, and a verdict where there is enough to say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.scoring.ads import AdFigures, AdWindow, Fatigue, fatigue_of

Verdict = Literal["best", "worst", "unclear", "too_little"]
# Conversions that the account's own rate would give for its spend; below that nothing is said of a creative.
FEWEST_EXPECTED = 3.0
# The account's rate counts like so many conversions: a creative moves away from it by its own evidence.
PRIOR_CONVERSIONS = 2.0
# The verdict is right in nine of ten cases where the counts are Poisson.
CONFIDENCE = 0.9


@dataclass(frozen=True)
class Creative:
    """One picture, video or text, whatever number of ads use it. key: `image:<hash>`, `video:<id>` or `creative:<id>`.

    Figures are sums over its ads and the days asked for; None: Meta did not report it of one of them. recent, before:
    the last week of them and the days before it; has_picture: whether its bytes are kept.
    """

    account_id: str
    key: str
    title: str | None
    body: str | None
    call_to_action: str | None
    link: str | None
    kind: str | None
    instagram_permalink: str | None
    story_id: str | None
    ads: int
    has_picture: bool
    currency: str | None = None
    spend: Decimal | None = None
    impressions: Decimal | None = None
    clicks: Decimal | None = None
    conversions: Decimal | None = None
    seen_at: datetime | None = None
    verdict: Verdict = "too_little"
    recent: AdWindow | None = None
    before: AdWindow | None = None

    @property
    def fatigue(self) -> Fatigue:
        """Whether people see it more often and respond less, as of one ad; it says so only where both windows are
        enough to tell it from chance."""
        if self.recent is None or self.before is None:
            return "too little data"
        return fatigue_of(AdFigures(self.key, self.title, self.recent, self.before))

    @property
    def cost_per_conversion(self) -> Decimal | None:
        """None where a part is not known, or nothing converted."""
        return self.spend / self.conversions if self.spend is not None and self.conversions else None

    @property
    def click_rate(self) -> Decimal | None:
        """None where a part is not known, or nothing was shown."""
        return self.clicks / self.impressions if self.clicks is not None and self.impressions else None


def with_verdicts(creatives: Sequence[Creative]) -> list[Creative]:
    """Of one account. best, worst: its conversions per unit spent lie above, or below, what all of them have together,
    with nine chances in ten; creatives that Meta did not report wholly are left out of the comparison.

    Gamma-Poisson: conversions of a creative are Poisson with rate × spend, the rate's prior is the account's own.
    """
    known = [one for one in creatives if one.spend and one.spend > 0 and one.conversions is not None]
    spend = sum((float(one.spend or 0) for one in known), 0.0)
    conversions = sum((float(one.conversions or 0) for one in known), 0.0)
    if spend <= 0 or conversions <= 0 or len(known) < 2:
        return [replace(one, verdict="too_little") for one in creatives]
    return [replace(one, verdict=_verdict(one, conversions / spend)) for one in creatives]


def _verdict(one: Creative, usual: float) -> Verdict:
    # scipy is heavy: imported where it is needed.
    from scipy.stats import gamma  # type: ignore[import-untyped, unused-ignore]

    if one.spend is None or one.conversions is None or float(one.spend) * usual < FEWEST_EXPECTED:
        return "too_little"
    shape = PRIOR_CONVERSIONS + float(one.conversions)
    exposure = PRIOR_CONVERSIONS / usual + float(one.spend)
    below = float(gamma.cdf(usual, shape, scale=1 / exposure))
    return "best" if below < 1 - CONFIDENCE else "worst" if below > CONFIDENCE else "unclear"
