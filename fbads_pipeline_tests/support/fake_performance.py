"""Fakes and builders of scoring and learning."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.inbox.stored_verdicts import StoredVerdict
from fbads_pipeline.domain.recommendations.inbox.withheld import WithheldVerdict
from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE, WHOLE_ACCOUNT, confidence_of
from fbads_pipeline.domain.scoring.account_performance import (
    AccountPerformance,
    AccountScores,
    EffectFollowUp,
    FittedModel,
    OpenAnomaly,
    PromisedEffect,
    StoredScore,
)
from fbads_pipeline.domain.scoring.scores import WEIGHTS

TODAY = date(2026, 11, 23)


def a_history(
    cpas: Mapping[str, float], *, today: date = TODAY, days: int = 40, spend: float = 500.0, seed: int = 1
) -> pd.DataFrame:
    """Campaign → its true CPA; each spends 98 % of its budget every day."""
    random = np.random.default_rng(seed)
    rows = [
        {
            "campaign_id": campaign,
            "date": pd.Timestamp(today - timedelta(days=age)),
            "impressions": 50_000,
            "clicks": 1_000,
            "spend": spend,
            "conversions": int(random.poisson(spend / cpa)),
            "daily_budget": spend / 0.98,
            "status": "ACTIVE",
        }
        for campaign, cpa in cpas.items()
        for age in range(days, 0, -1)
    ]
    return pd.DataFrame(rows)


def a_performance(
    account_id: str = "1",
    cpas: Mapping[str, float] | None = None,
    *,
    anomalies: Sequence[OpenAnomaly] = (),
    learning: frozenset[str] = frozenset(),
    objectives: Mapping[str, str] | None = None,
    pending: Mapping[str, str] | None = None,
    version: int = 3,
) -> AccountPerformance:
    """Three campaigns: a bargain (CPA 15), one whose budget is right for a target of 50 (33) and a loss (150)."""
    history = a_history(cpas or {"7": 15.0, "8": 33.0, "9": 150.0})
    return AccountPerformance(
        account_id=account_id,
        currency="BRL",
        today=TODAY,
        history=history,
        objectives=objectives or {},
        learning=learning,
        anomalies=anomalies,
        as_of=datetime.fromisoformat("2026-11-23T12:00:00+00:00"),
        marts_version=version,
        pending=pending or {},
    )


def same_target(seen: AccountPerformance, cpa: float = 50.0) -> dict[str, float]:
    """The same target for each of its campaigns."""
    return dict.fromkeys(map(str, seen.history["campaign_id"].unique()), cpa)


class FakePerformance:
    """seen: account → what is known; saved, models, outcomes: what was written, newest last."""

    def __init__(self, *seen: AccountPerformance) -> None:
        self.seen = {one.account_id: one for one in seen}
        self.saved: dict[str, AccountScores] = {}
        self.models: dict[str, list[FittedModel]] = {}
        self.accepted: list[PromisedEffect] = []
        self.outcomes: dict[str, EffectFollowUp] = {}

    def read(self, account_id: str, *, now: datetime) -> AccountPerformance | None:
        return self.seen.get(account_id)

    def save(self, found: AccountScores, *, now: datetime) -> int:
        known = self.saved.get(found.account_id)
        self.saved[found.account_id] = found
        return 0 if known and known.scores == found.scores else len(found.scores)

    def current_verdicts(self) -> list[StoredVerdict]:
        return [
            stored(account, one, is_proposed=is_proposed)
            for account in self.saved.values()
            for is_proposed, found in ((True, account.proposals), (False, account.for_breaches))
            for one in found
        ] + [stored_reallocation(account) for account in self.saved.values() if account.reallocation is not None]

    def current_withheld(self) -> list[WithheldVerdict]:
        return [
            WithheldVerdict(
                account.account_id, campaign, account.withheld[campaign], account.day, account.marts_version
            )
            for account in self.saved.values()
            for campaign in sorted(account.withheld)
        ]

    def current_scores(self, account_ids: Sequence[str], *, since: date) -> list[StoredScore]:
        return [
            StoredScore(
                *(account.account_id, one.campaign_id, account.day, one.total, one.low, one.high),
                *(
                    {name: one.points.get(name) for name in WEIGHTS},
                    one.conversions,
                    one.why_not,
                    account.model_version,
                ),
            )
            for account in self.saved.values()
            for one in account.scores
        ]

    def model(self, account_id: str, version: str | None = None) -> AccountModel | None:
        for kept in reversed(self.models.get(account_id, [])):
            if kept.is_current if version is None else kept.model.version == version:
                return kept.model
        return None

    def save_model(self, kept: FittedModel, *, now: datetime) -> None:
        self.models.setdefault(kept.account_id, []).append(kept)

    def promised_effects(self, account_id: str) -> list[PromisedEffect]:
        return [one for one in self.accepted if one.account_id == account_id]

    def save_outcomes(self, followed: Sequence[EffectFollowUp], *, now: datetime) -> int:
        states = {name: one.state for name, one in self.outcomes.items()}
        changed = [one for one in followed if states.get(one.promised.suggestion_id) != one.state]
        self.outcomes |= {one.promised.suggestion_id: one for one in followed}
        return len(changed)

    def hit_rates(self) -> list[Mapping[str, Any]]:
        rows = []
        for kind in sorted({one.promised.kind for one in self.outcomes.values()}):
            mine = [one for one in self.outcomes.values() if one.promised.kind == kind]
            judged = [one for one in mine if one.state == "judged"]
            hits = sum(bool(one.outcome and one.outcome.is_hit) for one in judged)
            rate = hits / len(judged) if judged else None
            rows.append({"kind": kind, "followed": len(mine), "judged": len(judged), "hits": hits, "hit_rate": rate})
        return rows


def stored(account: AccountScores, verdict: Any, *, is_proposed: bool = True) -> StoredVerdict:
    """As the adapter keeps it."""
    return StoredVerdict(
        *(account.account_id, verdict.campaign_id, verdict.action, verdict.factor, verdict.effect[0]),
        *(verdict.expected, verdict.effect[1], verdict.p_better, verdict.confidence, verdict.evidence, is_proposed),
        *(account.day, account.currency, account.model_version, account.marts_version),
    )


def stored_reallocation(account: AccountScores) -> StoredVerdict:
    """What is proposed for the budgets together, as the adapter keeps it."""
    made = account.reallocation
    assert made is not None
    return StoredVerdict(
        *(account.account_id, WHOLE_ACCOUNT, REALLOCATE, 1.0, made.effect[0], made.expected, made.effect[1]),
        *(made.p_better, confidence_of(made.p_better), made.evidence(account.names), True),
        *(account.day, account.currency, account.model_version, account.marts_version),
    )
