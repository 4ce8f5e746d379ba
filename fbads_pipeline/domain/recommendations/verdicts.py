"""The posterior's verdicts: which change of budget to suggest, how sure that is and what would change it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from fbads_pipeline.domain.core.messages import Value
from fbads_pipeline.domain.recommendations.inbox.withheld import Withheld
from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.assessability import reasons_to_withhold
from fbads_pipeline.domain.recommendations.model.campaign_history import (
    Booleans,
    CampaignHistory,
    Floats,
    TargetCpa,
    read_history,
    targets_by_campaign,
)
from fbads_pipeline.domain.recommendations.model.effects import DOWN, FACTORS, PAUSE, UP, Effects, effects_of
from fbads_pipeline.domain.recommendations.model.posterior import WINDOW_DAYS, Posterior, fit_posterior, last_known
from fbads_pipeline.domain.recommendations.new_suggestions import EVEN_CHANCE, Confidence, confidence_of
from fbads_pipeline.domain.recommendations.reasons import estimate_reason, would_change

Action = Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN"]
# Probability of being better from which a change is proposed. A cut needs more: it is proposed most often, gains least
# and does harm most often (docs/reference/evaluation/decisions.md).
SURE: Mapping[Action, float] = {"BUDGET_UP": 0.75, "BUDGET_DOWN": 0.8, "PAUSE": 0.75}
SPENT_TARGETS = 2.0
SPENDS_ITS_BUDGET = 0.9
# A proposal that is open is taken back only when its probability has fallen by so much, and makes room for another one
# only where that gains so many times as much.
SLACK_WHILE_OPEN = 0.1
GAIN_TO_REPLACE = 1.5
_COLUMN = {factor: position for position, factor in enumerate(FACTORS)}
_FACTOR: dict[Action, float] = {"PAUSE": PAUSE, "BUDGET_UP": UP, "BUDGET_DOWN": DOWN}


@dataclass(frozen=True)
class Verdict:
    """One proposal for one campaign.

    effect: 80 % interval (low, high) of the change of target_cpa × conversions − spend over the next 7 days, in the
    account's currency, against leaving the budget alone; expected is its mean. p_better: P(change > 0).
    reason, would_change: amounts without a currency. evidence: JSON values only; every number of the reason is in it.
    """

    campaign_id: str
    action: Action
    factor: float
    effect: tuple[float, float]
    expected: float
    p_better: float
    confidence: Confidence
    reason: Value
    would_change: Value
    evidence: dict[str, object]


@dataclass(frozen=True)
class AccountAssessment:
    """The posterior of every campaign that can be assessed; made by `assess`.

    rows of effects: campaigns, by position in campaign_ids. spend, conversions: sums of the window as reported, NaN
    where a day's were not; target_cpa, daily_budget: per campaign; elasticity: means. withheld: why each of the other
    campaigns is not assessed.
    """

    campaign_ids: tuple[str, ...]
    posterior: Posterior
    effects: Effects
    spend: Floats
    conversions: Floats
    elasticity: Floats
    target_cpa: Floats
    daily_budget: Floats
    withheld: Mapping[str, Withheld]

    def proposals(self, open_suggestions: Mapping[str, str] | None = None) -> list[Verdict]:
        """At most one per campaign, ordered by it. open_suggestions: campaign → action of an open one, which stays
        until it is clearly no longer so, lest figures that still move open and close it."""
        actions = _choose(self, open_suggestions or {})
        return [_verdict(self, place, action) for place, action in enumerate(actions) if action is not None]

    def of(self, campaign_id: str, action: Action) -> Verdict | None:
        """The verdict on that action, proposed or not; None for a campaign that cannot be assessed."""
        for place, row in enumerate(self.effects.rows):
            if self.campaign_ids[row] == campaign_id:
                return _verdict(self, place, action)
        return None


def assess(
    history: pd.DataFrame,
    *,
    today: date,
    target_cpa: TargetCpa,
    withheld: Collection[str] | Mapping[str, Withheld] = (),
    model: AccountModel | None = None,
    unread: Collection[date] = (),
) -> AccountAssessment | None:
    """See `suggestions.suggest`; None without a single row."""
    known = read_history(history, today, unread)
    targets = targets_by_campaign(known.campaign_ids, target_cpa)
    if known.size == 0:
        return None
    posterior = fit_posterior(known, model)
    out = reasons_to_withhold(known, withheld)
    rows = np.nonzero([one not in out for one in known.campaign_ids])[0]
    days = known.age <= WINDOW_DAYS
    return AccountAssessment(
        known.campaign_ids,
        posterior,
        effects_of(posterior, known.campaign_ids, rows, today=today, target_cpa=target_cpa),
        spend=known.total(np.where(days, known.spend, 0.0)),
        conversions=known.total(np.where(days, known.conversions, 0.0)),
        elasticity=posterior.elasticity,
        target_cpa=targets,
        daily_budget=last_budget(known),
        withheld=out,
    )


def verdicts_on(
    history: pd.DataFrame,
    *,
    today: date,
    target_cpa: TargetCpa,
    withheld: Collection[str] = (),
    model: AccountModel | None = None,
) -> list[Verdict]:
    """The verdicts ordered by campaign; see `suggestions.suggest`."""
    assessed = assess(history, today=today, target_cpa=target_cpa, withheld=withheld, model=model)
    return assessed.proposals() if assessed else []


def last_budget(history: CampaignHistory) -> Floats:
    """The daily budget in force, per campaign; NaN where none was reported."""
    return last_known(history, history.daily_budget)


def _choose(assessed: AccountAssessment, open_suggestions: Mapping[str, str]) -> list[Action | None]:
    """Of each campaign, of the changes that are sure enough the one that gains most; None where none is."""
    effects, rows = assessed.effects, assessed.effects.rows
    open_actions = np.array([open_suggestions.get(assessed.campaign_ids[row], "") for row in rows], dtype=object)
    pacing = np.nan_to_num(assessed.posterior.pacing[rows])
    may: dict[Action, Booleans] = {
        "BUDGET_UP": pacing >= SPENDS_ITS_BUDGET,
        "BUDGET_DOWN": np.ones(rows.size, dtype=bool),
        "PAUSE": assessed.spend[rows] >= SPENT_TARGETS * assessed.target_cpa[rows],
    }
    gains = np.zeros((rows.size, len(may)))
    for place, (action, allowed) in enumerate(may.items()):
        column = _COLUMN[_FACTOR[action]]
        sure = effects.p_gain[:, column] >= _bar(SURE[action], open_actions, action)
        # The bars are above an even chance, and yet a few great losses may outweigh many small gains.
        is_wanted = allowed & sure & (effects.p_gain[:, column] >= EVEN_CHANCE) & (effects.mean[:, column] >= 0)
        stays = np.where(open_actions == action, GAIN_TO_REPLACE, 1.0)
        gains[:, place] = np.where(is_wanted, effects.mean[:, column] * stays, -np.inf)
    best = gains.argmax(axis=1)
    return [list(may)[place] if np.isfinite(gains[row, place]) else None for row, place in enumerate(best)]


def _bar(sure: float, open_actions: np.ndarray, action: Action) -> Floats:
    return np.where(open_actions == action, sure - SLACK_WHILE_OPEN, sure)


def _verdict(assessed: AccountAssessment, position: int, action: Action) -> Verdict:
    posterior, effects = assessed.posterior, assessed.effects
    row, column = int(effects.rows[position]), _COLUMN[_FACTOR[action]]
    low, high = float(effects.low[position, column]), float(effects.high[position, column])
    sure = float(effects.p_gain[position, column])
    evidence: dict[str, object] = {
        "window_days": WINDOW_DAYS,
        **_reported(float(assessed.spend[row]), float(assessed.conversions[row])),
        "projected": {
            "conversions": round(float(posterior.matured[row]), 2),
            "cpa": [round(float(one), 2) for one in effects.cpa[position]],
        },
        "target_cpa": float(assessed.target_cpa[row]),
        "p_cpa_above_target": float(effects.p_above_target[position]),
        "elasticity": round(float(assessed.elasticity[row]), 3),
        "spend_per_day": round(float(posterior.spend[row]), 2),
        "spent_of_budget": None if np.isnan(posterior.pacing[row]) else round(float(posterior.pacing[row]), 3),
        "daily_budget": None if np.isnan(assessed.daily_budget[row]) else round(float(assessed.daily_budget[row]), 2),
        "effect": [round(low, 2), round(high, 2)],
        "p_better": sure,
    }
    return Verdict(
        campaign_id=assessed.campaign_ids[row],
        action=action,
        factor=_FACTOR[action],
        effect=(low, high),
        expected=float(effects.mean[position, column]),
        p_better=sure,
        confidence=confidence_of(sure),
        reason=estimate_reason(action, evidence),
        would_change=would_change(action, evidence),
        evidence=evidence,
    )


def _reported(spend: float, conversions: float) -> dict[str, object]:
    """What Meta reported of the window; the CPA is the quotient of the two, None without a conversion."""
    spent, converted = round(spend, 2), round(conversions, 2)
    return {"spend": spent, "conversions": converted, "cpa": round(spent / converted, 2) if converted else None}
