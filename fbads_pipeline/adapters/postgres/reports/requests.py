"""Reports that users requested, in `ops`."""

from collections.abc import Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.domain.core.messages import Value, from_json, to_json
from fbads_pipeline.domain.reports.generated_reports import ReportFile
from fbads_pipeline.domain.reports.requests import ReportRequest

_ADD = """
insert into ops.report_requests (request_id, user_id, kind, account_id, language, formats, day, asked_at)
values (:request_id, :user_id, :kind, :account_id, :language, :formats, :day, :asked_at)
"""
_FORGET = "delete from ops.report_requests where asked_at < cast(:now as timestamptz) - interval '90 days'"
_END = """
update ops.report_requests set state = :state, reason = :reason, files = cast(:files as jsonb), ended_at = :now
where request_id = :request_id and state = 'waiting'
"""
_OF = "select * from ops.report_requests where user_id = :user_id"


class PostgresReportRequests:
    """The port ReportRequests on PostgreSQL. Nobody sees what somebody else asked for."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, request: ReportRequest) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(_FORGET), {"now": request.asked_at})
            connection.execute(sa.text(_ADD), {**vars(request), "formats": list(request.formats)})

    def ready(self, request_id: str, files: Sequence[ReportFile], *, now: datetime) -> None:
        listed = orjson.dumps([vars(one) for one in files]).decode()
        self._end(request_id=request_id, state="ready", reason=None, files=listed, now=now)

    def failed(self, request_id: str, reason: Value, *, now: datetime) -> None:
        self._end(
            request_id=request_id, state="failed", reason=orjson.dumps(to_json(reason)).decode(), files="[]", now=now
        )

    def one(self, user_id: str, request_id: str) -> ReportRequest | None:
        with self._engine.connect() as connection:
            query = f"{_OF} and request_id = :request_id"
            row = connection.execute(sa.text(query), {"user_id": user_id, "request_id": request_id}).mappings().first()
            return None if row is None else _request(row)

    def newest(self, user_id: str, last: int) -> list[ReportRequest]:
        with self._engine.connect() as connection:
            query = f"{_OF} order by asked_at desc, request_id limit :last"
            rows = connection.execute(sa.text(query), {"user_id": user_id, "last": last}).mappings()
            return [_request(row) for row in rows]

    def _end(self, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(_END), values)


def _request(row: sa.RowMapping) -> ReportRequest:
    files = tuple(ReportFile(**one) for one in row["files"])
    reason = None if row["reason"] is None else _reason(row["reason"])
    return ReportRequest(**{**row, "formats": tuple(row["formats"]), "files": files, "reason": reason})


def _reason(stored: str) -> Value:
    """Reasons were once stored as English sentences."""
    try:
        return from_json(orjson.loads(stored))
    except ValueError:
        return stored
