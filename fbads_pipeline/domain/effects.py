"""What a change of budget would do to the next seven days' profit, from draws of the posterior."""

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from fbads_pipeline.domain.campaign_history import Floats
from fbads_pipeline.domain.posterior import ELASTICITIES, Posterior

DRAWS = 4_000
DAYS = 7
UP, DOWN, PAUSE, TO_FORTY = 1.2, 0.8, 0.0, 0.4
FACTORS = (UP, DOWN, PAUSE, TO_FORTY)
# Efficiency moves within the week to come: deviation of its log.
_DRIFT = 0.06


@dataclass(frozen=True)
class Effects:
    """Per campaign (rows) and factor of FACTORS (columns): the change of target_cpa × conversions − spend in 7 days.

    low, high: 80 % interval. p_gain: P(change > 0). p_above_target: P(CPA > target), one per campaign. cpa: (low,
    middle, high) of the CPA at today's spend, 80 %.
    """

    low: Floats
    mean: Floats
    high: Floats
    p_gain: Floats
    p_above_target: Floats
    cpa: Floats


def effects_of(posterior: Posterior, campaign_ids: tuple[str, ...], *, today: date, target_cpa: float) -> Effects:
    """4,000 draws per campaign, seeded by the campaign, the day and the target: no other campaign moves them."""
    count, kinds = len(campaign_ids), len(FACTORS)
    low, mean, high, gain = (np.zeros((count, kinds)) for _ in range(4))
    above, cpa = np.zeros(count), np.zeros((count, 3))
    step = ELASTICITIES[1] - ELASTICITIES[0]
    cumulative = np.cumsum(posterior.chance, axis=1)
    strata = (np.arange(DRAWS) + 0.5) / DRAWS
    for row, campaign_id in enumerate(campaign_ids):
        random = np.random.Generator(np.random.SFC64(_seed(campaign_id, today, target_cpa)))
        grid = np.minimum(np.searchsorted(cumulative[row], strata), ELASTICITIES.size - 1)
        elasticity = np.clip(ELASTICITIES[grid] + step * (random.random(DRAWS) - 0.5), 0.05, 1.2)
        daily = random.standard_gamma(posterior.shape[row], DRAWS) / posterior.rate[row, grid]
        daily *= np.exp(_DRIFT * random.standard_normal(DRAWS, dtype=np.float32))
        spend, worth = posterior.spend[row], target_cpa * daily
        above[row] = np.count_nonzero(worth < spend) / DRAWS
        cpa[row] = spend / np.maximum(np.quantile(daily, (0.9, 0.5, 0.1)), 1e-9)
        reach = _reach(posterior.pacing[row], random)
        for column, factor in enumerate(FACTORS):
            real = reach(factor)
            change = DAYS * (worth * (real**elasticity - 1.0) - spend * (real - 1.0)) if factor else DAYS * (spend - worth)
            tenth = DRAWS // 10
            ordered = np.partition(change, (tenth, DRAWS - tenth))
            low[row, column], high[row, column] = ordered[tenth], ordered[DRAWS - tenth]
            mean[row, column] = change.mean()
            gain[row, column] = np.count_nonzero(change > 0) / DRAWS
    return Effects(low, mean, high, gain, above, cpa)


def _reach(pacing: float, random: np.random.Generator):
    """Factor of the budget → factors of the spend: a campaign that leaves money over may not feel a smaller budget."""
    if not np.isfinite(pacing) or pacing >= 0.9:
        return lambda factor: factor
    felt = random.random(DRAWS)

    def real(factor: float):
        if factor >= 1:
            return 1.0 + (factor - 1.0) * 0.5 * felt
        return np.minimum(1.0, factor / max(pacing, 1e-6)) * felt + factor * (1 - felt)

    return real


def _seed(campaign_id: str, today: date, target_cpa: float) -> int:
    text = f"{campaign_id}|{today.isoformat()}|{target_cpa!r}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
