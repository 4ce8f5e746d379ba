"""The schemas `analysis` and `ops`, as far as the review writes them.

Reviews may run at once: every write is one transaction under one advisory lock, and applies the difference only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.recommendations import reviews_sql as sql
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.recommendations.breaches import RULES, Breach, CampaignWindow
from fbads_pipeline.domain.recommendations.suggestion_messages import AccountNews, Announced
from fbads_pipeline.domain.recommendations.suggestions import LIFETIME, NewSuggestion, SuggestionChanges

_LOCK = 0x66626164735F6F70  # "fbads_op"


class PostgresReviews:
    """The port Decisions on PostgreSQL; safe to use from several threads and processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def save_breaches(
        self, breaches: Sequence[Breach], *, reviewed: Mapping[str, date], marts_version: int, found_at: datetime
    ) -> int:
        accounts = [{"account_id": key, "day": day.isoformat()} for key, day in reviewed.items()]
        moment = {"marts_version": marts_version, "at": found_at}
        with self._alone() as connection:
            accepted = connection.execute(sa.text(sql.ACCEPT_REVIEWS), {"accounts": _json(accounts), **moment})
            ids = list(accepted.scalars())
            connection.execute(sa.text(sql.NOTE_REVIEWS), {"accounts": _json(accounts), "ids": ids, **moment})
            connection.execute(sa.text(sql.FORGET_REVIEWS), {"reviewed": list(reviewed)})
            values = {
                "rows": _json([_breach_row(one) for one in breaches if one.window.account_id in ids]),
                "ids": ids,
                "at": found_at,
            }
            removed = connection.execute(sa.text(sql.REMOVE_BREACHES), values).rowcount
            return removed + connection.execute(sa.text(sql.SAVE_BREACHES), values).rowcount

    def current_breaches(self) -> list[Breach]:
        with self._engine.connect() as connection:
            return [_breach(row) for row in connection.execute(sa.text(sql.CURRENT_BREACHES)).mappings()]

    def open_suggestions(
        self, suggestions: Sequence[NewSuggestion], *, now: datetime, answered: Sequence[str] = RULES
    ) -> SuggestionChanges:
        values = {
            "answered": list(answered),
            "rows": _json([_suggestion_row(one) for one in suggestions]),
            "now": now,
            "expires_at": now + LIFETIME,
            "decided_since": now - LIFETIME,
        }
        with self._alone() as connection:
            expired, renewed, opened = (
                connection.execute(sa.text(statement), values).rowcount
                for statement in (sql.EXPIRE_SUGGESTIONS, sql.RENEW_SUGGESTIONS, sql.OPEN_SUGGESTIONS)
            )
        return SuggestionChanges(opened=opened, renewed=renewed, expired=expired)

    def announce(
        self, *, compose: Callable[[AccountNews], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """Without recipients nothing is announced, and all of it waits for some."""
        if not recipients:
            return 0
        with self._alone() as connection:
            rows = connection.execute(sa.text(sql.UNANNOUNCED), {"now": now}).mappings().all()
            news = [_news(list(group)) for _, group in groupby(rows, key=lambda row: row["account_id"])]
            return sum(_tell(connection, compose(one), one, recipients, now) for one in news)

    def unannounced(self, *, now: datetime) -> int:
        with self._engine.connect() as connection:
            if not connection.execute(sa.text(sql.ANY_UNANNOUNCED)).scalar():
                return 0
            rows = connection.execute(sa.text(sql.UNANNOUNCED_ACCOUNTS), {"now": now})
            return int(rows.scalar_one())

    @contextmanager
    def _alone(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection


def _tell(
    connection: sa.Connection, alert: Alert, news: AccountNews, recipients: Sequence[Recipient], now: datetime
) -> int:
    """The alert and the mark on its suggestions; 0 where that alert exists already."""
    if not write_alert(connection, alert, recipients, now):
        return 0
    ids = [one.suggestion_id for one in news.suggestions]
    connection.execute(sa.text(sql.MARK_ANNOUNCED), {"alert_id": alert.alert_id, "ids": ids})
    return 1


def _news(rows: Sequence[sa.RowMapping]) -> AccountNews:
    first = rows[0]
    return AccountNews(
        account_id=first["account_id"],
        account_name=first["account_name"],
        day=first["local_day"],
        suggestions=tuple(
            Announced(**{name: _plain(row[name]) for name in (*sql.ANNOUNCED, *sql.ANNOUNCED_LISTS)}) for row in rows
        ),
    )


def _plain(value: Any) -> Any:
    """PostgreSQL's arrays as tuples."""
    return tuple(value) if isinstance(value, list) else value


def _breach_row(breach: Breach) -> dict[str, Any]:
    figures = {key: value for key, value in vars(breach.window).items() if key != "last_day"}
    return {
        **figures,
        "day": breach.window.last_day,
        "rule": breach.rule,
        "observed": breach.observed,
        "limit_value": breach.limit,
    }


def _breach(row: sa.RowMapping) -> Breach:
    figures = {name: row[name] for name in CampaignWindow.__dataclass_fields__ if name in row}
    return Breach(CampaignWindow(**figures, last_day=row["day"]), row["rule"], row["observed"], row["limit_value"])


def _suggestion_row(one: NewSuggestion) -> dict[str, Any]:
    promise = vars(one.promise) if one.promise else {}
    plain = {name: value for name, value in vars(one).items() if name != "promise"}
    return {**plain, **promise, "evidence": dict(one.evidence), "suggestion_id": uuid4().hex}


def _json(value: object) -> str:
    """JSON text; decimals travel as text, so that PostgreSQL reads every digit."""
    return orjson.dumps(value, default=str).decode()
