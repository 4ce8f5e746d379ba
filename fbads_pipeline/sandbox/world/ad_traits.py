"""What each ad is like: its size, its click rate, its price and what a conversion costs it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.sandbox.world.world import ADS_EACH, ADSETS_EACH, AdTraits

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CurrencyPrices:
    """A currency's prices, in minor units; `high_cpa` is what an operator would call too much."""

    minor_factor: int
    cpm: float
    cpa: float
    high_cpa: float
    order_value: float


MONEY = {
    "BRL": CurrencyPrices(100, 1_800, 2_200, 8_500, 14_000),
    "USD": CurrencyPrices(100, 1_150, 1_700, 8_000, 6_500),
    "EUR": CurrencyPrices(100, 900, 1_500, 7_800, 5_500),
    "JPY": CurrencyPrices(1, 850, 1_500, 8_500, 6_800),
}


def draw_traits(rng: np.random.Generator, currency: str, objectives: list[str]) -> AdTraits:
    """Traits of every ad of an account; of each six campaigns the third clicks badly, the fifth converts dearly."""
    money = MONEY[currency]
    campaigns = len(objectives)
    each = ADSETS_EACH * ADS_EACH
    ads = campaigns * each
    number = np.arange(campaigns)
    has_low_ctr = np.repeat(number % 6 == 2, each)
    has_high_cpa = np.repeat(number % 6 == 4, each)
    impressions = np.repeat(rng.lognormal(6.9, 0.35, campaigns), each) * rng.lognormal(0.0, 0.45, ads)
    ctr = np.repeat(rng.uniform(0.013, 0.024, campaigns), each) * rng.uniform(0.85, 1.15, ads)
    ctr[has_low_ctr] *= 0.35
    cpm = money.cpm * np.repeat(rng.lognormal(0.0, 0.15, campaigns), each) * rng.lognormal(0.0, 0.08, ads)
    link_share = rng.uniform(0.7, 0.9, ads)
    cpa = np.repeat(money.cpa * rng.uniform(0.7, 1.3, campaigns), each)
    cpa[has_high_cpa] = money.high_cpa
    per_link = cpm / (1000.0 * ctr * link_share) / cpa
    purchases, leads = _conversion_rates(per_link, np.repeat(np.array(objectives), each))
    return AdTraits(
        impressions=impressions,
        ctr=ctr,
        link_share=link_share,
        cpm_minor=cpm,
        purchases_per_link=purchases,
        leads_per_link=leads,
        order_value_minor=money.order_value * rng.lognormal(0.0, 0.25, ads),
        overlap=rng.uniform(0.72, 0.95, ads),
    )


def _conversion_rates(per_link: Floats, objective: NDArray[np.str_]) -> tuple[Floats, Floats]:
    """Purchases and leads per link click: sales campaigns buy, lead campaigns fill forms, traffic does a little."""
    sells, collects = objective == "OUTCOME_SALES", objective == "OUTCOME_LEADS"
    purchases = per_link * np.where(sells, 1.0, np.where(collects, 0.0, 0.08))
    leads = per_link * np.where(collects, 1.6, np.where(sells, 0.03, 0.0))
    return np.minimum(purchases, 0.4), np.minimum(leads, 0.4)
