"""The figures of every ad of an account on a day, as they stood at an instant: a pure function, vectorised over ads.

What a day will have been in the end is drawn first, from (seed, account, day); `now` then only says how much of it is
known. Today grows with the hours, delivery is restated by up to 2 % for 3 days, conversions keep arriving for 28.
"""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.sandbox.figures.delivery import Delivery
from fbads_pipeline.sandbox.world.clock import day_end, day_start
from fbads_pipeline.sandbox.world.incidents import InjectedAnomaly
from fbads_pipeline.sandbox.world.world import Account

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
# Disjoint, hence addable, in this order; money in minor units. `reach` is kept apart, it does not add up.
COLUMNS = (
    "impressions",
    "link",
    "other",
    "spend",
    "buys_click",
    "buys_view",
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
class Known:
    """How much of a day is known at an instant, each from 0 to 1."""

    delivered: float
    settled: float
    arrived: float


def known_at(zone: str, day: date, slot: datetime) -> Known:
    end = day_end(zone, day)
    delivered = float(hours_delivered(zone, day, slot).sum()) / sum(HOURS)
    after = max(0.0, (slot - end).total_seconds() / 86_400)
    late = min(1.0, max(0.0, (after - 1.0) / (ARRIVING_DAYS - 1.0)))
    arrived = 1.0 if late == 1.0 else AT_ONCE * delivered + WITHIN_A_DAY * min(1.0, after) + LATER * late
    return Known(delivered, min(1.0, after / RESTATED_DAYS), arrived)


def hours_delivered(zone: str, day: date, slot: datetime) -> Floats:
    """What each of the day's 24 hours weighs at the instant, of sum(HOURS); a day of 23 or 25 hours is stretched."""
    start, end = day_start(zone, day), day_end(zone, day)
    share = min(1.0, max(0.0, (slot - start) / (end - start)))
    weights: Floats = np.clip(share * 24.0 - np.arange(24), 0.0, 1.0) * np.array(HOURS)
    return weights


def day_figures(
    seed: int, account: Account, delivery: Delivery, incidents: list[InjectedAnomaly], day: date, slot: datetime
) -> Ints:
    """Shape (columns, ads), in the order of COLUMNS."""
    traits = account.traits
    ads = len(traits.impressions)
    known = known_at(account.zone, day, slot)
    if known.delivered == 0.0:
        return np.zeros((len(COLUMNS), ads), dtype=np.int64)
    draws = np.random.default_rng([seed, account.index, day.toordinal()]).random((ads, DRAWS)).T
    factors = _factors(ads, incidents, day)
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
    strays = _strays(account, delivery, day, draws) & (factors["conversions"] > 0)
    delivered = np.stack((impressions, link, other, spend)) * ~strays * (impressions > 0)
    conversions = _conversions(account, expected, strays, draws, known.arrived)
    carts = np.floor(delivered[1] * 0.12 * factors["tracking"] + draws[18])
    landings = np.floor(delivered[1] * 0.82 * factors["tracking"] + draws[19])
    seen = np.stack((np.minimum(carts, delivered[1]), np.minimum(landings, delivered[1])))
    return np.concatenate((delivered, conversions, seen)).astype(np.int64)


def ad_reach(account: Account, impressions: Ints) -> Ints:
    """People reached, per ad: at least one, at most one per impression."""
    return np.minimum(np.ceil(impressions * account.traits.overlap), impressions).astype(np.int64)


def _factors(ads: int, incidents: list[InjectedAnomaly], day: date) -> dict[str, Floats]:
    factors = {name: np.ones(ads) for name in ("impressions", "ctr", "cpm", "conversions", "tracking")}
    for incident in incidents:
        if incident.is_on(day):
            for name, factor in incident.factors(day).items():
                factors[name][incident.ads()] *= factor
    return factors


def _final_impressions(
    account: Account, delivery: Delivery, day: date, draws: Floats, factors: dict[str, Floats]
) -> Floats:
    noise = np.exp(0.18 * _normal(draws[0], draws[1]))
    season = WEEKDAYS[day.weekday()] * (1 + 0.08 * np.sin(day.timetuple().tm_yday / 365.25 * 2 * np.pi))
    expected = account.traits.impressions * season * noise * delivery.scale(day) * factors["impressions"]
    final: Floats = np.floor(expected * delivery.is_on(day))
    return final


def _strays(account: Account, delivery: Delivery, day: date, draws: Floats) -> NDArray[np.bool_]:
    """Ads without delivery on the day that are nevertheless credited with a conversion of an earlier click."""
    before = delivery.is_on(date.fromordinal(day.toordinal() - 7))
    chance = np.where(delivery.is_on(day), 0.002, 0.06)
    converts = account.traits.purchases_per_link + account.traits.leads_per_link > 0
    strays: NDArray[np.bool_] = before & converts & (draws[9] < chance)
    return strays


def _conversions(
    account: Account, expected: Floats, strays: NDArray[np.bool_], draws: Floats, arrived: float
) -> Floats:
    """Purchases and leads by click and by view, with the purchases' value: the rows `buys_click` … `leads_on_site`."""
    traits = account.traits
    buys = poisson(expected * traits.purchases_per_link * ~strays, draws[10])
    leads = poisson(expected * traits.leads_per_link * ~strays, draws[11])
    sells = traits.purchases_per_link >= traits.leads_per_link
    buys, leads = buys + (strays & sells), leads + (strays & ~sells)
    buys_view = np.floor(buys * VIEW_SHARE + draws[12] * 0.999) * ~strays
    leads_view = np.floor(leads * VIEW_SHARE + draws[13] * 0.999) * ~strays
    on_site = np.floor((leads - leads_view) * 0.25 + draws[14] * 0.999) * ~strays
    parts = np.stack((buys - buys_view, buys_view, leads - leads_view - on_site, leads_view, on_site))
    shown = np.floor(parts * arrived + draws[15] * 0.999) * (parts > 0)
    worth = traits.order_value_minor * (0.85 + 0.3 * draws[16])
    values = np.floor(shown[:2] * worth)
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
