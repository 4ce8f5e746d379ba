"""Templates of clients' reports, in `ops`, each version kept."""

from datetime import datetime

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity.audit import append
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.reports.brand import (
    ACCENT,
    INK,
    MARK_CONTRAST,
    PLAIN_BRAND,
    ReportBrand,
    readable_on_white,
)
from fbads_pipeline.domain.reports.facts import ReportPicture
from fbads_pipeline.domain.reports.template import (
    DEFAULT_TEMPLATE,
    ReportTemplate,
    TemplateVersion,
    template_document,
    template_of,
)

SQL = Statements(__package__, "templates.sql")


class PostgresReportTemplates:
    """The port ReportTemplates on PostgreSQL. Setting one is audited."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of_account(self, account_id: str) -> tuple[ReportTemplate, ReportBrand]:
        with reading(self._engine) as connection:
            row = connection.execute(SQL["of_account"], {"account_id": account_id}).one_or_none()
        if row is None:
            return DEFAULT_TEMPLATE, PLAIN_BRAND
        logo = None
        if row.content is not None:
            logo = ReportPicture(row.media_type, bytes(row.content), row.width, row.height)
        brand = ReportBrand(
            row.agency_name or "",
            readable_on_white(row.primary_color or INK),
            readable_on_white(row.accent_color or row.primary_color or ACCENT, MARK_CONTRAST),
            logo,
        )
        return (DEFAULT_TEMPLATE if row.document is None else template_of(row.document)), brand

    def versions(self, client_id: int) -> list[TemplateVersion]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["newest"], {"client_id": client_id}).all()
        return [TemplateVersion(row.version, template_of(row.document), row.set_by, row.set_at) for row in rows]

    def set(self, client_id: int, template: ReportTemplate, *, actor: str, now: datetime) -> int | None:
        document = orjson.dumps(template_document(template)).decode()
        with self._engine.begin() as connection:
            values = {"client_id": client_id, "document": document, "actor": actor, "now": now}
            version: int | None = connection.execute(SQL["set"], values).scalar()
            if version is not None:
                details = {"entity": {"type": "client", "id": client_id}, "version": version}
                append(
                    connection,
                    at=now,
                    actor=actor,
                    action="REPORT_TEMPLATE_SET",
                    subject=str(client_id),
                    details=details,
                )
        return version
