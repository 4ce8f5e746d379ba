"""What the detectors read, remember and say, in PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any, cast

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.anomalies import anomalies_sql as sql
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.account_readings import (
    AccountReadings,
    Closing,
    Figures,
    Followed,
    FoundAnomaly,
    Memory,
    ObjectState,
)
from fbads_pipeline.domain.anomalies.finding_text import recovery
from fbads_pipeline.domain.anomalies.messages import AnomalyNews, AnomalyPart
from fbads_pipeline.domain.core.formatting import Language

_LOCK = 0x66626164735F616E  # "fbads_an"


class PostgresAnomalies:
    """The port Anomalies on PostgreSQL; any number of processes may follow an account at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def memory(self, account_id: str) -> Memory | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.text(sql.MEMORY), {"account": account_id}).one_or_none()
            return None if row is None else Memory(row.version, bytes(row.state), row.read_until)

    def readings(self, account_id: str, *, since: datetime | None, days: int) -> AccountReadings | None:
        with self._engine.connect() as connection:
            account = connection.execute(sa.text(sql.ACCOUNT), {"account": account_id}).one_or_none()
            if account is None:
                return None
            runs = _runs(connection, account_id, since, days)
            if not runs:
                return AccountReadings(account_id, account.currency, account.timezone_name)
            named = {
                "account": account_id,
                "since": runs[0][0],
                "until": runs[-1][0],
                "days": sorted({day for _, day in runs}),
            }
            rows = {
                name: connection.execute(sa.text(query), named).tuples().all()
                for name, query in (
                    ("figures", sql.FIGURES),
                    ("states", sql.STATES),
                    ("created", sql.CREATED),
                    ("learning", sql.LEARNING),
                )
            }
            return AccountReadings(
                account_id,
                account.currency,
                account.timezone_name,
                runs,
                [Figures(*row) for row in rows["figures"]],
                [ObjectState(*row) for row in rows["states"]],
                {row[0]: row[1] for row in rows["created"]},
                frozenset(row[0] for row in rows["learning"]),
            )

    def save(self, account_id: str, before: Memory | None, followed: Followed, *, now: datetime) -> int:
        kept = {
            **vars(followed.memory),
            "account": account_id,
            "version_before": before.version if before else None,
            "read_until_before": before.read_until if before else None,
        }
        with self._alone() as connection:
            if connection.execute(sa.text(sql.KEEP_MEMORY), kept).rowcount == 0:
                return 0
            return sum(_write(connection, account_id, one, now) for one in followed.events)

    def announce(
        self, *, compose: Callable[[AnomalyNews], Sequence[Alert]], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """Without recipients nothing is announced, and all of it waits for some."""
        if not recipients:
            return 0
        with self._alone() as connection:
            rows = connection.execute(sa.text(sql.UNTOLD), {"now": now}).mappings().all()
            alerts = [alert for news in _by_account(rows) for alert in compose(news)]
            for alert in alerts:
                write_alert(connection, alert, recipients, now)
                connection.execute(sa.text(sql.MARK_TOLD), _marked(alert))
            return len(alerts)

    def digest(
        self,
        *,
        compose: Callable[[AnomalyNews], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
        at: time,
    ) -> int:
        """Nothing is digested without recipients, and no account twice on one of its days."""
        if not recipients:
            return 0
        with self._alone() as connection:
            rows = connection.execute(sa.text(sql.UNDIGESTED), {"now": now, "at": at}).mappings().all()
            alerts = [compose(news) for news in _by_account(rows)]
            for alert in alerts:
                write_alert(connection, alert, recipients, now)
                connection.execute(sa.text(sql.MARK_DIGESTED), _marked(alert))
            return len(alerts)

    def raise_outlasting(self, *, now: datetime) -> int:
        with self._engine.begin() as connection:
            if connection.execute(sa.text("select to_regclass('marts.accounts')")).scalar() is None:
                return 0
            return connection.execute(sa.text(sql.RAISE_OUTLASTING), {"now": now}).rowcount

    def unannounced(self, *, now: datetime, digest_at: time) -> int:
        with self._engine.connect() as connection:
            if connection.execute(sa.text("select to_regclass('marts.accounts')")).scalar() is None:
                return 0
            queries = ((sql.UNTOLD_ACCOUNTS, {"now": now}), (sql.UNDIGESTED_ACCOUNTS, {"now": now, "at": digest_at}))
            return sum(int(connection.execute(sa.text(query), named).scalar_one()) for query, named in queries)

    def behind(self, *, now: datetime) -> int:
        with self._engine.connect() as connection:
            if connection.execute(sa.text("select to_regclass('marts.accounts')")).scalar() is None:
                return 0
            return int(connection.execute(sa.text(sql.BEHIND), {"now": now}).scalar_one())

    def current(self) -> list[FoundAnomaly]:
        with self._engine.connect() as connection:
            return [FoundAnomaly(**row) for row in connection.execute(sa.text(sql.CURRENT)).mappings()]

    @contextmanager
    def _alone(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection


def _runs(connection: sa.Connection, account_id: str, since: datetime | None, days: int) -> list[Any]:
    """Readings after `since`, or those of the last `days` days before the newest."""
    newest = connection.execute(sa.text(sql.NEWEST_RUN), {"account": account_id}).scalar_one()
    if newest is None:
        return []
    named = {"account": account_id, "since": since or newest - timedelta(days=days)}
    return [tuple(row) for row in connection.execute(sa.text(sql.RUNS), named)]


def _write(connection: sa.Connection, account_id: str, event: FoundAnomaly | Closing, now: datetime) -> int:
    if isinstance(event, Closing):
        values = {**vars(event), "account": account_id, "now": now}
        return connection.execute(sa.text(sql.CLOSE), values).rowcount
    values = {**vars(event), "causes": _json(list(event.causes)), "data_used": _json(dict(event.data_used)), "now": now}
    return connection.execute(sa.text(sql.OPEN), values).rowcount


def _by_account(rows: Sequence[sa.RowMapping]) -> list[AnomalyNews]:
    """Rows are ordered by account."""
    return [_news(list(group)) for _, group in groupby(rows, key=lambda row: row["account_id"])]


def _marked(alert: Alert) -> dict[str, object]:
    """The alert and the anomalies that it tells of."""
    told = cast("list[dict[str, str]]", alert.facts["anomalies"])
    return {"alert_id": alert.alert_id, "ids": [one["anomaly_id"] for one in told]}


def _news(rows: Sequence[sa.RowMapping]) -> AnomalyNews:
    first = rows[0]
    return AnomalyNews(
        account_id=first["account_id"],
        account_name=first["account_name"],
        currency=first["currency"],
        day=max(row["told_on"] for row in rows),
        parts=tuple(_part(row) for row in rows),
    )


def _part(row: sa.RowMapping) -> AnomalyPart:
    part = AnomalyPart(
        anomaly_id=row["anomaly_id"],
        campaign_id=row["campaign_id"],
        campaign_name=row["campaign_name"],
        kind=row["kind"],
        severity=row["severity"],
        at_stake=row["money_at_stake_per_day"],
        is_account_wide=any(cause["name"] == "account_wide" for cause in row["causes"]),
        is_recovery=row["status"] == "CLOSED" and row["resolution"] != "notice",
        text_pt=row["message_pt"],
        text_en=row["message_en"],
        announced_alert_id=row["announced_alert_id"],
        course=tuple(row["course"] or ()),
    )
    if not part.is_recovery or part.announced_alert_id is None:
        return part
    return replace(part, severity="info", text_pt=_recovery(row, "pt"), text_en=_recovery(row, "en"))


def _recovery(row: sa.RowMapping, language: Language) -> str:
    """Back to usual with both moments; a new usual level in the words of the detectors."""
    if row["resolution"] == "new_usual":
        return str(row[f"recovery_{language}"])
    return recovery(row["kind"], row["since_local"], row["at_local"], language)


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
