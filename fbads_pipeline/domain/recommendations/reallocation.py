"""Money moved between campaigns by marginal return, the total staying what it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.assessability import reasons_to_withhold
from fbads_pipeline.domain.recommendations.model.campaign_history import Booleans, Floats, Integers, read_history
from fbads_pipeline.domain.recommendations.model.elasticity import ELASTICITIES
from fbads_pipeline.domain.recommendations.model.posterior import Posterior, fit_posterior
from fbads_pipeline.domain.recommendations.verdicts import SPENDS_ITS_BUDGET, last_budget

LARGEST_STEP = 0.2
_ROUNDS = 60


@dataclass(frozen=True)
class Move:
    """A campaign's budget before and after, per day, and conversions expected per day of each."""

    campaign_id: str
    budget: float
    new_budget: float
    conversions: float
    new_conversions: float


def reallocate(
    history: pd.DataFrame,
    *,
    today: date,
    withheld: Collection[str] = (),
    largest_step: float = LARGEST_STEP,
    model: AccountModel | None = None,
) -> list[Move]:
    """Budgets that earn the most conversions for today's total, each within ± largest_step; [] where nothing gains.

    Only campaigns that may be assessed take part (delivering, out of learning, 7 days after an edit, not withheld) and
    only those that spend 90 % of their budget receive. At the optimum the next unit of money earns the same everywhere
    (elasticity × conversions / spend), so one price of money is searched by bisection.
    """
    known = read_history(history, today)
    if known.size < 2:
        return []
    posterior = fit_posterior(known, model)
    budget = np.nan_to_num(last_budget(known))
    out = reasons_to_withhold(known, withheld)
    free = np.array([one not in out for one in known.campaign_ids])
    rows = np.nonzero(free & (budget > 0) & (posterior.spend > 0))[0]
    if rows.size < 2:
        return []
    conversions = (posterior.chance * posterior.shape[:, None] / posterior.rate).sum(axis=1)
    receives = np.nan_to_num(posterior.pacing) >= SPENDS_ITS_BUDGET
    factors = _factors(posterior, conversions, budget, rows, receives, largest_step)
    after = conversions[rows] * factors ** posterior.elasticity[rows]
    if after.sum() <= conversions[rows].sum() * (1 + 1e-6):
        return []
    return [
        Move(
            known.campaign_ids[row],
            float(budget[row]),
            float(budget[row] * factor),
            float(conversions[row]),
            float(one),
        )
        for row, factor, one in zip(rows, factors, after, strict=True)
        if abs(factor - 1.0) > 1e-3
    ]


def _factors(
    posterior: Posterior,
    conversions: Floats,
    budget: Floats,
    rows: Integers,
    receives: Booleans,
    step: float,
) -> Floats:
    elasticity = np.minimum(posterior.elasticity[rows], ELASTICITIES[ELASTICITIES < 1].max())
    marginal = elasticity * conversions[rows] / budget[rows]
    ceiling = np.where(receives[rows], 1.0 + step, 1.0)
    money = budget[rows]

    def at(price: float) -> Floats:
        # marginal × factor^(e − 1) = price
        return np.asarray(np.clip((marginal / price) ** (1.0 / (1.0 - elasticity)), 1.0 - step, ceiling))

    low, high = np.log(max(marginal.min(), 1e-12)) - 5.0, np.log(max(marginal.max(), 1e-12)) + 5.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if (at(float(np.exp(middle))) * money).sum() > money.sum() else (low, middle)
    # `high` is the side on which the total does not rise.
    return at(float(np.exp(high)))
