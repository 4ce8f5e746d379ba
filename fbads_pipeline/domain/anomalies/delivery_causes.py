"""A fall of spend is explained by what is known to keep ads from delivering: no balance, a limit, a rejection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly
from fbads_pipeline.domain.core.messages import Joined, message, sentences
from fbads_pipeline.domain.delivery.problems import ProblemKind

DELIVERY = "delivery"
_FALLS = frozenset({"delivery_stop", "spend_drop"})
# What stops every campaign of an account; the others stop their own campaign.
_OF_ACCOUNT: frozenset[ProblemKind] = frozenset({"balance_empty", "account_cap_reached"})
_STOPS: tuple[ProblemKind, ...] = (
    *("balance_empty", "account_cap_reached", "campaign_cap_reached"),
    *("billing_missing", "with_issues", "ad_rejected"),
)


@dataclass(frozen=True)
class KnownProblem:
    """A delivery problem that is open. campaign_id: None for one of the whole account."""

    kind: ProblemKind
    campaign_id: str | None


def may_be_explained(events: Sequence[DetectedAnomaly | AnomalyClosure]) -> bool:
    """Whether any of it is a fall of spend."""
    return any(isinstance(one, DetectedAnomaly) and one.kind in _FALLS for one in events)


def with_delivery(
    events: Sequence[DetectedAnomaly | AnomalyClosure], problems: Sequence[KnownProblem]
) -> list[DetectedAnomaly | AnomalyClosure]:
    """The same, each fall of spend with the problems that its account or campaign has."""
    return [one if isinstance(one, AnomalyClosure) else _explained(one, problems) for one in events]


def _explained(found: DetectedAnomaly, problems: Sequence[KnownProblem]) -> DetectedAnomaly:
    kinds = {one.kind for one in problems if one.kind in _OF_ACCOUNT or one.campaign_id == found.campaign_id}
    named = [kind for kind in _STOPS if kind in kinds]
    if found.kind not in _FALLS or not named:
        return found
    causes = Joined(tuple(message(f"delivery.cause.{kind}") for kind in named), "; ")
    return replace(
        found,
        causes=[*found.causes, *({"name": DELIVERY, "problem": kind} for kind in named)],
        message=sentences(found.message, message("delivery.known_cause", causes=causes)),
    )
