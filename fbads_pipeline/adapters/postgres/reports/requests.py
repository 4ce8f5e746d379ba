"""Reports that users requested, in `ops`."""

from collections.abc import Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.messages import Value, from_json, to_json
from fbads_pipeline.domain.reports.generated_reports import ReportFile
from fbads_pipeline.domain.reports.requests import KEPT_FOR, ReportRequest

SQL = Statements(__package__, "requests.sql")


class PostgresReportRequests:
    """The port ReportRequests on PostgreSQL. Nobody sees what somebody else asked for."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, request: ReportRequest) -> None:
        with self._engine.begin() as connection:
            connection.execute(SQL["forget"], {"before": request.asked_at - KEPT_FOR})
            connection.execute(
                SQL["add"],
                {
                    **vars(request),
                    "formats": list(request.formats),
                    "visible_accounts": _listed(request.visible_accounts),
                },
            )

    def ready(self, request_id: str, files: Sequence[ReportFile], *, now: datetime) -> None:
        listed = orjson.dumps([vars(one) for one in files]).decode()
        self._end(request_id=request_id, state="ready", reason=None, files=listed, now=now)

    def failed(self, request_id: str, reason: Value, *, now: datetime) -> None:
        self._end(
            request_id=request_id, state="failed", reason=orjson.dumps(to_json(reason)).decode(), files="[]", now=now
        )

    def one(self, user_id: str, request_id: str) -> ReportRequest | None:
        with reading(self._engine) as connection:
            row = connection.execute(SQL["one"], {"user_id": user_id, "request_id": request_id}).mappings().first()
            return None if row is None else _request(row)

    def newest(self, user_id: str, last: int) -> list[ReportRequest]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["newest"], {"user_id": user_id, "last": last}).mappings()
            return [_request(row) for row in rows]

    def _end(self, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(SQL["settle"], values)


def _request(row: sa.RowMapping) -> ReportRequest:
    files = tuple(ReportFile(**one) for one in row["files"])
    reason = None if row["reason"] is None else _reason(row["reason"])
    visible = None if row["visible_accounts"] is None else tuple(row["visible_accounts"])
    read = {"formats": tuple(row["formats"]), "files": files, "reason": reason, "visible_accounts": visible}
    return ReportRequest(**{**row, **read})


def _listed(accounts: tuple[str, ...] | None) -> list[str] | None:
    return None if accounts is None else list(accounts)


def _reason(stored: str) -> Value:
    """Reasons were once stored as English sentences."""
    try:
        return from_json(orjson.loads(stored))
    except ValueError:
        return stored
