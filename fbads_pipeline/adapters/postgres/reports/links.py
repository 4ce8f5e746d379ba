"""Links to frozen reports, in `ops`: the page and the PDF lie beside the digest of the secret that leads to them."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.reports.links import ReportLink

SQL = Statements(__package__, "links.sql")


class PostgresReportLinks:
    """The port ReportLinks on PostgreSQL. Making and revoking one is audited; opening one leaves a number alone."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, link: ReportLink, secret_digest: str, page: bytes, document: bytes | None) -> None:
        ids = None if link.account_ids is None else list(link.account_ids)
        kept = {"secret_digest": secret_digest, "page": page, "document": document, "account_ids": ids}
        with self._engine.begin() as connection:
            connection.execute(SQL["forget"], {"now": link.made_at})
            connection.execute(SQL["add"], {**vars(link), **kept})
            details = {"report": link.name, "accounts": ids, "expires_at": link.expires_at.isoformat()}
            _audit(connection, link.link_id, "REPORT_LINK_MADE", link.made_by, link.made_at, details)

    def newest(self, last: int) -> list[ReportLink]:
        return self._read(None, last)

    def one(self, link_id: str) -> ReportLink | None:
        return next(iter(self._read(link_id, 1)), None)

    def revoke(self, link_id: str, *, actor: str, now: datetime) -> bool:
        with self._engine.begin() as connection:
            if connection.execute(SQL["revoke"], {"link_id": link_id, "now": now}).rowcount == 0:
                return False
            _audit(connection, link_id, "REPORT_LINK_REVOKED", actor, now, {})
        return True

    def page(self, secret_digest: str, *, now: datetime, is_counted: bool) -> bytes | None:
        row = self._opened("page", secret_digest, now, "count_view" if is_counted else None)
        return None if row is None else bytes(row["page"])

    def document(self, secret_digest: str, *, now: datetime, is_counted: bool) -> tuple[str, bytes] | None:
        row = self._opened("document", secret_digest, now, "count_download" if is_counted else None)
        return None if row is None else (row["name"], bytes(row["document"]))

    def _opened(self, content: str, secret_digest: str, now: datetime, count: str | None) -> Mapping[str, Any] | None:
        """The row that the digest leads to; the digest of a random secret, so that how long the index takes tells
        nothing about one, and it is compared once more in constant time."""
        with self._engine.begin() as connection:
            row = connection.execute(SQL[content], {"digest": secret_digest, "now": now}).mappings().first()
            if row is None or not hmac.compare_digest(row["secret_digest"], secret_digest) or row[content] is None:
                return None
            if count is not None:
                connection.execute(SQL[count], {"link_id": row["link_id"]})
            return dict(row)

    def _read(self, link_id: str | None, last: int) -> list[ReportLink]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["links"], {"link_id": link_id, "last": last}).mappings()
            return [_link(row) for row in rows]


def _link(row: sa.RowMapping) -> ReportLink:
    ids = None if row["account_ids"] is None else tuple(row["account_ids"])
    return ReportLink(**{**row, "account_ids": ids})


def _audit(
    connection: sa.Connection, link_id: str, action: str, actor: str, now: datetime, details: Mapping[str, object]
) -> None:
    entity = {"type": "report_link", "id": link_id}
    append(connection, at=now, actor=actor, action=action, subject=link_id, details={"entity": entity, **details})
