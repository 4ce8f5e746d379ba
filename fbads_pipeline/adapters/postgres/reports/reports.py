"""Reports that were made, in `ops`."""

from collections.abc import Sequence
from datetime import date

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile
from fbads_pipeline.domain.reports.report import ReportKind

_MADE = "select account_id from ops.reports where kind = :kind and last_day = :last_day"
_KEEP = """
insert into ops.reports (report_id, kind, account_id, first_day, last_day, files, alert_id, made_at)
values (
    :report_id, :kind, :account_id, :first_day, :last_day, cast(:files as jsonb),
    (select alert_id from ops.alerts where alert_id = :alert_id), :made_at
)
on conflict (kind, account_id, last_day) do nothing
"""
_NEWEST = """
select report_id, kind, account_id, first_day, last_day, files, made_at
from ops.reports
where cast(:accounts as text[]) is null or account_id = any(cast(:accounts as text[]))
order by made_at desc, report_id
limit :last
"""


class PostgresReports:
    """The port Reports on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def made(self, kind: ReportKind, last_day: date) -> set[str]:
        with self._engine.connect() as connection:
            named = {"kind": kind, "last_day": last_day}
            return set(connection.execute(sa.text(_MADE), named).scalars())

    def keep(self, report: MadeReport, alert: Alert, recipients: Sequence[Recipient]) -> bool:
        files = orjson.dumps([vars(one) for one in report.files]).decode()
        with self._engine.begin() as connection:
            write_alert(connection, alert, recipients, report.made_at)
            values = {**vars(report), "files": files, "alert_id": alert.alert_id}
            return connection.execute(sa.text(_KEEP), values).rowcount == 1

    def newest(self, last: int, accounts: Sequence[str] | None = None) -> list[MadeReport]:
        with self._engine.connect() as connection:
            named = {"last": last, "accounts": None if accounts is None else list(accounts)}
            return [_made(row) for row in connection.execute(sa.text(_NEWEST), named).mappings()]


def _made(row: sa.RowMapping) -> MadeReport:
    return MadeReport(**{**row, "files": tuple(ReportFile(**one) for one in row["files"])})
