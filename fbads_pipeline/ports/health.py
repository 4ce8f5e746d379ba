"""What the services ask of incidents. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.health.incident_messages import IncidentUpdate
from fbads_pipeline.domain.health.incidents import Incident, IncidentFacts, Judged


class IncidentStore(Protocol):
    """What needs a person: one open incident per kind and entity. The same facts a second time write nothing."""

    def facts(self) -> IncidentFacts:
        """What is known now."""

    def note_run(self, job: str, run_id: str, *, ok: bool, error: str | None, at: datetime) -> None:
        """How a run of that job ended; a success is kept only where it ends a failure."""

    def update(self, judge: Callable[[IncidentFacts], Judged], *, now: datetime) -> Judged:
        """Judge the facts and write what came of it, in one transaction."""

    def announce(
        self, *, compose: Callable[[IncidentUpdate], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """In one transaction: an alert with its deliveries per incident that nobody has heard of, and per recovery of
        one that somebody has; returns how many alerts were written."""

    def unannounced(self) -> int:
        """How many alerts `announce` would write now."""

    def current(self) -> list[Incident]:
        """The open ones, the oldest first."""
