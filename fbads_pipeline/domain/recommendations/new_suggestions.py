"""Suggestions of a review: what is proposed for a campaign, why, and until when. None contradicts its own estimate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Literal

from fbads_pipeline.domain.core.messages import Value
from fbads_pipeline.domain.recommendations.breaches import CTR_BELOW, Breach
from fbads_pipeline.domain.recommendations.reasons import limits_reason

SuggestionKind = Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN", "REALLOCATE"]
Confidence = Literal["low", "medium", "high"]
# estimate: the posterior expects a gain of it; rule: a plain limit proposes it where no estimate is possible.
Basis = Literal["estimate", "rule"]

LIFETIME = timedelta(days=7)
PAUSE_AFTER_DECISION = timedelta(days=7)
HIGH_CONFIDENCE, MEDIUM_CONFIDENCE = 0.95, 0.88
# Below this probability of being better an estimate speaks against what is proposed.
EVEN_CHANCE = 0.5
# Of the campaigns together: its campaign has no id.
REALLOCATE: SuggestionKind = "REALLOCATE"
WHOLE_ACCOUNT = ""
EVIDENCE_MART = "marts.campaign_daily"


def expires_at(now: datetime) -> datetime:
    """Until when a suggestion made now stays open."""
    return now + LIFETIME


def decided_since(now: datetime) -> datetime:
    """What a person decided after this instant is not suggested again now."""
    return now - PAUSE_AFTER_DECISION


def confidence_of(p_better: float) -> Confidence:
    """How sure a suggestion is, from the probability that it is better than doing nothing."""
    if p_better >= HIGH_CONFIDENCE:
        return "high"
    return "medium" if p_better >= MEDIUM_CONFIDENCE else "low"


@dataclass(frozen=True)
class NewSuggestion:
    """A proposal for one campaign, a reallocation for those of its moves; `day` is the account-local day whose figures
    it rests on.

    promise: of the estimate; a plain limit has none. note: what would change the verdict, or what the estimate expects
    of pausing a campaign that is past a limit. evidence: JSON values only (decimals as text); every number of the
    reason is in it. adset_id: where the ad set holds the budget, empty where the campaign does. marts_version: state of
    the marts in which these figures first stood. Raises ValueError for a promise that speaks against it.
    """

    account_id: str
    campaign_id: str
    kind: SuggestionKind
    confidence: Confidence
    rules: tuple[str, ...]
    reason: Value
    evidence: Mapping[str, object]
    day: date
    marts_version: int
    promise: "Promise | None" = None
    note: Value | None = None
    adset_id: str = ""

    def __post_init__(self) -> None:
        if self.promise is not None and not self.promise.speaks_for_it:
            raise ValueError(f"The estimate speaks against {self.kind} of campaign {self.campaign_id}.")

    @property
    def basis(self) -> Basis:
        """What it rests on."""
        return "estimate" if self.promise else "rule"


@dataclass(frozen=True)
class Promise:
    """What the posterior expects of a proposal. factor: of the daily budget, 0 for a pause. effect_low, effect_high:
    80 % interval of the change of next week's profit in the account's currency; p_better: P(change > 0)."""

    factor: float
    effect_low: float
    effect_expected: float
    effect_high: float
    p_better: float
    model_version: str

    @property
    def speaks_for_it(self) -> bool:
        """Whether it is at least as likely to be better as not, and nothing is lost on average. NaN speaks against."""
        return self.p_better >= EVEN_CHANCE and self.effect_expected >= 0


@dataclass(frozen=True)
class SuggestionChanges:
    """What a review did to the open suggestions. superseded: closed because something speaks against them; observed:
    observations that are new or changed."""

    opened: int = 0
    renewed: int = 0
    expired: int = 0
    superseded: int = 0
    observed: int = 0


def from_breaches(breaches: Iterable[Breach]) -> list[NewSuggestion]:
    """One PAUSE of low confidence per campaign, both rules in one, ordered by account and campaign."""
    return [pause_by_rule(one) for one in by_campaign(breaches)]


def by_campaign(breaches: Iterable[Breach]) -> list[list[Breach]]:
    """The breaches of each campaign, CTR first, ordered by account and campaign."""
    ordered = sorted(breaches, key=lambda one: (*_campaign(one), one.rule != CTR_BELOW))
    return [list(group) for _, group in groupby(ordered, key=_campaign)]


def _campaign(breach: Breach) -> tuple[str, str]:
    return breach.window.account_id, breach.window.campaign_id


def pause_by_rule(breaches: Sequence[Breach]) -> NewSuggestion:
    """A PAUSE of low confidence, for the breaches of one campaign."""
    window = breaches[0].window
    version = max(breach.window.marts_version for breach in breaches)
    return NewSuggestion(
        account_id=window.account_id,
        campaign_id=window.campaign_id,
        kind="PAUSE",
        confidence="low",
        rules=tuple(breach.rule for breach in breaches),
        reason=limits_reason(breaches),
        evidence=breach_evidence(breaches, version),
        day=window.last_day,
        marts_version=version,
    )


def breach_evidence(breaches: Sequence[Breach], marts_version: int) -> dict[str, object]:
    """The window of one campaign and the limits that it is past."""
    window = breaches[0].window
    return {
        "mart": EVIDENCE_MART,
        "marts_version": marts_version,
        "first_day": window.first_day.isoformat(),
        "last_day": window.last_day.isoformat(),
        "currency": window.currency,
        "impressions": window.impressions,
        "clicks": window.clicks,
        "spend": _text(window.spend),
        "conversions": _text(window.conversions),
        "ctr": _text(window.ctr),
        "cpa": _text(window.cpa),
        "limits": {breach.rule: _text(breach.limit) for breach in breaches},
    }


def _text(value: Decimal | None) -> str | None:
    """One text per number, whatever its trailing zeros: 50, 50.0 and 5E+1 are `50`."""
    if value is None:
        return None
    return f"{value.normalize():f}" if value else "0"
