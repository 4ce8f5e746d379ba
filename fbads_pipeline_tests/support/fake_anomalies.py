"""The port Anomalies as a fake, and a found anomaly to show."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, time, timedelta

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.account_readings import (
    AccountReadings,
    AnomalyClosure,
    DetectedAnomaly,
    DetectionResult,
    StoredDetectors,
)
from fbads_pipeline.domain.anomalies.daily.daily_figures import DailyFigures, DayWatch
from fbads_pipeline.domain.anomalies.daily.past_anomalies import MarkedAnomaly
from fbads_pipeline.domain.anomalies.delivery_causes import KnownProblem
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.anomalies.messages import UnannouncedAnomalies
from fbads_pipeline.domain.core.messages import Count, message
from fbads_pipeline_tests.support.fakes import NOW


class FakeAnomalies:
    """open: open anomalies; stored: account → detectors; waiting: accounts that `announce` has a message for;
    asked: account ids whose readings were asked for; unread: accounts behind; account_days: complete days to assess."""

    def __init__(self, *found: DetectedAnomaly, waiting: int = 0) -> None:
        self.open, self.waiting, self.asked = list(found), waiting, list[str]()
        self.unread = 0
        self.problems: list[KnownProblem] = []
        self.marks: list[MarkedAnomaly] = []
        self.stored: dict[str, StoredDetectors] = {}
        self.watches: dict[str, DayWatch] = {}
        self.account_days: dict[str, DailyFigures] = {}
        self._ids = {one.anomaly_id for one in found}

    def detectors(self, account_id: str) -> StoredDetectors | None:
        return self.stored.get(account_id)

    def delivery_problems(self, account_id: str) -> list[KnownProblem]:
        return self.problems

    def marked(self, account_id: str) -> list[MarkedAnomaly]:
        return self.marks

    def readings(self, account_id: str, *, since: datetime | None, days: int) -> AccountReadings | None:
        self.asked.append(account_id)
        return AccountReadings(account_id, "BRL", "America/Sao_Paulo")

    def save(self, account_id: str, before: StoredDetectors | None, result: DetectionResult, *, now: datetime) -> int:
        known = self.stored.get(account_id)
        if known is not None and (before is None or vars(before) | {"state": b""} != vars(known) | {"state": b""}):
            return 0
        self.stored[account_id] = result.detectors
        return sum(self._write(account_id, one) for one in result.events)

    def _write(self, account_id: str, event: DetectedAnomaly | AnomalyClosure) -> int:
        if isinstance(event, AnomalyClosure):
            metrics = {event.metric} if event.metric else {one.metric for one in self.open}
            ended = [
                one
                for one in self.open
                if (one.account_id, one.campaign_id) == (account_id, event.campaign_id)
                and one.metric in metrics
                and event.anomaly_id in (None, one.anomaly_id)
            ]
            self.open = [one for one in self.open if one not in ended]
            return len(ended)
        key = (event.account_id, event.campaign_id, event.metric)
        is_open = any((one.account_id, one.campaign_id, one.metric) == key for one in self.open)
        if event.anomaly_id in self._ids or (is_open and event.resolution is None):
            return 0
        self._ids.add(event.anomaly_id)
        if event.resolution is None:
            self.open.append(event)
            self.open.sort(key=lambda one: (one.account_id, one.campaign_id, one.metric))
        return 1

    def day_watch(self, account_id: str) -> DayWatch | None:
        return self.watches.get(account_id)

    def days(
        self, account_id: str, *, now: datetime, days: int, version: str, known: DayWatch | None
    ) -> DailyFigures | None:
        return self.account_days.get(account_id)

    def save_days(
        self,
        account_id: str,
        before: DayWatch | None,
        watch: DayWatch,
        events: Sequence[DetectedAnomaly | AnomalyClosure],
        *,
        now: datetime,
    ) -> int:
        if self.watches.get(account_id) != before:
            return 0
        self.watches[account_id] = watch
        return sum(self._write(account_id, one) for one in events)

    def announce(
        self,
        *,
        compose: Callable[[UnannouncedAnomalies], Sequence[Alert]],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        written, self.waiting = self.waiting, 0
        return written

    def digest(
        self,
        *,
        compose: Callable[[UnannouncedAnomalies], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
        at: time,
    ) -> int:
        return 0

    def release_held_back(self, *, now: datetime) -> int:
        return 0

    def unannounced(self, *, now: datetime, digest_at: time) -> int:
        return self.waiting

    def accounts_behind(self, *, now: datetime) -> int:
        return self.unread

    def current(self) -> list[DetectedAnomaly]:
        return self.open

    def learning(self, account_ids: Collection[str] | None = None) -> list[AccountLearning]:
        known = {**dict.fromkeys(self.watches, 0), **{name: one.days_known for name, one in self.stored.items()}}
        wanted = sorted(known if account_ids is None else known.keys() & set(account_ids))
        days = {name: one.days_read for name, one in self.watches.items()}
        return [AccountLearning(name, days.get(name, 0), known[name]) for name in wanted]


def an_anomaly(campaign_id: str = "7", **figures: object) -> DetectedAnomaly:
    """A stop of delivery that is still open."""
    values: dict[str, object] = {
        "anomaly_id": f"a-{campaign_id}",
        "account_id": "1",
        "campaign_id": campaign_id,
        "kind": "delivery_stop",
        "metric": "spend",
        "severity": "critical",
        "since": NOW - timedelta(hours=3),
        "detected_at": NOW,
        "observed": 0.0,
        "expected": 20.0,
        "low": 10.0,
        "high": 40.0,
        "money_at_stake_per_day": 480.0,
        "currency": "BRL",
        "causes": [],
        "message": message("anomalies.back_to_usual", observed=Count(0), expected=Count(20)),
        "data_used": {},
        "detector_version": "1",
        "is_alert": True,
    }
    return DetectedAnomaly(**{**values, **figures})  # type: ignore[arg-type]
