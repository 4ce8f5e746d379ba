"""The posterior's verdicts: which change of budget is worth proposing, and how sure that is."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from fbads_pipeline.domain import effects as ef
from fbads_pipeline.domain.campaign_history import Booleans, CampaignHistory, Floats, read_history
from fbads_pipeline.domain.posterior import Posterior, fit_posterior

Action = Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN"]
SURE = 0.8
SURE_TO_PAUSE = 0.9
SPENT_TARGETS = 2.0
SPENDS_ITS_BUDGET = 0.9
QUIET_DAYS = 7


@dataclass(frozen=True)
class Interval:
    """An 80 % interval in the account's currency; low ≤ high."""

    low: float
    high: float

    def __iter__(self):
        return iter((self.low, self.high))

    def __getitem__(self, position: int) -> float:
        return (self.low, self.high)[position]


@dataclass(frozen=True)
class Verdict:
    """One proposal. effect: 80 % interval of the change of target_cpa × conversions − spend over the next 7 days."""

    campaign_id: str
    action: Action
    factor: float
    effect: tuple[float, float]
    expected: float
    p_better: float
    confidence: Literal["low", "medium", "high"]
    reason: str
    reason_pt: str
    reason_en: str
    would_change: str
    evidence: dict[str, object] = field(default_factory=dict)


def verdicts(history: pd.DataFrame, *, today: date, target_cpa: float) -> list[tuple]:
    known = read_history(history, today)
    if known.size == 0:
        return []
    posterior = fit_posterior(known)
    effects = ef.effects_of(posterior, known.campaign_ids, today=today, target_cpa=target_cpa)
    free = may_be_judged(known)
    return choose(known, posterior, effects, free, target_cpa)


def may_be_judged(history: CampaignHistory) -> Booleans:
    """Delivering, out of its first 7 days, and at least 7 days after its last budget edit."""
    first = np.zeros(history.size)
    np.maximum.at(first, history.campaign, history.age)
    latest = np.full(history.size, 10_000)
    np.minimum.at(latest, history.campaign, history.age)
    active = np.zeros(history.size, dtype=bool)
    active[history.campaign] = history.is_active
    delivered = history.total(np.where(history.age <= 3, history.spend, 0.0)) > 0
    return active & delivered & (latest <= 2) & (first >= QUIET_DAYS) & (days_since_edit(history) >= QUIET_DAYS)


def days_since_edit(history: CampaignHistory) -> Floats:
    """Whole days since the first day of the budget that stands; infinite where it never changed."""
    known = np.isfinite(history.daily_budget) & (history.daily_budget > 0)
    campaign, budget, age = history.campaign[known], history.daily_budget[known], history.age[known]
    same = campaign[1:] == campaign[:-1]
    changed = same & (np.abs(np.log(budget[1:] / budget[:-1])) > 1e-3)
    since = np.full(history.size, np.inf)
    since[campaign[1:][changed]] = age[1:][changed]
    return since


def choose(history, posterior: Posterior, effects: ef.Effects, free, target_cpa: float):
    spent = history.total(np.where(history.age <= 28, history.spend, 0.0))
    up = free & (effects.p_gain[:, 0] >= SURE) & (np.nan_to_num(posterior.pacing) >= SPENDS_ITS_BUDGET)
    down = free & (effects.p_gain[:, 1] >= SURE)
    pause = free & (effects.p_above_target >= SURE_TO_PAUSE) & (spent >= SPENT_TARGETS * target_cpa)
    pause &= effects.mean[:, 2] > effects.mean[:, 3]
    found = []
    for row in np.nonzero(up | down | pause)[0]:
        column = 2 if pause[row] else 0 if up[row] else 1
        action = ("BUDGET_UP", "BUDGET_DOWN", "PAUSE")[column]
        found.append((history.campaign_ids[row], action, ef.FACTORS[column], (effects.low[row, column], effects.high[row, column]), effects.p_gain[row, column]))
    return found
