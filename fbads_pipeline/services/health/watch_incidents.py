"""IncidentStore: opened and resolved from what is known, and each told once, its end too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.health.incident_messages import compose_incident
from fbads_pipeline.domain.health.incidents import IncidentFacts, Judged, judge
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.health import IncidentStore


@dataclass(frozen=True)
class Watched:
    """Rows of one evaluation. Zeros where nothing is new."""

    opened: int
    resolved: int
    announced: int


@dataclass(frozen=True)
class WatchPolicy:
    """warning_days: before a token's end; api_version: that we speak; stale_after, up_since: as in `judge`."""

    warning_days: int
    api_version: str
    stale_after: timedelta = timedelta(hours=3)
    up_since: datetime | None = None


def watch_incidents(
    incidents: IncidentStore, clock: Clock, recipients: Sequence[Recipient], policy: WatchPolicy
) -> Watched:
    """Write what is new, then one message per incident into the outbox; the same facts again write nothing."""
    now = clock.now()
    judged = incidents.update(_judge(clock, policy), now=now)
    announced = incidents.announce(compose=compose_incident, recipients=recipients, now=now)
    return Watched(len(judged.opened), len(judged.resolved), announced)


def news_waiting(incidents: IncidentStore, clock: Clock, policy: WatchPolicy) -> int:
    """How much `watch_incidents` would write now: incidents to open, to resolve, and to tell."""
    judged = _judge(clock, policy)(incidents.facts())
    return len(judged.opened) + len(judged.resolved) + incidents.unannounced()


def _judge(clock: Clock, policy: WatchPolicy) -> Callable[[IncidentFacts], Judged]:
    return partial(judge, now=clock.now(), **vars(policy))
