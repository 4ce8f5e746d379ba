"""The figures of every ad of an account on a day, as they stood at an instant: a pure function, vectorised over ads.

What a day will have been in the end is drawn first, from (seed, account, day); `now` then only says how much of it is
known. Today grows with the hours, delivery is restated by up to 2 % for 3 days, conversions keep arriving for 28.
"""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.sandbox.figures.delivery import AdDelivery
from fbads_pipeline.sandbox.world.clock import day_end, day_start
from fbads_pipeline.sandbox.world.injected_anomalies import InjectedAnomaly
from fbads_pipeline.sandbox.world.world import SandboxAccount

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
# Disjoint, hence addable, in this order; money in minor units. `reach` is kept apart, it does not add up.
COLUMNS = (
    "impressions",
    "link",
    "other",
    "spend",
    "purchases_click",
    "purchases_view",
    "value_click",
    "value_view",
    "leads_click",
    "leads_view",
    "leads_on_site",
    "carts",
    "landings",
)
AT = {name: position for position, name in enumerate(COLUMNS)}
WEEKDAYS = (1.0, 1.02, 1.0, 0.98, 1.05, 1.12, 1.08)
HOURS = (2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 6, 5, 5, 5, 5, 6, 7, 8, 8, 6, 4)
AT_ONCE, WITHIN_A_DAY, LATER = 0.35, 0.50, 0.15
RESTATED_DAYS, ARRIVING_DAYS = 3.0, 26.5
RESTATED_BY = 0.02
VIEW_SHARE = 0.15
DRAWS = 20


@dataclass(frozen=True)
class KnownShare:
    """How much of a day is known at an instant, each from 0 to 1."""

    delivered: float
    settled: float
    arrived: float


def known_at(zone: str, day: date, slot: datetime) -> KnownShare:
    end = day_end(zone, day)
    delivered = float(hours_delivered(zone, day, slot).sum()) / sum(HOURS)
    after = max(0.0, (slot - end).total_seconds() / 86_400)
    late = min(1.0, max(0.0, (after - 1.0) / (ARRIVING_DAYS - 1.0)))
    arrived = 1.0 if late == 1.0 else AT_ONCE * delivered + WITHIN_A_DAY * min(1.0, after) + LATER * late
    return KnownShare(delivered, min(1.0, after / RESTATED_DAYS), arrived)


def hours_delivered(zone: str, day: date, slot: datetime) -> Floats:
    """What each of the day's 24 hours weighs at the instant, of sum(HOURS); a day of 23 or 25 hours is stretched."""
    start, end = day_start(zone, day), day_end(zone, day)
    share = min(1.0, max(0.0, (slot - start) / (end - start)))
    weights: Floats = np.clip(share * 24.0 - np.arange(24), 0.0, 1.0) * np.array(HOURS)
    return weights


def day_figures(
    seed: int,
    account: SandboxAccount,
    delivery: AdDelivery,
    anomalies: list[InjectedAnomaly],
    day: date,
    slot: datetime,
) -> Ints:
    """Shape (columns, ads), in the order of COLUMNS."""
    traits = account.traits
    ads = len(traits.impressions)
    known = known_at(account.zone, day, slot)
    if known.delivered == 0.0:
        return np.zeros((len(COLUMNS), ads), dtype=np.int64)
    draws = np.random.default_rng([seed, account.index, day.toordinal()]).random((ads, DRAWS)).T
    factors = _factors(ads, anomalies, day)
    final = _final_impressions(account, delivery, day, draws, factors)
    shown = final * known.delivered * (1 + RESTATED_BY * (2 * draws[2] - 1) * (1 - known.settled))
    impressions = np.floor(shown + draws[3] * (final > 0))
    ctr = traits.ctr * factors["ctr"] * (0.93 + 0.14 * draws[4])
    clicks_per = ctr * traits.link_share
    link = np.minimum(np.floor(impressions * clicks_per + draws[5]), impressions)
    other = np.minimum(np.floor(impressions * (ctr - clicks_per) + draws[6]), impressions - link)
    cpm = traits.cpm_minor * factors["cpm"] * (0.95 + 0.1 * draws[7])
    spend = np.floor(impressions * cpm / 1000 + draws[8])
    expected = np.floor(final * clicks_per) * factors["conversions"]
    late_credits = _late_credits(account, delivery, day, draws) & (factors["conversions"] > 0)
    delivered = np.stack((impressions, link, other, spend)) * ~late_credits * (impressions > 0)
    conversions = _conversions(account, expected, late_credits, draws, known.arrived)
    carts = np.floor(delivered[1] * 0.12 * factors["tracking"] + draws[18])
    landings = np.floor(delivered[1] * 0.82 * factors["tracking"] + draws[19])
    seen = np.stack((np.minimum(carts, delivered[1]), np.minimum(landings, delivered[1])))
    return np.concatenate((delivered, conversions, seen)).astype(np.int64)


def ad_reach(account: SandboxAccount, impressions: Ints) -> Ints:
    """People reached, per ad: at least one, at most one per impression."""
    return np.minimum(np.ceil(impressions * account.traits.overlap), impressions).astype(np.int64)


def _factors(ads: int, anomalies: list[InjectedAnomaly], day: date) -> dict[str, Floats]:
    factors = {name: np.ones(ads) for name in ("impressions", "ctr", "cpm", "conversions", "tracking")}
    for anomaly in anomalies:
        if anomaly.is_on(day):
            for name, factor in anomaly.factors(day).items():
                factors[name][anomaly.ads()] *= factor
    return factors


def _final_impressions(
    account: SandboxAccount, delivery: AdDelivery, day: date, draws: Floats, factors: dict[str, Floats]
) -> Floats:
    noise = np.exp(0.18 * _normal(draws[0], draws[1]))
    season = WEEKDAYS[day.weekday()] * (1 + 0.08 * np.sin(day.timetuple().tm_yday / 365.25 * 2 * np.pi))
    expected = account.traits.impressions * season * noise * delivery.scale(day) * factors["impressions"]
    final: Floats = np.floor(expected * delivery.is_on(day))
    return final


def _late_credits(account: SandboxAccount, delivery: AdDelivery, day: date, draws: Floats) -> NDArray[np.bool_]:
    """Ads without delivery on the day that are nevertheless credited with a conversion of an earlier click."""
    before = delivery.is_on(date.fromordinal(day.toordinal() - 7))
    chance = np.where(delivery.is_on(day), 0.002, 0.06)
    converts = account.traits.purchases_per_link + account.traits.leads_per_link > 0
    late_credits: NDArray[np.bool_] = before & converts & (draws[9] < chance)
    return late_credits


def _conversions(
    account: SandboxAccount, expected: Floats, late_credits: NDArray[np.bool_], draws: Floats, arrived: float
) -> Floats:
    """Purchases and leads by click and by view, with the purchases' value: from `purchases_click` on."""
    traits = account.traits
    purchases = poisson(expected * traits.purchases_per_link * ~late_credits, draws[10])
    leads = poisson(expected * traits.leads_per_link * ~late_credits, draws[11])
    sells = traits.purchases_per_link >= traits.leads_per_link
    purchases, leads = purchases + (late_credits & sells), leads + (late_credits & ~sells)
    purchases_view = np.floor(purchases * VIEW_SHARE + draws[12] * 0.999) * ~late_credits
    leads_view = np.floor(leads * VIEW_SHARE + draws[13] * 0.999) * ~late_credits
    on_site = np.floor((leads - leads_view) * 0.25 + draws[14] * 0.999) * ~late_credits
    parts = np.stack((purchases - purchases_view, purchases_view, leads - leads_view - on_site, leads_view, on_site))
    shown = np.floor(parts * arrived + draws[15] * 0.999) * (parts > 0)
    order_value = traits.order_value_minor * (0.85 + 0.3 * draws[16])
    values = np.floor(shown[:2] * order_value)
    return np.concatenate((shown[:2], values, shown[2:]))


def poisson(expected: Floats, uniform: Floats) -> Floats:
    """Poisson counts by inversion: one draw each, so that a neighbour's rate moves nobody else's count."""
    counts = np.zeros_like(expected)
    probability = np.exp(-expected)
    reached = probability.copy()
    for count in range(1, 200):
        more = uniform > reached
        if not more.any():
            break
        counts += more
        probability = probability * expected / count
        reached = reached + probability
        if count > 3 * float(expected.max()) + 20:
            break
    return counts


def _normal(first: Floats, second: Floats) -> Floats:
    normal: Floats = np.sqrt(-2.0 * np.log(1.0 - first)) * np.cos(2 * np.pi * second)
    return normal
