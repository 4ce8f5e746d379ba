"""Money moved between campaigns by marginal return, the total staying what it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.inbox.withheld import Withheld
from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.assessability import reasons_to_withhold
from fbads_pipeline.domain.recommendations.model.campaign_history import (
    Booleans,
    Floats,
    Integers,
    TargetCpa,
    read_history,
    targets_by_campaign,
)
from fbads_pipeline.domain.recommendations.model.effects import effect_together
from fbads_pipeline.domain.recommendations.model.elasticity import ELASTICITIES
from fbads_pipeline.domain.recommendations.model.posterior import WINDOW_DAYS, Posterior, fit_posterior
from fbads_pipeline.domain.recommendations.verdicts import (
    SLACK_WHILE_OPEN,
    SPENDS_ITS_BUDGET,
    AccountAssessment,
    last_budget,
)

LARGEST_STEP = 0.2
# All of them are right or wrong at once.
SURE_TOGETHER = 0.8
# A person decides about all of them at once.
MOST_MOVES = 20
_ROUNDS = 60


@dataclass(frozen=True)
class Move:
    """A campaign's budget before and after, per day, and conversions expected per day of each."""

    campaign_id: str
    budget: float
    new_budget: float
    conversions: float
    new_conversions: float


@dataclass(frozen=True)
class Reallocation:
    """Moves that are decided as one. effect: 80 % interval (low, high) of the change of target_cpa × conversions −
    spend over the next 7 days, in the account's currency; expected: its mean; p_better: P(change > 0)."""

    moves: tuple[Move, ...]
    effect: tuple[float, float]
    expected: float
    p_better: float

    def evidence(self, names: Mapping[str, str]) -> dict[str, object]:
        """JSON values only; every number of the reason is in it. names: campaign → name."""
        return {
            "window_days": WINDOW_DAYS,
            "moves": [
                {
                    "campaign_id": one.campaign_id,
                    "name": names.get(one.campaign_id),
                    "budget": round(one.budget, 2),
                    "new_budget": round(one.new_budget, 2),
                    "conversions": round(one.conversions, 3),
                    "new_conversions": round(one.new_conversions, 3),
                }
                for one in self.moves
            ],
            "effect": [round(one, 2) for one in self.effect],
            "p_better": self.p_better,
        }

    def is_proposed(self, *, is_open: bool) -> bool:
        """Whether it is sure enough to be suggested, or, where it is open already, not clearly less so by now."""
        return self.p_better >= (SURE_TOGETHER - SLACK_WHILE_OPEN if is_open else SURE_TOGETHER) and self.expected > 0


def reallocate(
    history: pd.DataFrame,
    *,
    today: date,
    withheld: Collection[str] | Mapping[str, Withheld] = (),
    target_cpa: TargetCpa = 1.0,
    largest_step: float = LARGEST_STEP,
    model: AccountModel | None = None,
) -> list[Move]:
    """Budgets that earn the most for today's total, each within ± largest_step; [] where nothing gains.

    Only campaigns that may be assessed take part (delivering, out of learning, 7 days after an edit, not withheld) and
    only those that spend 90 % of their budget receive. At the optimum the next unit of money earns the same everywhere
    (target × elasticity × conversions / spend), so one price of money is searched by bisection. Of many moves the
    MOST_MOVES largest are made, and the total stays theirs.
    """
    known = read_history(history, today)
    if known.size < 2:
        return []
    return _moves(
        known.campaign_ids,
        last_budget(known),
        fit_posterior(known, model),
        reasons_to_withhold(known, withheld),
        targets_by_campaign(known.campaign_ids, target_cpa),
        largest_step,
    )


def reallocation_of(
    assessed: AccountAssessment, *, today: date, target_cpa: TargetCpa, paused: Collection[str] = ()
) -> Reallocation | None:
    """What the assessed campaigns' budgets would earn together; None where nothing gains. paused: campaigns that are to
    be paused, which take no part."""
    ids, posterior = assessed.campaign_ids, assessed.posterior
    out = {*assessed.withheld, *paused}
    moves = _moves(ids, assessed.daily_budget, posterior, out, assessed.target_cpa, LARGEST_STEP)
    if not moves:
        return None
    rows = np.array([ids.index(one.campaign_id) for one in moves])
    factors = np.array([one.new_budget / one.budget for one in moves])
    draws = effect_together(posterior, ids, rows, factors, today=today, target_cpa=target_cpa)
    low, high = (float(one) for one in np.quantile(draws, (0.1, 0.9)))
    return Reallocation(tuple(moves), (low, high), float(draws.mean()), float(np.mean(draws > 0)))


def _moves(
    campaign_ids: tuple[str, ...],
    budgets: Floats,
    posterior: Posterior,
    withheld: Collection[str],
    targets: Floats,
    largest_step: float,
) -> list[Move]:
    budget = np.nan_to_num(budgets)
    free = np.array([one not in withheld for one in campaign_ids])
    rows = np.nonzero(free & (budget > 0) & (posterior.spend > 0))[0]
    if rows.size < 2:
        return []
    conversions = (posterior.chance * posterior.shape[:, None] / posterior.rate).sum(axis=1)
    receives = np.nan_to_num(posterior.pacing) >= SPENDS_ITS_BUDGET
    factors = _factors(posterior, targets * conversions, budget, rows, receives, largest_step)
    largest = np.sort(np.argsort(-np.abs(factors - 1.0) * budget[rows], kind="stable")[:MOST_MOVES])
    if largest.size < rows.size:
        rows = rows[largest]
        factors = _factors(posterior, targets * conversions, budget, rows, receives, largest_step)
    after = conversions[rows] * factors ** posterior.elasticity[rows]
    worth = targets[rows]
    if (worth * after).sum() <= (worth * conversions[rows]).sum() * (1 + 1e-6):
        return []
    return [
        Move(
            campaign_ids[row],
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
    earned: Floats,
    budget: Floats,
    rows: Integers,
    receives: Booleans,
    step: float,
) -> Floats:
    elasticity = np.minimum(posterior.elasticity[rows], ELASTICITIES[ELASTICITIES < 1].max())
    marginal = elasticity * earned[rows] / budget[rows]
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
