"""Reports that were made, in `ops`."""

from collections.abc import Sequence
from datetime import date, datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert, AlertText
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.messages import from_json, to_json
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile
from fbads_pipeline.domain.reports.message import report_alert
from fbads_pipeline.domain.reports.report import ReportKind

SQL = Statements(__package__, "reports.sql")


class PostgresReports:
    """The port Reports on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def made(self, kind: ReportKind, last_day: date) -> set[str]:
        with reading(self._engine) as connection:
            named = {"kind": kind, "last_day": last_day}
            return set(connection.execute(SQL["made"], named).scalars())

    def keep(self, report: MadeReport, alert: Alert, recipients: Sequence[Recipient]) -> bool:
        with self._engine.begin() as connection:
            if not report.is_waiting:
                write_alert(connection, alert, recipients, report.made_at)
            values = {**_row(report, alert), "state": "waiting" if report.is_waiting else "sent"}
            return connection.execute(SQL["keep"], values).rowcount == 1

    def replace(self, report: MadeReport, alert: Alert, *, actor: str) -> bool:
        with self._engine.begin() as connection:
            if connection.execute(SQL["replace"], _row(report, alert)).rowcount == 0:
                return False
            _audit(connection, report.report_id, "REPORT_COMMENTED", actor, report.made_at)
        return True

    def approve(self, report_id: str, recipients: Sequence[Recipient], *, actor: str, now: datetime) -> bool:
        with self._engine.begin() as connection:
            row = connection.execute(SQL["waiting"], {"report_id": report_id}).one_or_none()
            if row is None:
                return False
            text = AlertText(from_json(row.pending["title"]), from_json(row.pending["body"]))
            alert = report_alert(row.kind, row.account_id or None, row.last_day, text, row.pending["facts"])
            write_alert(connection, alert, recipients, now)
            values = {"report_id": report_id, "actor": actor, "now": now, "alert_id": alert.alert_id}
            connection.execute(SQL["approve"], values)
            _audit(connection, report_id, "REPORT_APPROVED", actor, now)
        return True

    def newest(self, last: int, accounts: Sequence[str] | None = None) -> list[MadeReport]:
        with reading(self._engine) as connection:
            named = {"last": last, "accounts": None if accounts is None else list(accounts)}
            return [_made(row) for row in connection.execute(SQL["newest"], named).mappings()]


def _made(row: sa.RowMapping) -> MadeReport:
    return MadeReport(**{**row, "files": tuple(ReportFile(**one) for one in row["files"])})


def _row(report: MadeReport, alert: Alert) -> dict[str, object]:
    """The columns of a report. pending: what leaves later, of one that waits."""
    files = orjson.dumps([vars(one) for one in report.files]).decode()
    pending = {"title": to_json(alert.title), "body": to_json(alert.body), "facts": dict(alert.facts)}
    stored = orjson.dumps(pending, default=str).decode() if report.is_waiting else None
    return {**vars(report), "files": files, "alert_id": alert.alert_id, "pending": stored}


def _audit(connection: sa.Connection, report_id: str, action: str, actor: str, now: datetime) -> None:
    details = {"entity": {"type": "report", "id": report_id}}
    append(connection, at=now, actor=actor, action=action, subject=report_id, details=details)
