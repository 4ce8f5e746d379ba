"""The chat's questions to the database: marts as the analyst, `analysis` and `ops` read-only."""

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.chat.explanation_queries import compile_contributions, compile_edits
from fbads_pipeline.adapters.postgres.chat.figure_queries import compile_figures
from fbads_pipeline.adapters.postgres.chat.list_queries import compile_list
from fbads_pipeline.adapters.translation.texts import with_texts
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Dimension, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Query, Result
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames

LONGEST_MILLISECONDS = 5000
NAMES_LIVE_SECONDS = 60
_ACCOUNTS = """
select account_id, coalesce(name, account_id) as name, coalesce(currency, '') as currency,
    coalesce(timezone_name, 'UTC') as timezone_name, coalesce(goal_family, '') as goal_family
from marts.accounts
where cast(:account_ids as text[]) is null or account_id = any(cast(:account_ids as text[]))
order by account_id
"""
_NAMES = """
select 'account' as level, account_id as object_id, account_id, name from marts.accounts
where account_id = any(cast(:account_ids as text[])) and name is not null
union all
select 'campaign', campaign_id, account_id, name from marts.campaigns
where account_id = any(cast(:account_ids as text[])) and name is not null
union all
select 'adset', adset_id, account_id, name from marts.adsets
where account_id = any(cast(:account_ids as text[])) and name is not null
union all
select 'ad', ad_id, account_id, name from marts.ads
where account_id = any(cast(:account_ids as text[])) and name is not null
"""
_BREAKDOWNS = (
    "select distinct breakdown from marts.campaign_breakdown_daily where account_id = any(cast(:ids as text[]))"
)
# Compiling a plan to machine code costs more than these short queries run; and where the database expects six rows and
# finds two thousand, nested loops cost seven times what hashes do (measured on marts.budget_pacing).
_BOUNDS = (
    "set transaction read only; set local jit = off; set local enable_nestloop = off;"
    f" set local statement_timeout = {LONGEST_MILLISECONDS}"
)
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
            rows = connection.execute(sa.text(_ACCOUNTS), values).mappings().all()
        return [ChatAccount(**row, today=now.astimezone(ZoneInfo(row["timezone_name"])).date()) for row in rows]

    def names(self, accounts: Sequence[ChatAccount]) -> tuple[ObjectNames, tuple[str, ...]]:
        """What may be named, and which breakdowns there are; kept for a minute."""
        key = tuple(one.account_id for one in accounts)
        with self._lock:
            kept = self._kept.get(key)
            if kept and time.monotonic() - kept[0] < NAMES_LIVE_SECONDS:
                return kept[1], kept[2]
        with self._analyst.connect() as connection:
            rows = connection.execute(sa.text(_NAMES), {"account_ids": list(key)}).all()
            breakdowns = connection.execute(sa.text(_BREAKDOWNS), {"ids": list(key)}).scalars().all()
        names = ObjectNames(NamedObject(row.level, row.object_id, row.account_id, row.name) for row in rows)
        with self._lock:
            if len(self._kept) > 200:
                self._kept.clear()
            self._kept[key] = (time.monotonic(), names, tuple(breakdowns))
        return names, tuple(breakdowns)

    def figures(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """The rows of a validated plan."""
        return self.run(compile_figures(plan, self._catalogue, accounts))

    def contributions(self, plan: Plan, dimension: Dimension, accounts: Sequence[ChatAccount]) -> Result:
        """Which groups moved the metric most."""
        return self.run(compile_contributions(plan, dimension, self._catalogue, accounts))

    def edits(self, plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Result:
        """Budgets and statuses that changed in these days."""
        return self.run(compile_edits(plan, accounts, first, last))

    def listed(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """Objects, budgets, anomalies, suggestions, scores or freshness."""
        query = compile_list(plan, accounts)
        if plan.period is not None and "first" in query.parameters and accounts:
            first, last = resolve(plan.period, max(one.today for one in accounts))
            query = Query(query.sql, {**query.parameters, "first": first, "last": last}, query.columns, query.source)
        return self.run(query)

    def run(self, query: Query) -> Result:
        """Execute as the analyst, or read-only as the owner where the marts do not hold it; five seconds at most."""
        engine = self._analyst if query.source.startswith(_MARTS) else self._owner
        with engine.connect() as connection:
            connection.execute(sa.text(_BOUNDS))
            rows = [dict(row) for row in connection.execute(sa.text(query.sql), dict(query.parameters)).mappings()]
        return _result(query, rows)


def _result(query: Query, rows: Sequence[Mapping[str, Any]]) -> Result:
    read = [row["as_of"] for row in rows if row.get("as_of") is not None]
    return Result(
        query,
        tuple(with_texts(row, *(name for name in ("message", "reason") if name in row)) for row in rows),
        groups=int(rows[0]["groups"]) if rows else 0,
        source_rows=sum(int(row.get("source_rows") or 0) for row in rows),
        as_of=max(read, default=None),
        is_provisional=any(bool(row.get("is_provisional")) for row in rows),
    )
