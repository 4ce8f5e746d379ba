"""Reports that were made, in `ops`."""

from collections.abc import Sequence
from datetime import date

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile
from fbads_pipeline.domain.reports.report import ReportKind

SQL = Statements(__package__, "reports.sql")


class PostgresReports:
    """The port Reports on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def made(self, kind: ReportKind, last_day: date) -> set[str]:
        with self._engine.connect() as connection:
            named = {"kind": kind, "last_day": last_day}
            return set(connection.execute(SQL["made"], named).scalars())

    def keep(self, report: MadeReport, alert: Alert, recipients: Sequence[Recipient]) -> bool:
        files = orjson.dumps([vars(one) for one in report.files]).decode()
        with self._engine.begin() as connection:
            write_alert(connection, alert, recipients, report.made_at)
            values = {**vars(report), "files": files, "alert_id": alert.alert_id}
            return connection.execute(SQL["keep"], values).rowcount == 1

    def newest(self, last: int, accounts: Sequence[str] | None = None) -> list[MadeReport]:
        with self._engine.connect() as connection:
            named = {"last": last, "accounts": None if accounts is None else list(accounts)}
            return [_made(row) for row in connection.execute(SQL["newest"], named).mappings()]


def _made(row: sa.RowMapping) -> MadeReport:
    return MadeReport(**{**row, "files": tuple(ReportFile(**one) for one in row["files"])})
