"""What scores and suggestions of one account are made from, and their results. Services fill in what loads numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from fbads_pipeline.domain.recommendations.breaches import pursues
from fbads_pipeline.domain.recommendations.inbox.withheld import (
    ANOMALY,
    ANOTHER_GOAL,
    LEARNING,
    Withheld,
    is_assessable,
)
from fbads_pipeline.domain.scoring.adsets import AdsetPerformance, AdsetScores, together

if TYPE_CHECKING:
    import pandas as pd

    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
    from fbads_pipeline.domain.recommendations.outcomes import Outcome
    from fbads_pipeline.domain.recommendations.reallocation import Reallocation
    from fbads_pipeline.domain.recommendations.verdicts import Verdict
    from fbads_pipeline.domain.scoring.campaign_trends import CampaignTrend
    from fbads_pipeline.domain.scoring.scores import CampaignScore

HISTORY_DAYS = 56
TRACKING = "tracking_break"
_WEIGHT = {"critical": 1.0, "warning": 0.6, "info": 0.3}
_HALF_LIFE_HOURS = 48.0


class OpenAnomaly(NamedTuple):
    """An open anomaly of a campaign; `since` is aware."""

    campaign_id: str
    kind: str
    severity: str
    since: datetime


@dataclass(frozen=True)
class AccountPerformance:
    """What is known of an account before `today`, its present local day.

    history: as in `suggestions.suggest`, over HISTORY_DAYS, in the account's currency. objectives: campaign → Meta's
    objective. learning: campaigns whose active ad sets are all in Meta's learning phase. as_of: when the newest of the
    figures was read. goal_family: what its conversions are; goals: campaign → its own goal, where a target names
    another one. pending: campaign → kind of the posterior's suggestion that waits for a decision. unread: days of
    the history that were never read well; on every other day a missing row means that nothing was delivered.
    names: campaign → its name, where it has one; adsets: those that hold their campaign's budget.
    """

    account_id: str
    currency: str
    today: date
    history: "pd.DataFrame"
    objectives: Mapping[str, str]
    learning: frozenset[str]
    anomalies: Sequence[OpenAnomaly]
    as_of: datetime
    marts_version: int
    goal_family: str = "purchase"
    pending: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[date] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    adsets: AdsetPerformance | None = None
    goals: Mapping[str, str] = field(default_factory=dict)

    def by_goal(self) -> "list[AccountPerformance]":
        """The same account once per goal, with the campaigns that have it; those of the account's own goal first.

        Conversions of different goals compare with nothing, so that each goal has estimates of its own.
        """
        known = [str(one) for one in self.history["campaign_id"].unique()]
        members: dict[str, set[str]] = {self.goal_family: set()}
        for one in known:
            members.setdefault(self.goals.get(one, self.goal_family), set()).add(one)
        groups = [(goal, some) for goal, some in members.items() if some]
        if len(groups) < 2 and groups and groups[0][0] == self.goal_family:
            return [self]
        return [self._limited_to(some, goal) for goal, some in groups] or [self]

    def _limited_to(self, campaigns: set[str], goal: str) -> "AccountPerformance":
        adsets = self.adsets
        if adsets is not None:
            inside = {one: campaign for one, campaign in adsets.campaigns.items() if campaign in campaigns}
            rows = adsets.history[adsets.history["campaign_id"].isin(inside)]
            adsets = replace(adsets, history=rows, campaigns=inside)
        rows = self.history[self.history["campaign_id"].isin(campaigns)]
        objectives = {one: aim for one, aim in self.objectives.items() if one in campaigns}
        anomalies = [one for one in self.anomalies if one.campaign_id in campaigns]
        return replace(
            self,
            history=rows.reset_index(drop=True),
            objectives=objectives,
            learning=self.learning & campaigns,
            anomalies=anomalies,
            adsets=adsets,
            goal_family=goal,
            goals={},
        )

    @property
    def is_assessable(self) -> bool:
        """Whether its days are read so far that scores and estimates may rest on them."""
        return is_assessable(self.today, self.unread)

    @property
    def withheld(self) -> Mapping[str, Withheld]:
        """Campaigns for which nothing is proposed now, and why: learning, in an anomaly, or after another goal."""
        own = self.goals
        elsewhere = [name for name, aim in self.objectives.items() if not pursues(own.get(name, self.goal_family), aim)]
        return {
            **dict.fromkeys(elsewhere, ANOTHER_GOAL),
            **dict.fromkeys(sorted(self.learning), LEARNING),
            **{one.campaign_id: ANOMALY for one in self.anomalies},
        }

    @property
    def broken_tracking(self) -> frozenset[str]:
        """Campaigns whose tracking is broken: their conversions say nothing."""
        return frozenset(one.campaign_id for one in self.anomalies if one.kind == TRACKING)

    def worst_anomaly(self) -> dict[str, float]:
        """Campaign → 0..1, its worst open anomaly, halved every 48 hours since it began."""
        worst: dict[str, float] = {}
        for one in self.anomalies:
            hours = max((self.as_of - one.since).total_seconds() / 3600, 0.0)
            weight = _WEIGHT.get(one.severity, 1.0) * 0.5 ** (hours / _HALF_LIFE_HOURS)
            worst[one.campaign_id] = max(worst.get(one.campaign_id, 0.0), weight)
        return worst


@dataclass(frozen=True)
class AccountScores:
    """Results of one review of an account. target_cpa: by campaign; for_breaches: verdicts on pausing campaigns that
    are beyond a threshold; withheld: campaigns that could not be assessed, and why; reallocation: what is proposed for
    the account's budgets together; names: of the campaigns."""

    account_id: str
    currency: str
    day: date
    target_cpa: Mapping[str, float]
    model_version: str
    marts_version: int
    scores: "Sequence[CampaignScore]"
    trends: "Sequence[CampaignTrend]"
    proposals: "Sequence[Verdict]"
    for_breaches: "Sequence[Verdict]"
    withheld: Mapping[str, Withheld] = field(default_factory=dict)
    reallocation: "Reallocation | None" = None
    names: Mapping[str, str] = field(default_factory=dict)
    adsets: AdsetScores | None = None

    def with_others(self, others: "Sequence[AccountScores]") -> "AccountScores":
        """Together with what the same review found of the account's campaigns that have other goals."""
        parts = (self, *others)
        return replace(
            self,
            scores=[one for part in parts for one in part.scores],
            trends=[one for part in parts for one in part.trends],
            proposals=[one for part in parts for one in part.proposals],
            for_breaches=[one for part in parts for one in part.for_breaches],
            withheld={name: why for part in parts for name, why in part.withheld.items()},
            reallocation=next((part.reallocation for part in parts if part.reallocation is not None), None),
            adsets=together([part.adsets for part in parts if part.adsets is not None]),
        )

    def with_roas(self, roas: Mapping[str, float]) -> "AccountScores":
        """With the ROAS that each campaign's target follows from, in the evidence of what is proposed for it."""

        def known(one: "Verdict", campaign_id: str) -> "Verdict":
            of = roas.get(campaign_id)
            return one if of is None else replace(one, evidence={**one.evidence, "target_roas": of})

        adsets = self.adsets
        if adsets is not None:
            campaigns = adsets.campaigns
            adsets = replace(adsets, proposals=[known(one, campaigns[one.campaign_id]) for one in adsets.proposals])
        return replace(
            self,
            proposals=[known(one, one.campaign_id) for one in self.proposals],
            for_breaches=[known(one, one.campaign_id) for one in self.for_breaches],
            adsets=adsets,
        )


@dataclass(frozen=True)
class FittedModel:
    """A fitted model and whether it is used. reason: one sentence on why it is, or is not."""

    account_id: str
    model: "AccountModel"
    is_current: bool
    reason: str


class StoredScore(NamedTuple):
    """A campaign's newest score; None where it is not given, and then why_not says why. Points add up with 50."""

    account_id: str
    campaign_id: str
    day: date
    total: float | None
    low: float | None
    high: float | None
    points: Mapping[str, float | None]
    conversions: float
    why_not: str | None
    model_version: str


@dataclass(frozen=True)
class PromisedEffect:
    """An accepted suggestion of the posterior. decided_on: account-local day of the decision; moves: of a reallocation,
    campaign → by what its budget was multiplied."""

    suggestion_id: str
    account_id: str
    campaign_id: str
    kind: str
    factor: float
    effect: tuple[float, float]
    decided_on: date
    currency: str
    moves: Mapping[str, float] = field(default_factory=dict)
    adset_id: str = ""


@dataclass(frozen=True)
class EffectFollowUp:
    """The outcome of an accepted suggestion. state: waiting, not carried out, unknown or judged."""

    promised: PromisedEffect
    state: str
    outcome: "Outcome | None" = None
