"""What the readings of accounts had to leave out."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements

SQL = Statements(__package__, "collect_notes.sql")


class CollectNotes:
    """The notes of ops.collect_runs."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def since(self, instant: datetime) -> dict[str, list[str]]:
        """Each sentence of the runs that began since then → the accounts that it is about, both in order."""
        with reading(self._engine) as connection:
            return {row.note: row.account_ids for row in connection.execute(SQL["notes_since"], {"since": instant})}
