"""IncidentStore in `ops`. One evaluation at a time: facts are read and judged under a lock, in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.collection.tokens import token_check
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.health.incident_messages import IncidentUpdate
from fbads_pipeline.domain.health.incidents import AccountFact, Incident, IncidentFacts, JobFact, Judged, VersionFact

_LOCK = 0x66626164735F7472  # "fbads_tr"

# The newest run of each account that the others still leave alone: a run that met a busy account says nothing of it.
_ACCOUNTS = """
select
    account_id, account.name, token.token_name as token, run.status, run.error_kind, run.error, run.ended_at,
    account.account_status, account.collected_at as status_at, reading.read_at
from (
    select distinct on (account_id) account_id, status, error_kind, error, ended_at
    from ops.collect_runs
    where error_kind is distinct from 'busy'
    order by account_id, ended_at desc
) as run
full join raw.accounts as account using (account_id)
left join ops.account_tokens as token using (account_id)
left join (
    select account_id, max(read_at) as read_at from raw.reading_runs
    where level = 'campaign' and breakdown = '' and ok group by account_id
) as reading using (account_id)
order by account_id
"""
_CHECKS = "select distinct on (name) * from ops.token_checks order by name, checked_at desc"
_VERSIONS = "select distinct on (version) version, message, seen_at from ops.api_warnings order by version, seen_at"
_JOBS = "select job, ok, error, failing_since from ops.job_outcomes order by job"
# Of two runs of a job the one that ended last speaks for it.
_NOTE_RUN = """
insert into ops.job_outcomes as known (job, ok, run_id, error, ended_at, failing_since)
select :job, :ok, :run_id, cast(:error as text), :at, case when not :ok then cast(:at as timestamptz) end
where not :ok or exists (select from ops.job_outcomes where job = :job and not ok)
on conflict (job) do update set
    ok = excluded.ok, run_id = excluded.run_id, error = excluded.error, ended_at = excluded.ended_at,
    failing_since = case when not excluded.ok then coalesce(known.failing_since, excluded.failing_since) end
where known.ended_at <= excluded.ended_at
"""
_OPEN_KEYS = "select kind, entity from ops.incidents where resolved_at is null"
_OPEN = """
insert into ops.incidents (incident_id, kind, entity, account_id, name, reason, since, opened_at)
values (:incident_id, :kind, :entity, :account_id, :name, :reason, :since, :now)
"""
_RESOLVE = """
update ops.incidents set resolved_at = :now, resolution = :resolution
where kind = :kind and entity = :entity and resolved_at is null
"""
# What ended before anybody heard of it is not told at all; an end is told where it is a recovery.
_UNTOLD = """
from ops.incidents
where (resolved_at is null and announced_alert_id is null)
    or (resolution = 'recovered' and announced_alert_id is not null and recovery_alert_id is null)
"""
_MARK = """
update ops.incidents set
    announced_alert_id = coalesce(announced_alert_id, :alert_id),
    recovery_alert_id = case when resolved_at is not null then :alert_id end
where incident_id = :incident_id
"""


class PostgresIncidents:
    """The port IncidentStore on PostgreSQL; any number of processes may evaluate at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def facts(self) -> IncidentFacts:
        with self._engine.connect() as connection:
            return _facts(connection)

    def update(self, judge: Callable[[IncidentFacts], Judged], *, now: datetime) -> Judged:
        with self._alone() as connection:
            judged = judge(_facts(connection))
            for (kind, entity), resolution in judged.resolved.items():
                values = {"kind": kind, "entity": entity, "resolution": resolution, "now": now}
                connection.execute(sa.text(_RESOLVE), values)
            for incident in judged.opened:
                values = {**vars(incident), "incident_id": uuid4().hex, "now": now}
                connection.execute(sa.text(_OPEN), values)
            return judged

    def note_run(self, job: str, run_id: str, *, ok: bool, error: str | None, at: datetime) -> None:
        with self._engine.begin() as connection:
            named = {"job": job, "run_id": run_id, "ok": ok, "error": error, "at": at}
            connection.execute(sa.text(_NOTE_RUN), named)

    def announce(
        self, *, compose: Callable[[IncidentUpdate], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """Without recipients nothing is announced, and all of it waits for some."""
        if not recipients:
            return 0
        with self._alone() as connection:
            rows = connection.execute(sa.text(f"select * {_UNTOLD} order by since, incident_id")).mappings().all()
            for row in rows:
                alert = compose(_news(row))
                write_alert(connection, alert, recipients, now)
                connection.execute(sa.text(_MARK), {"alert_id": alert.alert_id, "incident_id": row["incident_id"]})
            return len(rows)

    def unannounced(self) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(sa.text(f"select count(*) {_UNTOLD}")).scalar_one())

    def current(self) -> list[Incident]:
        with self._engine.connect() as connection:
            query = "select * from ops.incidents where resolved_at is null order by since, incident_id"
            return [_incident(row) for row in connection.execute(sa.text(query)).mappings()]

    @contextmanager
    def _alone(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection


def _facts(connection: sa.Connection) -> IncidentFacts:
    return IncidentFacts(
        accounts=[AccountFact(**row) for row in connection.execute(sa.text(_ACCOUNTS)).mappings()],
        checks=[token_check(row) for row in connection.execute(sa.text(_CHECKS)).mappings()],
        versions=[VersionFact(**row) for row in connection.execute(sa.text(_VERSIONS)).mappings()],
        jobs=[JobFact(**row) for row in connection.execute(sa.text(_JOBS)).mappings()],
        open={(row.kind, row.entity) for row in connection.execute(sa.text(_OPEN_KEYS))},
    )


def _news(row: sa.RowMapping) -> IncidentUpdate:
    return IncidentUpdate(row["incident_id"], _incident(row), row["resolved_at"], row["announced_alert_id"])


def _incident(row: sa.RowMapping) -> Incident:
    return Incident(**{name: row[name] for name in Incident.__dataclass_fields__})
