"""The chat's questions to the database: marts as the analyst, `analysis` and `ops` read-only."""

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.chat.contribution_queries import compile_contributions
from fbads_pipeline.adapters.postgres.chat.coverage_queries import compile_coverage
from fbads_pipeline.adapters.postgres.chat.figure_queries import compile_figures
from fbads_pipeline.adapters.postgres.chat.list_queries import compile_edits, compile_list
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.coverage import AnswerCoverage, CoveredFigures, answer_coverage
from fbads_pipeline.domain.chat.plan import Dimension, Level, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Query, Result
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.validator import level_of

LONGEST_MILLISECONDS = 5000
NAMES_LIVE_SECONDS = 60
_SQL = Statements(__package__, "readings.sql")
# The marts' own tables, that the analyst sees; the rest is read by the owner in a read-only transaction.
_MARTS = "marts."


class ChatQueries:
    """Implements the port ChatFigures. account_ids of a user: None means every account."""

    def __init__(self, analyst: sa.Engine, owner: sa.Engine, catalogue: Catalogue) -> None:
        self._analyst, self._owner, self._catalogue = analyst, owner, catalogue
        self._kept: dict[tuple[str, ...], tuple[float, ObjectNames, tuple[str, ...]]] = {}
        self._lock = Lock()

    def accounts(self, account_ids: Sequence[str] | None, *, now: datetime) -> list[ChatAccount]:
        """The user's accounts, each with its local today."""
        values = {"account_ids": None if account_ids is None else list(account_ids)}
        with self._analyst.connect() as connection:
            rows = connection.execute(_SQL["accounts"], values).mappings().all()
        return [ChatAccount(**row, today=now.astimezone(ZoneInfo(row["timezone_name"])).date()) for row in rows]

    def names(self, accounts: Sequence[ChatAccount]) -> tuple[ObjectNames, tuple[str, ...]]:
        """What may be named, and which breakdowns there are; kept for a minute."""
        key = tuple(one.account_id for one in accounts)
        with self._lock:
            kept = self._kept.get(key)
            if kept and time.monotonic() - kept[0] < NAMES_LIVE_SECONDS:
                return kept[1], kept[2]
        with self._analyst.connect() as connection:
            rows = connection.execute(_SQL["names"], {"account_ids": list(key)}).all()
            breakdowns = connection.execute(_SQL["breakdowns"], {"account_ids": list(key)}).scalars().all()
        names = ObjectNames(NamedObject(row.level, row.object_id, row.account_id, row.name) for row in rows)
        with self._lock:
            if len(self._kept) > 200:
                self._kept.clear()
            self._kept[key] = (time.monotonic(), names, tuple(breakdowns))
        return names, tuple(breakdowns)

    def figures(self, plan: Plan, accounts: Sequence[ChatAccount], level: Level | None = None) -> CoveredFigures:
        """The rows of a validated plan, and how far its days are read at their level.

        level: that of the rows; without it the highest that has what the plan asks for.
        """
        figures = compile_figures(plan, self._catalogue, accounts, level)
        coverage = compile_coverage(plan, accounts, level or level_of(plan))
        rows, days = self._run_all(figures, coverage)
        return CoveredFigures(rows, answer_coverage(days))

    def coverage(self, plan: Plan, accounts: Sequence[ChatAccount], level: Level) -> AnswerCoverage:
        """How far the days of a plan are read at one level."""
        return answer_coverage(self.run(compile_coverage(plan, accounts, level)))

    def contributions(self, plan: Plan, dimension: Dimension, accounts: Sequence[ChatAccount]) -> Result:
        """Which groups moved the metric most."""
        return self.run(compile_contributions(plan, dimension, self._catalogue, accounts))

    def edits(self, plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Result:
        """Budgets and statuses that changed in these days."""
        return self.run(compile_edits(plan, accounts, first, last))

    def listed(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """Objects, budgets, anomalies, suggestions, scores or freshness."""
        return self.run(compile_list(plan, accounts))

    def run(self, query: Query) -> Result:
        """Execute as the analyst, or read-only as the owner where the marts do not hold it; five seconds at most."""
        return self._run_all(query)[0]

    def _run_all(self, *queries: Query) -> list[Result]:
        """Several queries of one role, in one transaction."""
        engine = self._analyst if queries[0].source.startswith(_MARTS) else self._owner
        results = []
        with engine.connect() as connection:
            connection.execute(_SQL["bounds"], {"milliseconds": LONGEST_MILLISECONDS})
            for query in queries:
                rows = connection.execute(sa.text(query.sql), dict(query.parameters)).mappings()
                results.append(_result(query, [dict(row) for row in rows]))
        return results


def _result(query: Query, rows: Sequence[Mapping[str, Any]]) -> Result:
    read = [row["as_of"] for row in rows if row.get("as_of") is not None]
    left_out = int(rows[0].get("left_out") or 0) if rows else 0
    return Result(
        query,
        tuple(row for row in rows if not row.get("is_left_out")),
        groups=int(rows[0]["groups"]) - left_out if rows else 0,
        left_out=left_out,
        source_rows=sum(int(row.get("source_rows") or 0) for row in rows),
        as_of=max(read, default=None),
        is_provisional=any(bool(row.get("is_provisional")) for row in rows),
    )
