"""What the pages show beside figures: anomalies, pacing, freshness, history; of the caller's accounts alone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.recent_days import Course, days_up_to
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of_kept
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.server.kept_answers import KeptAnswers
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.charts import RecentDay
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import Coverage, coverage_of
from fbads_pipeline.domain.metrics.week_hours import LONGEST_STEP

SQL = Statements(__package__, "pages.sql")
COVERAGE_TABLES = frozenset({"raw.accounts", "raw.day_states"})
ACCOUNT_TABLES = COVERAGE_TABLES | {"ops.client_accounts", "ops.clients", "ops.targets"}


class PageReader:
    """Rows for the pages, as the owner reads them; nothing is written."""

    def __init__(self, owner: sa.Engine, kept: KeptAnswers) -> None:
        self._owner, self._kept = owner, kept

    def accounts(self, accounts: Accounts) -> list[Row]:
        """Each account with the moment of its newest good reading; kept until one is read again."""
        named = bound(accounts)
        key = ("accounts", None if named is None else tuple(named))
        return self._kept.of(ACCOUNT_TABLES, key, lambda: self._rows("accounts", accounts=named))

    def is_account(self, account_id: str) -> bool:
        """Whether an account of that id was ever collected, modelled or not."""
        return bool(self._rows("is_account", account_id=account_id)[0]["is_there"])

    def open_anomalies(self, accounts: Accounts, account_id: str | None) -> list[Row]:
        """The gravest and dearest first, fifty at most."""
        named = {"accounts": bound(accounts), "account_id": account_id, "campaign_id": None, "since": None}
        return self._rows("anomalies", **named)

    def anomalies_of(self, accounts: Accounts, campaign_id: str, since: date) -> list[Row]:
        """A campaign's anomalies since that day, open or over."""
        named = {"accounts": bound(accounts), "account_id": None, "campaign_id": campaign_id, "since": since}
        return self._rows("anomalies", **named)

    def history(self, accounts: Accounts, campaign_id: str) -> list[Row]:
        """Its states, the newest first."""
        return self._rows("history", accounts=bound(accounts), campaign_id=campaign_id)

    def score(self, accounts: Accounts, campaign_id: str) -> Row | None:
        """Its newest score, where it has one."""
        found = self._rows("score", accounts=bound(accounts), campaign_id=campaign_id)
        return found[0] if found else None

    def waiting(self, accounts: Accounts, account_id: str | None, now: Any) -> int:
        """Suggestions that wait for a decision."""
        (row,) = self._rows("waiting", accounts=bound(accounts), account_id=account_id, now=now)
        return int(row["waiting"])

    def names(self, campaign_ids: list[str]) -> dict[str, str | None]:
        """Campaign id → name."""
        return {row["campaign_id"]: row["name"] for row in self._rows("names", ids=campaign_ids)}

    def days(self, account_id: str, campaign_id: str, first: date, last: date) -> list[Row]:
        """The campaign's days."""
        named = {"account_id": account_id, "campaign_id": campaign_id, "first": first, "last": last}
        return self._rows("days", **named)

    def week_hours(self, account_id: str, campaign_id: str, days: DayRange) -> list[Row]:
        """A row per day and hour of the campaign that lies between readings, with `minutes` and `spend`."""
        named = {"account_id": account_id, "campaign_id": campaign_id, "first": days.since, "last": days.until}
        return self._rows("week_hours", longest=LONGEST_STEP, **named)

    def coverage(self, periods: Sequence[tuple[str, DayRange]], level: Level) -> Coverage:
        """How far accounts are read, each on days of its own, all of which have come; kept until one is read again."""
        key = ("coverage", level, tuple(periods))
        return self._kept.of(COVERAGE_TABLES, key, lambda: self._read_coverage(periods, level))

    def _read_coverage(self, periods: Sequence[tuple[str, DayRange]], level: Level) -> Coverage:
        values = {
            "ids": [account_id for account_id, _ in periods],
            "firsts": [days.since for _, days in periods],
            "lasts": [days.until for _, days in periods],
            "level": level,
        }
        unread = self._rows("unread_of_each", **values)
        asked = sum(len(days) for _, days in periods)
        return coverage_of(asked, [(row["account_id"], row["day"]) for row in unread])

    def anomaly_list(self, accounts: Accounts, status: str, *, most: int, skipped: int) -> list[Row]:
        """OPEN ones by severity and money, or CLOSED ones, the newest first; each with `total`, how many there are."""
        named = {"accounts": bound(accounts), "status": status, "most": most, "skipped": skipped}
        return self._rows("anomaly_list", **named)

    def days_up_to(self, courses: Collection[Course], now: datetime) -> Mapping[Course, tuple[RecentDay, ...]]:
        """14 complete days of each campaign up to its last one."""
        with reading(self._owner) as connection:
            return days_up_to(connection, courses, now)

    def matching(self, accounts: Accounts, text: str, most: int) -> list[Row]:
        """Campaigns, ad sets and ads whose name holds that text or whose id it is, so many of each."""
        return self._rows("matching", accounts=bound(accounts), text=text.lower(), most=most)

    def _rows(self, name: str, **values: object) -> list[Row]:
        return rows_of_kept(self._owner, SQL[name], values)
