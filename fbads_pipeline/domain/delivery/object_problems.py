"""Statuses of ads, ad sets and campaigns → problems: rejected, with issues, in review for too long, and the like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fbads_pipeline.domain.alerts.alerts import Severity
from fbads_pipeline.domain.collection.levels import ObjectKind
from fbads_pipeline.domain.delivery.problems import DeliveryProblem, Ended, Ending, ProblemChanges, ProblemKind
from fbads_pipeline.domain.delivery.reasons import reasons_of

REJECTED, WITH_ISSUES, IN_REVIEW, BILLING_MISSING = (
    "DISAPPROVED",
    "WITH_ISSUES",
    "PENDING_REVIEW",
    "PENDING_BILLING_INFO",
)
# What each tick asks for: an ad's status may change without its `updated_time`.
PROBLEM_STATUSES = (REJECTED, WITH_ISSUES, IN_REVIEW, BILLING_MISSING)
# Meta says that most reviews end within 24 hours.
REVIEW_TAKES = timedelta(hours=24)
LEARNING_FAILED = "FAIL"
_KINDS: dict[str, ProblemKind] = {
    REJECTED: "ad_rejected",
    WITH_ISSUES: "with_issues",
    IN_REVIEW: "in_review",
    BILLING_MISSING: "billing_missing",
}
_DELIVERS = frozenset({"ACTIVE", "PREAPPROVED"})
# Between a fix and its result nothing is known.
_UNCLEAR = frozenset({IN_REVIEW, "IN_PROCESS"})


@dataclass(frozen=True)
class ObjectFact:
    """An object that has a problem, or had one. since: when it got that status, as far as it is known.

    is_wanted: whether its parents are meant to deliver; other_active_ads: of its campaign, without itself, None for an
    object that is no ad; per_day: its usual spend before, None where it is not known.
    """

    kind: ObjectKind
    object_id: str
    account_id: str
    campaign_id: str | None
    name: str | None
    effective_status: str
    since: datetime
    is_wanted: bool = True
    issues: str | None = None
    feedback: str | None = None
    learning_status: str | None = None
    other_active_ads: int | None = None
    per_day: float | None = None
    currency: str | None = None
    campaign_name: str | None = None


def evaluate_objects(objects: Sequence[ObjectFact], now: datetime, changes: ProblemChanges) -> None:
    """Note which problems each object has now, and which it has no longer."""
    for one in objects:
        entity = f"{one.kind}:{one.object_id}"
        current = _problem_of(one, now) if one.is_wanted else None
        if current is not None:
            changes.add(DeliveryProblem(
                current, entity, one.account_id, _severity(current, one), one.since, one.name, one.campaign_id,
                _facts(one),
            ))  # fmt: skip
        how = _ending(one)
        for kind in (*_KINDS.values(), "learning_limited"):
            if how is not None and kind != current:
                changes.absent[kind, entity] = Ended("gone" if current is not None else how)


def _problem_of(one: ObjectFact, now: datetime) -> ProblemKind | None:
    kind = _KINDS.get(one.effective_status)
    if kind == "in_review":
        return kind if now - one.since > REVIEW_TAKES else None
    if kind is None and one.learning_status == LEARNING_FAILED and one.effective_status == "ACTIVE":
        return "learning_limited"
    return kind


def _severity(kind: ProblemKind, one: ObjectFact) -> Severity:
    """Critical where nothing of the campaign delivers any more."""
    if kind == "learning_limited":
        return "info"
    if kind == "billing_missing" or (one.kind == "campaign" and kind == "with_issues"):
        return "critical"
    return "critical" if one.other_active_ads == 0 else "warning"


def _ending(one: ObjectFact) -> Ending | None:
    """None while it is not known: an ad in review may be rejected again."""
    if not one.is_wanted:
        return "gone"
    if one.effective_status in _DELIVERS or one.effective_status in (REJECTED, WITH_ISSUES, BILLING_MISSING):
        return "fixed"
    return None if one.effective_status in _UNCLEAR else "gone"


def _facts(one: ObjectFact) -> dict[str, Any]:
    return {
        "reasons": [reason.as_json() for reason in reasons_of(one.feedback, one.issues)],
        "per_day": None if one.per_day is None else str(round(one.per_day, 2)),
        "currency": one.currency,
        "campaign_name": one.campaign_name,
        "other_active_ads": one.other_active_ads,
    }
