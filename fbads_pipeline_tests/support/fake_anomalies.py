"""The port Anomalies as a fake, and a found anomaly to show."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.account_readings import (
    AccountReadings,
    DetectedAnomaly,
    DetectionResult,
    StoredDetectors,
)
from fbads_pipeline.domain.anomalies.messages import UnannouncedAnomalies
from fbads_pipeline.domain.core.messages import Count, message
from fbads_pipeline_tests.support.fakes import NOW


class FakeAnomalies:
    """open: what `current` tells; waiting: accounts that `announce` has a message for; asked: account ids."""

    def __init__(self, *found: DetectedAnomaly, waiting: int = 0) -> None:
        self.open, self.waiting, self.asked = list(found), waiting, list[str]()
        self.unread = 0

    def detectors(self, account_id: str) -> StoredDetectors | None:
        return None

    def readings(self, account_id: str, *, since: datetime | None, days: int) -> AccountReadings | None:
        self.asked.append(account_id)
        return AccountReadings(account_id, "BRL", "America/Sao_Paulo")

    def save(self, account_id: str, before: StoredDetectors | None, result: DetectionResult, *, now: datetime) -> int:
        raise AssertionError("nothing was read")

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
