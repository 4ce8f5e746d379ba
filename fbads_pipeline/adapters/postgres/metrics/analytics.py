"""Figures of accounts and campaigns for the API: sums divided by sums, one currency each, the caller's accounts alone.

Figures come from the daily marts through the metric catalogue; scores, trends and anomalies from `analysis`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.analytics_queries import (
    SQL,
    FigureQueries,
    coverage_query,
    figure_query,
)
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of_kept
from fbads_pipeline.adapters.translation.texts import rendered
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import AccountDays
from fbads_pipeline.domain.reports.report import Period

DEFAULT_DAYS = 28
Keyset = tuple[str, str] | None


@dataclass(frozen=True)
class Scope:
    """Whose figures, and of which days. accounts: that the caller sees; account_id, campaign_id: only those.

    period: None for the DEFAULT_DAYS account-local days before today, or, where is_month, for this month until today;
    before: None for as many days before those.
    """

    accounts: Accounts
    now: datetime
    account_id: str | None = None
    campaign_id: str | None = None
    period: Period | None = None
    before: Period | None = None
    is_month: bool = False

    def bound(self) -> dict[str, Any]:
        """What the statements bind."""
        first, last = (self.period.first, self.period.last) if self.period else (None, None)
        before = (self.before.first, self.before.last) if self.before else (None, None)
        return {
            "accounts": bound(self.accounts),
            "now": self.now,
            "account_id": self.account_id,
            "campaign_id": self.campaign_id,
            "first": first,
            "last": last,
            "before_first": before[0],
            "before_last": before[1],
            "default_days": DEFAULT_DAYS,
            "is_month": self.is_month,
        }


class PeriodsRead(NamedTuple):
    """Per account, in the order of their ids, the days of a period and of the one that it is compared with."""

    now: tuple[AccountDays, ...]
    before: tuple[AccountDays, ...]


class AnalyticsReader:
    """Reads only. expressions: gives metric → SQL expression over the columns of a daily mart."""

    def __init__(self, owner: sa.Engine, expressions: Callable[[], Mapping[str, str]]) -> None:
        self._owner, self._expressions = owner, expressions

    def totals(self, scope: Scope, metrics: Sequence[str]) -> list[Row]:
        """One row per account: `<metric>`, `<metric>_before`, how many rows of the mart each is made of (`rows`,
        `rows_before`), days that may still be restated, newest reading."""
        return self._rows(self._query(FigureQueries.totals, metrics), scope)

    def days(self, scope: Scope, metrics: Sequence[str]) -> list[Row]:
        """One row per account and day with rows, oldest first."""
        return self._rows(self._query(FigureQueries.days, metrics, scope.campaign_id is not None), scope)

    def campaigns(self, scope: Scope, metrics: Sequence[str], limit: int) -> list[Row]:
        """As `totals`, one row per campaign; of each account so many, the biggest spenders of the period first."""
        return self._rows(self._query(FigureQueries.campaigns, metrics), scope, most=limit)

    def parts(self, scope: Scope, metrics: Sequence[str], by: Sequence[str], limit: int) -> list[Row]:
        """One row per account and part, with `<metric>` and `spend`; of each account so many, the dearest first."""
        return self.parts_of_each(scope, metrics, [by], limit)

    def parts_of_each(
        self, scope: Scope, metrics: Sequence[str], breakdowns: Sequence[Sequence[str]], limit: int
    ) -> list[Row]:
        """As `parts`, of several breakdowns, whose fields `breakdown` names with commas between; so many of each."""
        named = tuple(tuple(by) for by in breakdowns)
        query = self._query(FigureQueries.parts, metrics, named, scope.campaign_id is not None)
        return self._rows(query, scope, most=limit)

    def coverage(self, scope: Scope, level: Level, breakdown: str = "") -> PeriodsRead:
        """Which days of both periods each account was read on, at that level; of rows with that breakdown."""
        halves: dict[bool, list[AccountDays]] = {False: [], True: []}
        for row in self._rows(coverage_query(breakdown), scope, level=level, breakdown=breakdown):
            days = DayRange(row["first_day"], row["last_day"]) if row["first_day"] <= row["last_day"] else None
            unread = frozenset(days or ()).difference(row["read"] or ())
            halves[row["is_before"]].append(AccountDays(row["account_id"], row["currency"], days, unread))
        return PeriodsRead(tuple(halves[False]), tuple(halves[True]))

    def trends(self, scope: Scope, metric: str) -> list[Row]:
        """The last review's trend of that metric: of the campaign, or of each account as a whole."""
        return self._rows(SQL["trends"], scope, metric=metric)

    def pacing(self, scope: Scope) -> list[Row]:
        """One row per object that holds a budget."""
        return self._rows(SQL["pacing"], scope)

    def anomalies(
        self,
        scope: Scope,
        *,
        status: str | None,
        kind: str | None,
        severity: str | None,
        after: Keyset,
        limit: int,
    ) -> list[Row]:
        """The newest first; after: `detected_at` and id of the row before."""
        detected_at, anomaly_id = after or (None, None)
        named = {"status": status, "kind": kind, "severity": severity, "after_at": detected_at, "after_id": anomaly_id}
        return [rendered(row) for row in self._rows(SQL["anomalies"], scope, **named, most=limit)]

    def scores(self, scope: Scope, *, after: str | None, limit: int) -> list[Row]:
        """Each campaign's newest score, in the order of their ids."""
        return self._rows(SQL["scores"], scope, after=after, most=limit)

    def score_history(self, scope: Scope, since: date) -> list[Row]:
        """One campaign's scores from that day on, oldest first."""
        return self._rows(SQL["score_history"], scope, since=since)

    def history(self, scope: Scope, limit: int) -> list[Row]:
        """One campaign's states, the newest first."""
        return self._rows(SQL["history"], scope, most=limit)

    def _query(
        self, compose: Callable[..., sa.Select[Any]], metrics: Sequence[str], *arguments: object
    ) -> sa.Select[Any]:
        known = self._expressions()
        return figure_query(compose, tuple((name, known[name]) for name in metrics), *arguments)

    def _rows(self, query: sa.ClauseElement, scope: Scope, **more: object) -> list[Row]:
        return rows_of_kept(self._owner, query, {**scope.bound(), **more})
