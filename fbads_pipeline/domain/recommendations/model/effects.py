"""What a change of budget would do to the next seven days' profit, from draws of the posterior."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from fbads_pipeline.domain.recommendations.model.campaign_history import (
    Floats,
    Integers,
    TargetCpa,
    targets_by_campaign,
)
from fbads_pipeline.domain.recommendations.model.elasticity import ELASTICITIES
from fbads_pipeline.domain.recommendations.model.posterior import Posterior
from fbads_pipeline.domain.recommendations.model.response import elasticity_at

DRAWS = 4_000
DAYS = 7
UP, DOWN, PAUSE = 1.2, 0.8, 0.0
FACTORS = (UP, DOWN, PAUSE)
# Efficiency moves within the week to come: deviation of its log (docs/reference/evaluation/decisions.md).
_DRIFT = 0.10
# From this share of the budget on, the budget limits the spend.
_LIMITED_BY_BUDGET = 0.9
_LEAST_ELASTICITY, _LARGEST_ELASTICITY = 0.05, 1.2
_RANKS = np.array([9 * DRAWS // 10, DRAWS // 2, DRAWS // 10])
_TENTH = DRAWS // 10
# As many campaigns at a time as stay within a processor's cache.
_BLOCK = 16
_STRATA = (np.arange(DRAWS) + 0.5) / DRAWS
_STEP = float(ELASTICITIES[1] - ELASTICITIES[0])


@dataclass(frozen=True)
class Effects:
    """Change of target_cpa × conversions − spend over 7 days; arrays (campaigns, FACTORS) in the account's currency.

    Attributes
    ----------
    rows
        Positions of the campaigns.
    low, mean, high
        80 % interval and mean.
    p_gain
        P(change > 0).
    p_above_target
        P(CPA > target) (campaigns,).
    cpa
        CPA at today's spend: 10 %, 50 % and 90 % quantile (campaigns, 3).
    """

    rows: Integers
    low: Floats
    mean: Floats
    high: Floats
    p_gain: Floats
    p_above_target: Floats
    cpa: Floats


def effects_of(
    posterior: Posterior, campaign_ids: tuple[str, ...], rows: Integers, *, today: date, target_cpa: TargetCpa
) -> Effects:
    """Return the effects of each factor on the budgets of `rows`.

    Parameters
    ----------
    campaign_ids
        Of all campaigns of the posterior.
    rows
        Positions of the campaigns wanted.
    target_cpa
        The same for all, or by campaign.

    Notes
    -----
    4,000 draws per campaign, seeded by campaign, day and target, so that no other campaign moves them. With daily
    conversions c ~ Gamma(shape, rate), elasticity e (stratified over its grid; between the two levels of spend it is
    `response.elasticity_at` their middle) and a factor f of the spend s, ``7 (target (f^e - 1) c - (f - 1) s)``; c is
    also multiplied by the week's log-normal drift. A campaign that spends less than 90 % of its budget follows it in an
    unknown part, which is drawn.
    """
    effects = _empty_effects(rows)
    leaves_over = posterior.pacing[rows] < _LIMITED_BY_BUDGET
    targets = targets_by_campaign([campaign_ids[row] for row in rows], target_cpa)
    for alike in (~leaves_over, leaves_over):
        places = np.nonzero(alike)[0]
        for start in range(0, places.size, _BLOCK):
            block = places[start : start + _BLOCK]
            named = zip(rows[block], targets[block], strict=True)
            seeds = [_seed(campaign_ids[row], today, float(target)) for row, target in named]
            _fill(effects, block, _draw(posterior, rows[block], seeds), targets[block][:, None])
    return effects


def effect_together(
    posterior: Posterior,
    campaign_ids: tuple[str, ...],
    rows: Integers,
    factors: Floats,
    *,
    today: date,
    target_cpa: TargetCpa,
) -> Floats:
    """Return DRAWS draws of what several budget changes at once do to the next 7 days' profit.

    Parameters
    ----------
    rows, factors
        Positions of the campaigns, and by what the budget of each is multiplied, above 0 (moves,).

    Notes
    -----
    The sum of the campaigns' own draws (`effects_of`): independent but for the week's drift, which all share.
    """
    total = np.zeros(DRAWS)
    targets = targets_by_campaign([campaign_ids[row] for row in rows], target_cpa)
    for place, row in enumerate(rows):
        seeds = [_seed(campaign_ids[row], today, float(targets[place]))]
        draws = _draw(posterior, np.array([row]), seeds)
        total += _change(float(factors[place]), targets[place] * draws.daily, draws)[0]
    return total


@dataclass(frozen=True)
class _Draws:
    """Draws of some campaigns.

    Attributes
    ----------
    daily, elasticity
        Daily conversions at today's spend, and their elasticity at the reference level (campaigns, DRAWS).
    spend, spend_ratio, pacing
        (campaigns, 1)
    limited
        How far the budget is what limits spend, 0 to 1 (campaigns, DRAWS): unknown, and so drawn, for campaigns that
        leave money over; None for those that do not.
    """

    daily: Floats
    elasticity: Floats
    spend: Floats
    spend_ratio: Floats
    pacing: Floats
    limited: Floats | None


def _draw(posterior: Posterior, rows: Integers, seeds: list[int]) -> _Draws:
    """Draws of the week to come for `rows`, which either all leave money over or none."""
    # How many strata lie up to each step of the distribution: as looking every stratum up, in a tenth of the time.
    upto = np.searchsorted(_STRATA, np.cumsum(posterior.chance[rows], axis=1), side="right")
    upto[:, -1] = DRAWS
    repeats = np.diff(upto, axis=1, prepend=0).ravel()
    shape = (rows.size, DRAWS)
    inside, daily = np.empty(shape), np.empty(shape)
    limited = np.empty(shape) if posterior.pacing[rows[0]] < _LIMITED_BY_BUDGET else None
    for place, (row, seed) in enumerate(zip(rows, seeds, strict=True)):
        random = np.random.Generator(np.random.SFC64(seed))
        random.random(out=inside[place])
        random.standard_gamma(posterior.shape[row], out=daily[place])
        if limited is not None:
            random.random(out=limited[place])
    elasticity = np.repeat(np.tile(ELASTICITIES, rows.size), repeats).reshape(shape)
    elasticity += _STEP * (inside - 0.5)
    daily /= np.repeat(posterior.rate[rows].ravel(), repeats).reshape(shape)
    daily *= _drifts()
    np.clip(elasticity, _LEAST_ELASTICITY, _LARGEST_ELASTICITY, out=elasticity)
    spend, ratio, pacing = (one[rows][:, None] for one in (posterior.spend, posterior.spend_ratio, posterior.pacing))
    return _Draws(daily, elasticity, spend, ratio, pacing, limited)


@cache
def _drifts() -> Floats:
    """How efficiency moves within the week: the log-normal's DRAWS quantiles in an order that nothing else follows, the
    same for every campaign, so that this part of the uncertainty is exact and costs no drawing."""
    # scipy is loaded only where effects are drawn.
    from scipy.special import ndtri  # type: ignore[import-untyped, unused-ignore]

    order = np.random.Generator(np.random.SFC64(0)).permutation(_STRATA)
    return np.asarray(np.exp(_DRIFT * ndtri(order)))


def _empty_effects(rows: Integers) -> Effects:
    low, mean, high, gain = (np.zeros((rows.size, len(FACTORS))) for _ in range(4))
    return Effects(rows, low, mean, high, gain, np.zeros(rows.size), np.zeros((rows.size, 3)))


def _fill(effects: Effects, block: Integers, draws: _Draws, target_cpa: Floats) -> None:
    """Write the effects of the campaigns at those places. target_cpa: (campaigns, 1)."""
    worth = target_cpa * draws.daily
    above = np.count_nonzero(worth < draws.spend, axis=1) / DRAWS
    effects.p_above_target[block] = above
    ordered = np.sort(draws.daily, axis=1)
    effects.cpa[block] = draws.spend / np.maximum(ordered[:, _RANKS], 1e-9)
    for column, factor in enumerate(FACTORS):
        if factor == PAUSE:
            change = DAYS * (draws.spend - worth)
            effects.mean[block, column], effects.p_gain[block, column] = change.mean(axis=1), above
            # What a pause changes falls as conversions rise: the one order is the other backwards.
            tenths = DAYS * (draws.spend - target_cpa * ordered[:, [DRAWS - 1 - _TENTH, _TENTH - 1]])
            effects.low[block, column], effects.high[block, column] = tenths.T
        else:
            change = _change(factor, worth, draws)
            effects.mean[block, column] = change.mean(axis=1)
            effects.p_gain[block, column] = np.count_nonzero(change > 0, axis=1) / DRAWS
            change.sort(axis=1)  # vectorised, three times as fast as two partitions
            effects.low[block, column], effects.high[block, column] = change[:, _TENTH], change[:, DRAWS - _TENTH]


def _change(budget_factor: float, worth: Floats, draws: _Draws) -> Floats:
    factor = _spend_factor(budget_factor, draws)
    change = elasticity_at(draws.elasticity, draws.spend_ratio * np.sqrt(budget_factor))
    change *= np.log(factor)
    np.exp(change, out=change)
    change -= 1.0
    change *= worth
    change -= draws.spend * (factor - 1.0)
    change *= DAYS
    return change


def _spend_factor(factor: float, draws: _Draws) -> float | Floats:
    """Factor of the budget → factors of the spend; only what a smaller budget truly takes away is missing."""
    if draws.limited is None:
        return factor
    if factor > 1:
        return 1.0 + (factor - 1.0) * draws.limited
    left = np.minimum(1.0, factor / np.maximum(draws.pacing, 1e-6))
    return np.asarray(factor * draws.limited + left * (1.0 - draws.limited))


def _seed(campaign_id: str, today: date, target_cpa: float) -> int:
    text = f"{campaign_id}|{today.isoformat()}|{target_cpa!r}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
