"""Ads of one campaign: which are tired, which convert best and worst. Shown to people; nothing acts on it by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import erf, log, sqrt
from typing import Literal

Fatigue = Literal["tired", "steady", "too little data"]
Place = Literal["best", "worst"]

RECENT_DAYS, BEFORE_DAYS = 7, 21
# Below these a week says nothing of a rate: 63 expected clicks show a halving of the CTR at a standard score of 4.4.
LEAST_IMPRESSIONS, LEAST_CLICKS, LEAST_CONVERSIONS = 1_000, 50, 10
# An ad is tired where people see it more often by so much, and its CTR or CPA is worse by so much, beyond chance.
FREQUENCY_RISE, CTR_FALL, CPA_RISE = Decimal("1.10"), Decimal("0.85"), Decimal("1.15")
_Z_99 = 2.326
# Daily rates vary beyond counting: never less than this deviation of a log ratio, and counts divided by a dispersion.
_LEAST_DEVIATION, _DISPERSION = 0.10, 2.0
# Conversions of the campaign's own rate that every ad has to begin with.
_PRIOR_CONVERSIONS = 2.0
# P(the ad converts at a lower cost than the others together) from which it is called the best; the worst: 1 - SURE.
SURE = 0.9


@dataclass(frozen=True)
class AdWindow:
    """Sums of some days; None where Meta did not report the figure on one of them.

    frequency: impressions per person and day.
    """

    impressions: int | None
    clicks: int | None
    spend: Decimal
    conversions: Decimal | None
    frequency: Decimal | None

    @property
    def ctr(self) -> Decimal | None:
        """Clicks per impression."""
        return None if not self.impressions or self.clicks is None else Decimal(self.clicks) / self.impressions

    @property
    def cpa(self) -> Decimal | None:
        """Spend per conversion."""
        return self.spend / self.conversions if self.conversions else None


@dataclass(frozen=True)
class AdFigures:
    """An ad in the last RECENT_DAYS complete days and the BEFORE_DAYS before them."""

    ad_id: str
    name: str | None
    recent: AdWindow
    before: AdWindow


@dataclass(frozen=True)
class AdAssessment:
    """p_better: probability that its conversions cost less than those of the campaign's other ads together, None where
    that cannot be known."""

    figures: AdFigures
    fatigue: Fatigue
    p_better: float | None
    place: Place | None = None


def assess_ads(ads: Sequence[AdFigures]) -> list[AdAssessment]:
    """One per ad, in their order; at most one best and one worst, and neither where chance may have chosen it."""
    chances = [_p_better(place, ads) for place in range(len(ads))]
    known = [one for one in chances if one is not None]
    best, worst = max(known, default=0.0), min(known, default=1.0)
    found = []
    for ad, chance in zip(ads, chances, strict=True):
        place: Place | None = None
        if chance is not None and chance == best and best >= SURE:
            place = "best"
        elif chance is not None and chance == worst and worst <= 1 - SURE:
            place = "worst"
        found.append(AdAssessment(ad, fatigue_of(ad), chance, place))
    return found


def fatigue_of(ad: AdFigures) -> Fatigue:
    """Whether people see the ad more often and respond less: a rising frequency together with a falling CTR or a rising
    CPA, both beyond chance."""
    recent, before = ad.recent, ad.before
    if recent.frequency is None or before.frequency is None or not before.frequency or not _has_clicks(recent, before):
        return "too little data"
    if recent.frequency < before.frequency * FREQUENCY_RISE:
        return "steady"
    return "tired" if _ctr_fell(recent, before) or _cpa_rose(recent, before) else "steady"


def _has_clicks(*windows: AdWindow) -> bool:
    return all(
        (one.impressions or 0) >= LEAST_IMPRESSIONS and one.clicks is not None and one.clicks >= LEAST_CLICKS
        for one in windows
    )


def _ctr_fell(recent: AdWindow, before: AdWindow) -> bool:
    if not recent.ctr or not before.ctr or not recent.clicks or not before.clicks:
        return False
    deviation = max(sqrt(1 / recent.clicks + 1 / before.clicks), _LEAST_DEVIATION)
    ratio = recent.ctr / before.ctr
    return ratio <= CTR_FALL and log(ratio) / deviation <= -_Z_99


def _cpa_rose(recent: AdWindow, before: AdWindow) -> bool:
    if not recent.conversions or not before.conversions or recent.cpa is None or before.cpa is None:
        return False
    if min(recent.conversions, before.conversions) < LEAST_CONVERSIONS or not before.cpa:
        return False
    deviation = sqrt(_DISPERSION / float(recent.conversions) + _DISPERSION / float(before.conversions))
    ratio = recent.cpa / before.cpa
    return ratio >= CPA_RISE and log(ratio) / deviation >= _Z_99


def _p_better(place: int, ads: Sequence[AdFigures]) -> float | None:
    """Normal approximation of the log ratio of two Gamma posteriors of conversions per unit of spend, the ad's against
    the others': its variance is 1 / a + 1 / b with shapes a and b."""
    totals = [_total(one) for one in ads]
    own = totals[place]
    others = [one for other, one in enumerate(totals) if other != place and one is not None]
    if own is None or not others:
        return None
    conversions, spend = own
    rest, rest_spend = sum(one for one, _ in others), sum(one for _, one in others)
    if spend <= 0 or rest_spend <= 0 or conversions + rest < LEAST_CONVERSIONS:
        return None
    rate = (conversions + rest) / (spend + rest_spend)
    shape, rest_shape = (one / _DISPERSION + _PRIOR_CONVERSIONS for one in (conversions, rest))
    exposure, rest_exposure = (one / _DISPERSION + _PRIOR_CONVERSIONS / rate for one in (spend, rest_spend))
    z = log((shape / exposure) / (rest_shape / rest_exposure)) / sqrt(1 / shape + 1 / rest_shape)
    return 0.5 * (1 + erf(z / sqrt(2)))


def _total(ad: AdFigures) -> tuple[float, float] | None:
    """Conversions and spend of both windows; None where the conversions were not reported."""
    if ad.recent.conversions is None or ad.before.conversions is None:
        return None
    return float(ad.recent.conversions + ad.before.conversions), float(ad.recent.spend + ad.before.spend)
