"""What the services need of incidents. Adapters and the fakes of the tests implement it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.health.incident_messages import IncidentUpdate
from fbads_pipeline.domain.health.incidents import Incident, IncidentChanges, IncidentFacts


class IncidentStore(Protocol):
    """Incidents: at most one open per kind and entity. The same facts a second time write nothing."""

    def facts(self) -> IncidentFacts:
        """What is known now."""

    def note_run(self, job: str, run_id: str, *, ok: bool, error: str | None, at: datetime) -> None:
        """How a run of that job ended; a success is stored only where it ends a failure."""

    def update(self, evaluate: Callable[[IncidentFacts], IncidentChanges], *, now: datetime) -> IncidentChanges:
        """Evaluate the facts and store the changes, in one transaction."""

    def announce(
        self, *, compose: Callable[[IncidentUpdate], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """In one transaction: an alert with its deliveries per open incident that none has announced, and per recovery
        of one that was announced. Returns how many alerts were written: none without recipients, so that all of it
        waits for some."""

    def unannounced(self) -> int:
        """How many alerts `announce` would write now."""

    def current(self) -> list[Incident]:
        """The open ones, the oldest first."""
