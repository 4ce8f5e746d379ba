"""Breaches and suggestions in PostgreSQL.

Reviews may run at once: every write is one transaction under one advisory lock, and applies the difference only.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import groupby
from typing import Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.metrics.recent_days import RecentDays, recent_days
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.recommendations.inbox import SUGGESTIONS, observation, save_inbox
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.charts import RecentDay, bar_values
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.messages import from_json
from fbads_pipeline.domain.recommendations.breaches import RULES, Breach, CampaignWindow
from fbads_pipeline.domain.recommendations.inbox.observations import Observation
from fbads_pipeline.domain.recommendations.inbox.presentation import MOST_PER_DAY
from fbads_pipeline.domain.recommendations.new_suggestions import EVEN_CHANCE, NewSuggestion, SuggestionChanges
from fbads_pipeline.domain.recommendations.proposals import Proposals
from fbads_pipeline.domain.recommendations.suggestion_messages import (
    UnannouncedSuggestion,
    UnannouncedSuggestions,
    suggestion_chart,
)

BREACHES = Statements(__package__, "breaches.sql")
_LOCK = 0x66626164735F6F70  # "fbads_op"


class PostgresReviews:
    """The port Reviews on PostgreSQL; safe to use from several threads and processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def save_breaches(
        self, breaches: Sequence[Breach], *, reviewed: Mapping[str, date], marts_version: int, found_at: datetime
    ) -> int:
        accounts = [{"account_id": key, "day": day.isoformat()} for key, day in reviewed.items()]
        moment = {"marts_version": marts_version, "at": found_at}
        with self._locked() as connection:
            accepted = connection.execute(BREACHES["accept_reviews"], {"accounts": _json(accounts), **moment})
            ids = list(accepted.scalars())
            connection.execute(BREACHES["save_reviews"], {"accounts": _json(accounts), "ids": ids, **moment})
            connection.execute(BREACHES["remove_reviews"], {"reviewed": list(reviewed)})
            values = {
                "rows": _json([_breach_row(one) for one in breaches if one.window.account_id in ids]),
                "ids": ids,
                "at": found_at,
            }
            removed = connection.execute(BREACHES["remove_breaches"], values).rowcount
            return removed + connection.execute(BREACHES["save_breaches"], values).rowcount

    def current_breaches(self) -> list[Breach]:
        with reading(self._engine) as connection:
            return [_breach(row) for row in connection.execute(BREACHES["current_breaches"]).mappings()]

    def reviewed_accounts(self) -> list[str]:
        with reading(self._engine) as connection:
            return list(connection.execute(BREACHES["reviewed_accounts"]).scalars())

    def open_suggestions(
        self,
        suggestions: Sequence[NewSuggestion],
        *,
        now: datetime,
        answered: Sequence[str] = RULES,
        observations: Sequence[Observation] = (),
        accounts: Collection[str] | None = None,
        most: int = MOST_PER_DAY,
    ) -> SuggestionChanges:
        with self._locked() as connection:
            return save_inbox(
                connection,
                Proposals(tuple(suggestions), tuple(observations)),
                now=now,
                answered=answered,
                accounts=accounts,
                most=most,
            )

    def contradictions(self) -> list[str]:
        with reading(self._engine) as connection:
            return list(connection.execute(SUGGESTIONS["contradicting"], {"even_chance": EVEN_CHANCE}).scalars())

    def current_observations(self) -> list[Observation]:
        with reading(self._engine) as connection:
            return [observation(row) for row in connection.execute(SUGGESTIONS["current_observations"]).mappings()]

    def announce(
        self, *, compose: Callable[[UnannouncedSuggestions], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """Without recipients nothing is announced, and all of it waits for some."""
        if not recipients:
            return 0
        with self._locked() as connection:
            if not connection.execute(SUGGESTIONS["any_unannounced"]).scalar():
                return 0
            ids = [row.suggestion_id for row in connection.execute(SUGGESTIONS["unannounced"], {"now": now})]
            values = {"ids": ids, "now": now}
            rows = connection.execute(SUGGESTIONS["suggestions_to_announce"], values).mappings().all() if ids else []
            drawn = [(row["account_id"], row["campaign_id"]) for row in rows if not row["adset_id"]]
            recent = recent_days(connection, drawn, now)
            accounts = groupby(rows, key=lambda row: row["account_id"])
            found = [_by_one_account(list(group), recent) for _, group in accounts]
            return sum(_announce(connection, compose(one), one, recipients, now) for one in found)

    def unannounced(self, *, now: datetime) -> int:
        with reading(self._engine) as connection:
            if not connection.execute(SUGGESTIONS["any_unannounced"]).scalar():
                return 0
            return len({row.account_id for row in connection.execute(SUGGESTIONS["unannounced"], {"now": now})})

    @contextmanager
    def _locked(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            connection.execute(BREACHES["lock"], {"key": _LOCK})
            yield connection


def _announce(
    connection: sa.Connection,
    alert: Alert,
    found: UnannouncedSuggestions,
    recipients: Sequence[Recipient],
    now: datetime,
) -> int:
    """The alert and the mark on its suggestions; 0 where that alert exists already."""
    if not write_alert(connection, alert, recipients, now):
        return 0
    ids = [one.suggestion_id for one in found.suggestions]
    connection.execute(SUGGESTIONS["mark_announced"], {"alert_id": alert.alert_id, "ids": ids})
    return 1


def _by_one_account(rows: Sequence[sa.RowMapping], recent: RecentDays) -> UnannouncedSuggestions:
    first = rows[0]
    return UnannouncedSuggestions(
        account_id=first["account_id"],
        account_name=first["account_name"],
        day=first["local_day"],
        held_back=first["held_back"],
        suggestions=tuple(_unannounced(row, recent.get((row["account_id"], row["campaign_id"]), ())) for row in rows),
    )


def _unannounced(row: sa.RowMapping, campaign_days: Sequence[RecentDay]) -> UnannouncedSuggestion:
    recent = () if row["adset_id"] else campaign_days
    return UnannouncedSuggestion(
        suggestion_id=row["suggestion_id"],
        campaign_id=row["campaign_id"],
        campaign_name=row["campaign_name"],
        kind=row["kind"],
        confidence=row["confidence"],
        rules=tuple(row["rules"]),
        reason=from_json(row["reason"]),
        evidence=row["evidence"],
        note=None if row["note"] is None else from_json(row["note"]),
        version=row["version"],
        effect_low=row["effect_low"],
        effect_expected=row["effect_expected"],
        adset_id=row["adset_id"],
        daily_spend=bar_values("spend", recent),
        daily_results=bar_values("conversions", recent),
        chart=suggestion_chart(row["rules"], recent, row["evidence"].get("currency")),
    )


def _breach_row(breach: Breach) -> dict[str, Any]:
    figures = {key: value for key, value in vars(breach.window).items() if key != "last_day"}
    return {
        **figures,
        "day": breach.window.last_day,
        "rule": breach.rule,
        "observed": breach.observed,
        "limit_value": breach.limit,
        "target_cpa": breach.target_cpa,
        "target_roas": breach.target_roas,
    }


def _breach(row: sa.RowMapping) -> Breach:
    figures = {name: row[name] for name in CampaignWindow.__dataclass_fields__ if name in row}
    return Breach(
        CampaignWindow(**figures, last_day=row["day"]),
        row["rule"],
        row["observed"],
        row["limit_value"],
        row["target_cpa"],
        row["target_roas"],
    )


def _json(value: object) -> str:
    """JSON text; decimals travel as text, so that PostgreSQL reads every digit."""
    return orjson.dumps(value, default=str).decode()
