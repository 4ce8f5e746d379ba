"""Whether the marts are there to be served, and which state of them."""

from typing import Literal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "readiness.sql")
MissingPart = Literal["not_migrated", "not_built", "not_published"]


class Readiness:
    """What must be there before anybody is served."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def missing(self) -> MissingPart | None:
        """The first missing part, or None when all is there; raises when the database is unavailable."""
        with reading(self._owner) as connection:
            if not has_tables(connection, "public.schema_version"):
                return "not_migrated"
            if not has_tables(connection, "intermediate.publications"):
                return "not_built"
            return "not_published" if connection.execute(SQL["published"]).first() is None else None

    def published(self) -> Row | None:
        """Version and instant of the marts' last published state."""
        with reading(self._owner) as connection:
            if not has_tables(connection, "intermediate.publications"):
                return None
            row = connection.execute(SQL["published"]).mappings().first()
            return dict(row) if row else None


def has_tables(connection: sa.Connection, *tables: str) -> bool:
    """Whether every one of these is there: before their first build no mart is."""
    return bool(connection.execute(SQL["has_all"], {"tables": list(tables)}).scalar())
