"""Sets of columns that users keep under a name."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.metrics.grid import MOST_SETS

SQL = Statements(__package__, "column_sets.sql")


class PostgresColumnSets:
    """A row per user and name."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, user_id: str) -> dict[str, tuple[str, ...]]:
        """Name → columns, by name."""
        with reading(self._engine) as connection:
            return {row.name: tuple(row.columns) for row in connection.execute(SQL["of_user"], {"user_id": user_id})}

    def keep(self, user_id: str, name: str, columns: Sequence[str], *, now: datetime) -> bool:
        """Keep or write anew; False where there are MOST_SETS already, and where there is no such user."""
        values = {"user_id": user_id, "name": name, "columns": list(columns), "now": now, "most": MOST_SETS}
        with self._engine.begin() as connection:
            # One after the other: two at once would both see room for the last.
            if connection.execute(SQL["lock_user"], {"user_id": user_id}).one_or_none() is None:
                return False
            return connection.execute(SQL["keep"], values).rowcount == 1

    def remove(self, user_id: str, name: str) -> bool:
        """Whether there was one."""
        with self._engine.begin() as connection:
            return connection.execute(SQL["remove"], {"user_id": user_id, "name": name}).rowcount == 1
