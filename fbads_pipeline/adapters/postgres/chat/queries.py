"""The chat's questions to the database: marts as the analyst, `analysis` and `ops` read-only."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from threading import Lock
from typing import Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.chat.contribution_queries import compile_contributions
from fbads_pipeline.adapters.postgres.chat.coverage_queries import compile_clocks, compile_coverage, compile_hour_days
from fbads_pipeline.adapters.postgres.chat.figure_queries import compile_averages, compile_figures
from fbads_pipeline.adapters.postgres.chat.list_queries import compile_actors, compile_edits, compile_list
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
    """Implements the port ChatDatabase."""

    def __init__(self, analyst: sa.Engine, owner: sa.Engine, catalogue: Catalogue) -> None:
        self._analyst, self._owner, self._catalogue = analyst, owner, catalogue
        self._names = _KnownNames()

    def reading(self) -> "ChatReading":
        """What one answer reads."""
        return ChatReading(self._analyst, self._owner, self._catalogue, self._names)


class ChatReading:
    """Implements the port ChatFigures: everything that one answer reads of the marts, in one transaction.

    account_ids of a user: None means every account.
    """

    def __init__(self, analyst: sa.Engine, owner: sa.Engine, catalogue: Catalogue, names: "_KnownNames") -> None:
        self._analyst, self._owner, self._catalogue, self._names = analyst, owner, catalogue, names
        self._open: sa.Connection | None = None
        self._coverage: dict[str, Result] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pause()

    def pause(self) -> None:
        """Give the connection back for as long as nothing is read."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def accounts(self, account_ids: Sequence[str] | None, *, now: datetime) -> list[ChatAccount]:
        """The user's accounts, each with its local today."""
        values = {"account_ids": None if account_ids is None else list(account_ids)}
        rows = self._marts.execute(_SQL["accounts"], values).mappings().all()
        return [ChatAccount(**row, today=now.astimezone(ZoneInfo(row["timezone_name"])).date()) for row in rows]

    def names(self, accounts: Sequence[ChatAccount]) -> tuple[ObjectNames, tuple[str, ...]]:
        """What may be named, and which breakdowns there are; kept for a minute."""
        key = tuple(one.account_id for one in accounts)
        known = self._names.of(key)
        if known is not None:
            return known
        rows = self._marts.execute(_SQL["names"], {"account_ids": list(key)}).all()
        breakdowns = self._marts.execute(_SQL["breakdowns"], {"account_ids": list(key)}).scalars().all()
        names = ObjectNames(NamedObject(row.level, row.object_id, row.account_id, row.name) for row in rows)
        return self._names.keep(key, (names, tuple(breakdowns)))

    def name_dimensions(self, accounts: Sequence[ChatAccount]) -> tuple[str, ...]:
        """The dimensions that some campaign of the accounts has in its name."""
        values = {"account_ids": [one.account_id for one in accounts]}
        row = self._marts.execute(_SQL["name_dimensions"], values).one()
        return tuple(name for name, is_there in row._mapping.items() if is_there)

    def first_day(self, accounts: Sequence[ChatAccount]) -> date | None:
        """The first day that was read of any of the accounts."""
        values = {"account_ids": [one.account_id for one in accounts]}
        found: date | None = self._marts.execute(_SQL["first_day"], values).scalar()
        return found

    def figures(self, plan: Plan, accounts: Sequence[ChatAccount], level: Level | None = None) -> CoveredFigures:
        """The rows of a validated plan, and how far its days are read at their level.

        level: that of the rows; without it the highest that has what the plan asks for.
        """
        coverage = self.coverage(plan, accounts, level or level_of(plan))
        return CoveredFigures(self.run(compile_figures(plan, self._catalogue, accounts, level)), coverage)

    def run_figures(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """The rows of a plan by hour, or until the same clock."""
        return self.run(compile_figures(plan, self._catalogue, accounts))

    def averages(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """The mean of the plan's metric over its groups, one row per account and currency."""
        return self.run(compile_averages(plan, self._catalogue, accounts))

    def coverage(self, plan: Plan, accounts: Sequence[ChatAccount], level: Level) -> AnswerCoverage:
        """How far the days of a plan are read at one level; the same days are asked for once per answer."""
        query = compile_coverage(plan, accounts, level)
        known = self._coverage.get(query.query_id) or self.run(query)
        self._coverage[query.query_id] = known
        return answer_coverage(known, plan, accounts)

    def hour_days(self, plan: Plan, accounts: Sequence[ChatAccount], asked: int) -> Result:
        """How many of the plan's days were read hour by hour, per account; asked: how many days they have in all."""
        return self.run(compile_hour_days(plan, accounts, asked))

    def clocks(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """Until which minutes of its day each account was read, of the plan's day and of what it is compared with."""
        return self.run(compile_clocks(plan, accounts))

    def contributions(self, plan: Plan, dimension: Dimension, accounts: Sequence[ChatAccount]) -> Result:
        """Which groups moved the metric most."""
        return self.run(compile_contributions(plan, dimension, self._catalogue, accounts))

    def edits(self, plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Result:
        """Budgets and statuses that changed in these days."""
        return self.run(compile_edits(plan, accounts, first, last))

    def actors(self, plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Result:
        """By what kind of actor and with which tool campaigns were changed in these days; no person."""
        return self.run(compile_actors(plan, accounts, first, last))

    def listed(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """Objects, budgets, anomalies, suggestions, scores or freshness."""
        return self.run(compile_list(plan, accounts))

    def run(self, query: Query) -> Result:
        """Execute as the analyst, or read-only as the owner where the marts do not hold it; five seconds at most."""
        if query.source.startswith(_MARTS):
            return _read(self._marts, query)
        with self._owner.connect() as connection:
            _bound(connection)
            return _read(connection, query)

    @property
    def _marts(self) -> sa.Connection:
        if self._open is None:
            self._open = self._analyst.connect()
            _bound(self._open)
        return self._open


class _KnownNames:
    """Names and breakdowns of the accounts that users see, for a minute."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], tuple[float, tuple[ObjectNames, tuple[str, ...]]]] = {}
        self._lock = Lock()

    def of(self, accounts: tuple[str, ...]) -> tuple[ObjectNames, tuple[str, ...]] | None:
        with self._lock:
            kept = self._kept.get(accounts)
        return kept[1] if kept and time.monotonic() - kept[0] < NAMES_LIVE_SECONDS else None

    def keep(
        self, accounts: tuple[str, ...], known: tuple[ObjectNames, tuple[str, ...]]
    ) -> tuple[ObjectNames, tuple[str, ...]]:
        with self._lock:
            if len(self._kept) > 200:
                self._kept.clear()
            self._kept[accounts] = (time.monotonic(), known)
        return known


@lru_cache(maxsize=1024)
def _text(sql: str) -> sa.TextClause:
    return sa.text(sql)


def _bound(connection: sa.Connection) -> None:
    connection.execute(_SQL["bounds"], {"milliseconds": LONGEST_MILLISECONDS})


def _read(connection: sa.Connection, query: Query) -> Result:
    found = connection.execute(_text(query.sql), dict(query.parameters)).mappings()
    rows = [dict(row) for row in found]
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
