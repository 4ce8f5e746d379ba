"""Facts → incidents, opened and resolved → one alert about each, and one about its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.health.incident_messages import compose_incident
from fbads_pipeline.domain.health.incidents import STALE_AFTER, IncidentChanges, IncidentFacts, evaluate_incidents
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.health import IncidentStore


@dataclass(frozen=True)
class WatchReport:
    """Rows that one evaluation wrote. Zeros where nothing has changed."""

    opened: int
    resolved: int
    announced: int


@dataclass(frozen=True)
class WatchPolicy:
    """warning_days: before a token's end; api_version: that this program uses; stale_after, up_since: as in
    `evaluate_incidents`."""

    warning_days: int
    api_version: str
    stale_after: timedelta = STALE_AFTER
    up_since: datetime | None = None


def watch_incidents(
    incidents: IncidentStore, clock: Clock, recipients: Sequence[Recipient], policy: WatchPolicy
) -> WatchReport:
    """Store what has changed, then put one alert per incident into the outbox; the same facts again write nothing."""
    now = clock.now()
    changes = incidents.update(_evaluation(clock, policy), now=now)
    announced = incidents.announce(compose=compose_incident, recipients=recipients, now=now)
    return WatchReport(len(changes.opened), len(changes.resolved), announced)


def pending_changes(incidents: IncidentStore, clock: Clock, policy: WatchPolicy) -> int:
    """How much `watch_incidents` would write now: incidents to open, to resolve, and to announce."""
    changes = _evaluation(clock, policy)(incidents.facts())
    return len(changes.opened) + len(changes.resolved) + incidents.unannounced()


def _evaluation(clock: Clock, policy: WatchPolicy) -> Callable[[IncidentFacts], IncidentChanges]:
    return partial(evaluate_incidents, now=clock.now(), **vars(policy))
