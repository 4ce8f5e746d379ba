"""Incidents in `ops`. One evaluation at a time: facts are read and evaluated under a lock, in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from uuid import uuid4

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.collection.tokens import token_check
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.messages import from_json, to_json
from fbads_pipeline.domain.core.redaction import redact
from fbads_pipeline.domain.health.incident_messages import IncidentUpdate
from fbads_pipeline.domain.health.incidents import (
    AccountFact,
    Incident,
    IncidentChanges,
    IncidentFacts,
    JobFact,
    VersionFact,
)

SQL = Statements(__package__, "incidents.sql")

_LOCK = 0x66626164735F7472  # "fbads_tr"
_INCIDENT = [one.name for one in fields(Incident)]


class PostgresIncidents:
    """The port IncidentStore on PostgreSQL; any number of processes may evaluate at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def facts(self) -> IncidentFacts:
        with reading(self._engine) as connection:
            return _facts(connection)

    def update(self, evaluate: Callable[[IncidentFacts], IncidentChanges], *, now: datetime) -> IncidentChanges:
        with self._locked() as connection:
            changes = evaluate(_facts(connection))
            for (kind, entity), resolution in changes.resolved.items():
                values = {"kind": kind, "entity": entity, "resolution": resolution, "now": now}
                connection.execute(SQL["resolve"], values)
            for incident in changes.opened:
                reason = orjson.dumps(to_json(incident.reason)).decode()
                values = vars(incident) | {"incident_id": uuid4().hex, "reason": reason, "now": now}
                connection.execute(SQL["open"], values)
            return changes

    def note_run(self, job: str, run_id: str, *, ok: bool, error: str | None, at: datetime) -> None:
        said = None if error is None else redact(error)
        values = {"job": job, "run_id": run_id, "ok": ok, "error": said, "at": at}
        with self._engine.begin() as connection:
            connection.execute(SQL["note_run"], values)

    def announce(
        self, *, compose: Callable[[IncidentUpdate], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        if not recipients:
            return 0
        with self._locked() as connection:
            updates = _unannounced(connection)
            for update in updates:
                alert = compose(update)
                write_alert(connection, alert, recipients, now)
                values = {"alert_id": alert.alert_id, "incident_id": update.incident_id}
                connection.execute(SQL["mark_announced"], values)
            return len(updates)

    def announce_platform(self, alert: Alert, recipients: Sequence[Recipient], *, now: datetime) -> bool:
        """An alert about the platform with its deliveries; False where it is there already."""
        with self._engine.begin() as connection:
            return write_alert(connection, alert, recipients, now)

    def unannounced(self) -> int:
        with reading(self._engine) as connection:
            return len(_unannounced(connection))

    def current(self) -> list[Incident]:
        with reading(self._engine) as connection:
            return [_incident(row) for row in connection.execute(SQL["current"]).mappings()]

    @contextmanager
    def _locked(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            connection.execute(SQL["lock"], {"key": _LOCK})
            yield connection


def _facts(connection: sa.Connection) -> IncidentFacts:
    return IncidentFacts(
        accounts=[AccountFact(**row) for row in connection.execute(SQL["accounts"]).mappings()],
        checks=[token_check(row) for row in connection.execute(SQL["token_checks"]).mappings()],
        versions=[VersionFact(**row) for row in connection.execute(SQL["versions"]).mappings()],
        jobs=[JobFact(**row) for row in connection.execute(SQL["jobs"]).mappings()],
        open={(row.kind, row.entity) for row in connection.execute(SQL["open_keys"])},
    )


def _unannounced(connection: sa.Connection) -> list[IncidentUpdate]:
    return [
        IncidentUpdate(row["incident_id"], _incident(row), row["resolved_at"], row["announced_alert_id"])
        for row in connection.execute(SQL["unannounced"]).mappings()
    ]


def _incident(row: sa.RowMapping) -> Incident:
    return Incident(**{name: row[name] for name in _INCIDENT} | {"reason": from_json(row["reason"])})
