"""What reports are made from, out of the marts through the metric catalogue, and out of analysis and ops."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from psycopg2 import errorcodes

from fbads_pipeline.adapters.postgres.metrics.visible import Row, rows_of_kept
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.reports.figures import AccountFigures, period_figures
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.levels import LEVELS, Level
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.messages import from_json
from fbads_pipeline.domain.metrics.coverage import Coverage, coverage_of
from fbads_pipeline.domain.reports.facts import (
    CampaignFigures,
    DayFigures,
    FigureBelow,
    HitRate,
    PeriodFigures,
    ReportAccount,
    ReportedAnomaly,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.domain.reports.unreported import LEVELS_BELOW, is_same_spend, is_unreported

SQL = Statements(__package__, "facts.sql")
_PARTS = ("total", "day", "campaign")


class PostgresReportFacts:
    """The port ReportFacts on PostgreSQL. expressions: gives metric → SQL expression when the first figure is read;
    levels: those that are collected."""

    def __init__(
        self, engine: sa.Engine, expressions: Callable[[], Mapping[str, str]], *, levels: Collection[Level] = LEVELS
    ) -> None:
        self._engine, self._levels = engine, levels
        self._expressions = expressions

    def accounts(self, ids: Sequence[str] | None, *, now: datetime) -> list[ReportAccount]:
        named = {"ids": None if ids is None else list(ids), "now": now}
        try:
            with reading(self._engine) as connection:
                return [ReportAccount(**row) for row in connection.execute(SQL["accounts"], named).mappings()]
        except sa.exc.ProgrammingError as fault:
            if getattr(fault.orig, "pgcode", None) == errorcodes.UNDEFINED_TABLE:  # nothing is built yet
                return []
            raise

    def figures(self, account_id: str, period: Period, metrics: Sequence[str]) -> PeriodFigures:
        known = self._expressions()
        query = period_figures(tuple((name, known[name]) for name in metrics))
        values = {"account_id": account_id, "first": period.first, "last": period.last}
        rows = rows_of_kept(self._engine, query, values)
        total, days, campaigns = ([row for row in rows if row["part"] == part] for part in _PARTS)
        spend = {None: total[0]["spend"], **{row["campaign_id"]: row["spend"] for row in campaigns}}
        lacking = {
            name for row in (*total, *campaigns) for name in metrics if is_unreported(name, _figures(row, metrics))
        }
        below: Mapping[str | None, dict[str, FigureBelow]] = {}
        if lacking:
            with reading(self._engine) as connection:
                below = self._below(connection, account_id, period, sorted(lacking), spend)
        return PeriodFigures(
            _figures(total[0], metrics),
            tuple(DayFigures(row["day"], _figures(row, metrics), bool(row["is_provisional"])) for row in days),
            tuple(
                CampaignFigures(
                    row["campaign_id"],
                    row["name"],
                    row["status"],
                    _figures(row, metrics),
                    row["score"],
                    below.get(row["campaign_id"], {}),
                    row["target_cpa"],
                )
                for row in campaigns
            ),
            total[0]["as_of"],
            below.get(None, {}),
        )

    def coverage(self, account: ReportAccount, period: Period) -> Coverage:
        last = min(period.last, account.today)
        if last < period.first:
            return Coverage(0)
        with reading(self._engine) as connection:
            read = _coverage(connection, account.account_id, DayRange(period.first, last), "campaign")
        return read if "campaign" in self._levels else replace(read, not_collected="campaign")

    def _below(
        self,
        connection: sa.Connection,
        account_id: str,
        period: Period,
        metrics: Sequence[str],
        spend: Mapping[str | None, Decimal | None],
    ) -> dict[str | None, dict[str, FigureBelow]]:
        """Campaign (None: all) → metric → what the ads, else the ad sets have of it: where every day of that level was
        read, and it spent what the campaign spent."""
        found: dict[str | None, dict[str, FigureBelow]] = {}
        for level in LEVELS_BELOW:
            if not _coverage(connection, account_id, DayRange(period.first, period.last), level).is_complete:
                continue
            queries = AccountFigures(self._expressions(), metrics, account_id, period, level=level)
            for row in connection.execute(queries.below()).mappings():
                if is_same_spend(row["below_spend"], spend.get(row["campaign_id"])):
                    known = {name: FigureBelow(level, Decimal(row[name])) for name in metrics if row[name] is not None}
                    found[row["campaign_id"]] = {**known, **found.get(row["campaign_id"], {})}
        return found

    def anomalies(self, account_id: str, period: Period) -> list[ReportedAnomaly]:
        return [
            ReportedAnomaly(
                campaign_name=row["campaign_name"],
                since=row["since"],
                severity=row["severity"],
                text=from_json(row["message"]),
                at_stake=Decimal(repr(round(row["at_stake"], 2))),
                status=row["status"],
                notified=row["notified"],
            )
            for row in self._rows("anomalies", account_id, period)
        ]

    def suggestions(self, account_id: str, period: Period) -> list[ReportedSuggestion]:
        return [
            ReportedSuggestion(row["campaign_name"], row["day"], row["kind"], row["status"], from_json(row["reason"]))
            for row in self._rows("suggestions", account_id, period)
        ]

    def hit_rates(self, account_id: str) -> list[HitRate]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["hit_rates"], {"account": account_id})
            return [HitRate(**row) for row in rows.mappings()]

    def _rows(self, name: str, account_id: str, period: Period) -> list[dict[str, Any]]:
        named = {"account": account_id, "first": period.first, "last": period.last}
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(SQL[name], named).mappings()]


def _coverage(connection: sa.Connection, account_id: str, days: DayRange, level: Level) -> Coverage:
    """Of one account over days that have come."""
    values = {"account": account_id, "level": level, "first": days.since, "last": days.until}
    read = set(connection.execute(SQL["read_days"], values).scalars())
    return coverage_of(len(days), [(account_id, day) for day in days if day not in read])


def _figures(row: Row | sa.RowMapping, metrics: Sequence[str]) -> dict[str, Decimal | None]:
    return {name: None if row[name] is None else Decimal(row[name]) for name in metrics}
