"""A fall of spend is explained by what is known to keep ads from delivering: no balance, a limit, a rejection; a fall
of conversions by a pixel whose event is silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly
from fbads_pipeline.domain.core.messages import Joined, Message, message, sentences
from fbads_pipeline.domain.delivery.pixel_messages import silence_cause
from fbads_pipeline.domain.delivery.problems import ProblemKind

DELIVERY = "delivery"
_FALLS = frozenset({"delivery_stop", "spend_drop"})
_CONVERSION_FALLS = frozenset({"tracking_break", "cpa_jump"})
PIXEL_SILENT: ProblemKind = "pixel_silent"
# What stops every campaign of an account; the others stop their own campaign.
_OF_ACCOUNT: frozenset[ProblemKind] = frozenset({"balance_empty", "account_cap_reached"})
_STOPS: tuple[ProblemKind, ...] = (
    *("balance_empty", "account_cap_reached", "campaign_cap_reached"),
    *("billing_missing", "with_issues", "ad_rejected"),
)


@dataclass(frozen=True)
class KnownProblem:
    """A delivery problem that is open. campaign_id: None for one of the whole account; since, facts: as stored."""

    kind: ProblemKind
    campaign_id: str | None
    since: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def may_be_explained(events: Sequence[DetectedAnomaly | AnomalyClosure]) -> bool:
    """Whether any of it is a fall of spend or of conversions."""
    return any(isinstance(one, DetectedAnomaly) and one.kind in _FALLS | _CONVERSION_FALLS for one in events)


def with_delivery(
    events: Sequence[DetectedAnomaly | AnomalyClosure], problems: Sequence[KnownProblem]
) -> list[DetectedAnomaly | AnomalyClosure]:
    """The same, each fall of spend with the problems that its account or campaign has, each fall of conversions with
    the silent events of the account's pixels."""
    return [one if isinstance(one, AnomalyClosure) else _explained(one, problems) for one in events]


def _explained(found: DetectedAnomaly, problems: Sequence[KnownProblem]) -> DetectedAnomaly:
    named = _stopping(found, problems) if found.kind in _FALLS else []
    if found.kind in _CONVERSION_FALLS:
        silent = [one for one in problems if one.kind == PIXEL_SILENT and one.since is not None]
        named = [(one.kind, silence_cause(one.since, one.facts)) for one in silent if one.since]
    if not named:
        return found
    return replace(
        found,
        causes=[*found.causes, *({"name": DELIVERY, "problem": kind} for kind, _ in named)],
        message=sentences(
            found.message, message("delivery.known_cause", causes=Joined(tuple(said for _, said in named), "; "))
        ),
    )


def _stopping(found: DetectedAnomaly, problems: Sequence[KnownProblem]) -> list[tuple[ProblemKind, Message]]:
    kinds = {one.kind for one in problems if one.kind in _OF_ACCOUNT or one.campaign_id == found.campaign_id}
    return [(kind, message(f"delivery.cause.{kind}")) for kind in _STOPS if kind in kinds]
