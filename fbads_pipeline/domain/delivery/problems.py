"""What keeps ads from delivering, or soon will: each problem is opened, announced and ended once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fbads_pipeline.domain.alerts.alerts import Severity

ProblemKind = Literal[
    "balance_low",
    "balance_empty",
    "account_cap_low",
    "account_cap_reached",
    "campaign_cap_low",
    "campaign_cap_reached",
    "ad_rejected",
    "with_issues",
    "in_review",
    "billing_missing",
    "learning_limited",
    "link_down",
    "link_redirected",
    "link_slow",
    "pixel_silent",
]
# fixed: announced; gone: not announced, for nobody wants it to deliver any more or another problem took its place.
Ending = Literal["fixed", "gone"]
ProblemState = Literal["open", "acknowledged", "fixed", "gone"]
# Kind, and what it is about: kind of object and id.
ProblemKey = tuple[ProblemKind, str]


@dataclass(frozen=True)
class DeliveryProblem:
    """entity: `account:<id>`, `campaign:<id>`, `adset:<id>`, `ad:<id>`, or a `link:` or `pixel:`; since: as far as it
    is known; facts: plain JSON, by which `messages` describes it."""

    kind: ProblemKind
    entity: str
    account_id: str
    severity: Severity
    since: datetime
    name: str | None = None
    campaign_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> ProblemKey:
        """At most one problem of a key is open."""
        return (self.kind, self.entity)


@dataclass(frozen=True)
class Ended:
    """How a problem ended, and what is known of it then."""

    how: Ending
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class ProblemChanges:
    """Problems that hold now, and those that are known not to; what is in neither stays as it is."""

    present: dict[ProblemKey, DeliveryProblem] = field(default_factory=dict)
    absent: dict[ProblemKey, Ended] = field(default_factory=dict)

    def add(self, problem: DeliveryProblem) -> None:
        self.present[problem.key] = problem

    def opened(self, open_keys: Collection[ProblemKey]) -> list[DeliveryProblem]:
        """Those that are not open yet."""
        return [one for key, one in self.present.items() if key not in open_keys]

    def ended(self, open_keys: Collection[ProblemKey]) -> dict[ProblemKey, Ended]:
        """The open ones that hold no more."""
        return {key: how for key, how in self.absent.items() if key in open_keys and key not in self.present}


@dataclass(frozen=True)
class StoredProblem:
    """A problem as it is stored."""

    problem_id: str
    problem: DeliveryProblem
    state: ProblemState
    opened_at: datetime
    account_name: str | None = None
    currency: str | None = None
    timezone_name: str = "UTC"
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    ended_at: datetime | None = None
    ending: Mapping[str, Any] = field(default_factory=dict)
    alert_id: str | None = None
