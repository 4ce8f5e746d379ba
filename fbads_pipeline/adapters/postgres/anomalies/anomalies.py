"""Anomalies and the detectors' state in PostgreSQL."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.anomalies.account_inputs import INPUTS, object_inputs
from fbads_pipeline.adapters.postgres.anomalies.daily_figures import read_daily_figures
from fbads_pipeline.adapters.postgres.metrics.recent_days import RecentDays, recent_days
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.charts import RecentDay, bar_values, chart_of
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.account_readings import (
    AccountReadings,
    AnomalyClosure,
    CampaignDayVersion,
    DetectedAnomaly,
    DetectionResult,
    StoredDetectors,
)
from fbads_pipeline.domain.anomalies.announcements import (
    COOL_DOWN,
    DIGEST_WINDOW,
    LATEST_READING_DAYS,
    READING_GRACE,
)
from fbads_pipeline.domain.anomalies.daily.daily_figures import DailyFigures, DayWatch
from fbads_pipeline.domain.anomalies.daily.past_anomalies import MarkedAnomaly
from fbads_pipeline.domain.anomalies.delivery_causes import KnownProblem
from fbads_pipeline.domain.anomalies.finding_messages import recovery_message
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.anomalies.messages import AnomalyPart, UnannouncedAnomalies
from fbads_pipeline.domain.core.messages import Value, from_json, to_json

SQL = Statements(__package__, "anomalies.sql")
_LOCK = 0x66626164735F616E  # "fbads_an"
MessageKind = Literal["alert", "digest"]


class PostgresAnomalies:
    """The port Anomalies on PostgreSQL; any number of processes may follow an account at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def detectors(self, account_id: str) -> StoredDetectors | None:
        with reading(self._engine) as connection:
            row = connection.execute(INPUTS["detector_state"], {"account": account_id}).one_or_none()
            return (
                None if row is None else StoredDetectors(row.version, bytes(row.state), row.read_until, row.days_known)
            )

    def delivery_problems(self, account_id: str) -> list[KnownProblem]:
        with reading(self._engine) as connection:
            rows = connection.execute(INPUTS["delivery_problems"], {"account": account_id})
            return [KnownProblem(*row) for row in rows]

    def marked(self, account_id: str) -> list[MarkedAnomaly]:
        with reading(self._engine) as connection:
            return [MarkedAnomaly(*row) for row in connection.execute(SQL["marked"], {"account": account_id})]

    def readings(self, account_id: str, *, since: datetime | None, days: int) -> AccountReadings | None:
        with reading(self._engine) as connection:
            account = connection.execute(INPUTS["account"], {"account": account_id}).one_or_none()
            if account is None:
                return None
            runs = _runs(connection, account_id, since, days)
            if not runs:
                return AccountReadings(account_id, account.currency, account.timezone_name)
            values = {
                "account": account_id,
                "since": runs[0][0],
                "until": runs[-1][0],
                "days": sorted({day for _, day in runs}),
            }
            return AccountReadings(
                account_id,
                account.currency,
                account.timezone_name,
                runs,
                [CampaignDayVersion(*row) for row in connection.execute(INPUTS["campaign_day_versions"], values)],
                ads_edited=[tuple(row) for row in connection.execute(INPUTS["ads_edited"], values)],
                **object_inputs(connection, account_id),
            )

    def save(self, account_id: str, before: StoredDetectors | None, result: DetectionResult, *, now: datetime) -> int:
        kept = {
            **vars(result.detectors),
            "account": account_id,
            "version_before": before.version if before else None,
            "read_until_before": before.read_until if before else None,
        }
        with self._locked() as connection:
            if connection.execute(INPUTS["save_detector_state"], kept).rowcount == 0:
                return 0
            return sum(_write(connection, account_id, one, now) for one in result.events)

    def day_watch(self, account_id: str) -> DayWatch | None:
        with reading(self._engine) as connection:
            row = connection.execute(INPUTS["day_watch"], {"account": account_id}).one_or_none()
            return None if row is None else DayWatch(*row)

    def days(
        self, account_id: str, *, now: datetime, days: int, version: str, known: DayWatch | None
    ) -> DailyFigures | None:
        with reading(self._engine) as connection:
            return read_daily_figures(connection, account_id, now=now, days=days, version=version, known=known)

    def save_days(
        self,
        account_id: str,
        before: DayWatch | None,
        watch: DayWatch,
        events: Sequence[DetectedAnomaly | AnomalyClosure],
        *,
        now: datetime,
    ) -> int:
        kept = {**vars(watch), "account": account_id, "fingerprint_before": before and before.fingerprint, "now": now}
        with self._locked() as connection:
            if connection.execute(INPUTS["save_day_watch"], kept).rowcount == 0:
                return 0
            return sum(_write(connection, account_id, one, now) for one in events)

    def announce(
        self,
        *,
        compose: Callable[[UnannouncedAnomalies], Sequence[Alert]],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        """Without recipients nothing is announced, and all of it waits for some."""
        if not recipients:
            return 0
        with self._locked() as connection:
            rows = _to_announce(connection, "alert", now)
            recent = recent_days(
                connection, [(row["account_id"], row["campaign_id"]) for row in rows if _is_drawn(row)], now
            )
            alerts = [alert for found in _by_account(rows, recent) for alert in compose(found)]
            for alert in alerts:
                write_alert(connection, alert, recipients, now)
                connection.execute(SQL["mark_announced"], _marked(alert))
            return len(alerts)

    def digest(
        self,
        *,
        compose: Callable[[UnannouncedAnomalies], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
        at: time,
    ) -> int:
        """Nothing is digested without recipients, and no account twice on one of its days."""
        if not recipients:
            return 0
        with self._locked() as connection:
            rows = _to_announce(connection, "digest", now, at)
            alerts = [compose(found) for found in _by_account(rows, {}, digest=True)]
            for alert in alerts:
                write_alert(connection, alert, recipients, now)
                connection.execute(SQL["mark_digested"], _marked(alert))
            return len(alerts)

    def release_held_back(self, *, now: datetime) -> int:
        with self._engine.begin() as connection:
            if not connection.execute(SQL["has_accounts"]).scalar_one():
                return 0
            return connection.execute(SQL["release_held_back"], {"now": now}).rowcount

    def unannounced(self, *, now: datetime, digest_at: time) -> int:
        with reading(self._engine) as connection:
            return len({(row.account_id, row.message) for row in _unannounced(connection, now, digest_at)})

    def accounts_behind(self, *, now: datetime) -> int:
        with reading(self._engine) as connection:
            if not connection.execute(SQL["has_accounts"]).scalar_one():
                return 0
            values = {"read_before": now - READING_GRACE, "since_day": now.date() - LATEST_READING_DAYS}
            return int(connection.execute(INPUTS["accounts_behind"], values).scalar_one())

    def current(self) -> list[DetectedAnomaly]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["open_anomalies"]).mappings()
            return [DetectedAnomaly(**{**row, "message": from_json(row["message"])}) for row in rows]

    def learning(self, account_ids: Collection[str] | None = None) -> list[AccountLearning]:
        with reading(self._engine) as connection:
            if not connection.execute(SQL["has_accounts"]).scalar_one():
                return []
            wanted = None if account_ids is None else list(account_ids)
            return [AccountLearning(*row) for row in connection.execute(INPUTS["learning"], {"accounts": wanted})]

    @contextmanager
    def _locked(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            connection.execute(SQL["lock"], {"key": _LOCK})
            yield connection


def _runs(connection: sa.Connection, account_id: str, since: datetime | None, days: int) -> list[Any]:
    """Readings after `since`, or those of the last `days` days before the newest."""
    newest = connection.execute(INPUTS["newest_reading"], {"account": account_id}).scalar_one()
    if newest is None:
        return []
    values = {"account": account_id, "since": since or newest - timedelta(days=days)}
    return [tuple(row) for row in connection.execute(INPUTS["reading_days"], values)]


def _unannounced(connection: sa.Connection, now: datetime, digest_at: time) -> Sequence[sa.Row[Any]]:
    if not connection.execute(SQL["has_accounts"]).scalar_one():
        return []
    values = {"now": now, "digest_at": digest_at, "cool_down": COOL_DOWN, "digest_window": DIGEST_WINDOW}
    return connection.execute(SQL["unannounced"], values).all()


def _to_announce(
    connection: sa.Connection, message: MessageKind, now: datetime, digest_at: time = time.max
) -> Sequence[sa.RowMapping]:
    """Anomalies for that kind of message, ordered by account; no other process changes them under the store's lock."""
    ids = [row.anomaly_id for row in _unannounced(connection, now, digest_at) if row.message == message]
    values = {"ids": ids, "now": now}
    return connection.execute(SQL["anomalies_to_announce"], values).mappings().all() if ids else []


def _write(connection: sa.Connection, account_id: str, event: DetectedAnomaly | AnomalyClosure, now: datetime) -> int:
    if isinstance(event, AnomalyClosure):
        recovery = None if event.recovery is None else _json(to_json(event.recovery))
        values = {**vars(event), "recovery": recovery, "account": account_id, "now": now}
        return connection.execute(SQL["close_anomalies"], values).rowcount
    stored = {
        "causes": _json(list(event.causes)),
        "message": _json(to_json(event.message)),
        "data_used": _json(dict(event.data_used)),
    }
    return connection.execute(SQL["open_anomaly"], {**vars(event), **stored, "now": now}).rowcount


def _is_drawn(row: sa.RowMapping) -> bool:
    return bool(row["status"] == "OPEN")


def _by_account(
    rows: Sequence[sa.RowMapping], recent: RecentDays, *, digest: bool = False
) -> list[UnannouncedAnomalies]:
    """Rows are ordered by account; a digest is of today, an alert of the day of its newest reading."""
    return [
        _by_one_account(list(group), recent, digest=digest)
        for _, group in groupby(rows, key=lambda row: row["account_id"])
    ]


def _marked(alert: Alert) -> dict[str, object]:
    """The alert and the ids of its anomalies."""
    announced = cast("list[dict[str, str]]", alert.facts["anomalies"])
    return {"alert_id": alert.alert_id, "ids": [one["anomaly_id"] for one in announced]}


def _by_one_account(rows: Sequence[sa.RowMapping], recent: RecentDays, *, digest: bool) -> UnannouncedAnomalies:
    first = rows[0]
    return UnannouncedAnomalies(
        account_id=first["account_id"],
        account_name=first["account_name"],
        currency=first["currency"],
        day=first["local_today"] if digest else max(row["at_local"].date() for row in rows),
        parts=tuple(_part(row, recent.get((row["account_id"], row["campaign_id"]), ())) for row in rows),
    )


def _part(row: sa.RowMapping, recent: Sequence[RecentDay]) -> AnomalyPart:
    since = row["since"].astimezone(ZoneInfo(row["timezone_name"])).date()
    part = AnomalyPart(
        anomaly_id=row["anomaly_id"],
        campaign_id=row["campaign_id"],
        campaign_name=row["campaign_name"],
        kind=row["kind"],
        severity=row["severity"],
        at_stake=row["money_at_stake_per_day"],
        is_account_wide=any(cause["name"] == "account_wide" for cause in row["causes"]),
        is_recovery=row["status"] == "CLOSED" and row["resolution"] != "notice",
        text=from_json(row["message"]),
        announced_alert_id=row["announced_alert_id"],
        last_days=bar_values(row["metric"], recent) if _is_drawn(row) else (),
        is_correction=row["resolution"] == "corrected",
        chart=chart_of(row["metric"], recent, row["currency"], since=since) if _is_drawn(row) else None,
    )
    if not part.is_recovery or part.announced_alert_id is None:
        return part
    return replace(part, severity="info", text=_recovery(row))


def _recovery(row: sa.RowMapping) -> Value:
    """Back to usual with both instants; a new usual level as the detectors describe it."""
    if row["resolution"] in ("new_usual", "corrected"):
        return from_json(row["recovery"])
    return recovery_message(row["kind"], row["since"], row["closed_at"], row["timezone_name"])


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
