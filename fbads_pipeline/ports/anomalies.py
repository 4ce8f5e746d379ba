"""What the services ask of anomalies. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, time
from typing import Protocol

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


class Anomalies(Protocol):
    """Readings for the detectors, their state, and the anomalies they open and close."""

    def detectors(self, account_id: str) -> StoredDetectors | None:
        """The account's detectors as they were last stored."""

    def readings(self, account_id: str, *, since: datetime | None, days: int) -> AccountReadings | None:
        """What was read after `since` (None: over the last `days` days); None for an account without currency."""

    def delivery_problems(self, account_id: str) -> list[KnownProblem]:
        """What is known to keep the account's ads from delivering now."""

    def marked(self, account_id: str) -> list[MarkedAnomaly]:
        """The account's anomalies that people have marked as useful or not, by their beginning."""

    def save(self, account_id: str, before: StoredDetectors | None, result: DetectionResult, *, now: datetime) -> int:
        """Store the detectors and open and close anomalies, in one transaction; returns rows of anomalies written.
        Nothing at all where another run has stored detectors since `before`. The same readings write nothing twice."""

    def day_watch(self, account_id: str) -> DayWatch | None:
        """How far the account's whole days were assessed when they were last looked at."""

    def days(
        self, account_id: str, *, now: datetime, days: int, version: str, known: DayWatch | None
    ) -> DailyFigures | None:
        """The account's complete days before `now`, at most so many, and its stored anomalies; with its fingerprint.
        None where the marts are not built yet, for an account without currency, and where nothing has changed since
        `known`: no new day, none read anew, the same version of the detectors."""

    def save_days(
        self,
        account_id: str,
        before: DayWatch | None,
        watch: DayWatch,
        events: Sequence[DetectedAnomaly | AnomalyClosure],
        *,
        now: datetime,
    ) -> int:
        """Store how far the days are assessed and open, close and correct anomalies, in one transaction; returns rows
        of anomalies written. Nothing at all where another run has assessed them since `before`."""

    def announce(
        self,
        *,
        compose: Callable[[UnannouncedAnomalies], Sequence[Alert]],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        """In one transaction: the alerts with their deliveries of each account with something unannounced:
        open anomalies, or the end of announced ones; returns how many alerts were written."""

    def digest(
        self,
        *,
        compose: Callable[[UnannouncedAnomalies], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
        at: time,
    ) -> int:
        """In one transaction: one alert per account and local day, from `at` on, about what was held back since the
        last one; returns how many alerts were written."""

    def release_held_back(self, *, now: datetime) -> int:
        """Open anomalies that a calendar day held back and that outlast it become alerts; returns how many."""

    def unannounced(self, *, now: datetime, digest_at: time) -> int:
        """Accounts for which `announce` or `digest` would write alerts now."""

    def accounts_behind(self, *, now: datetime) -> int:
        """Accounts with a good reading, five minutes old or older, that the detectors have not taken."""

    def current(self) -> list[DetectedAnomaly]:
        """The open ones, ordered by account, campaign and metric."""

    def learning(self, account_ids: Collection[str] | None = None) -> list[AccountLearning]:
        """How many days each kind of detector knows of these accounts (None: of all), ordered by account id; an account
        that was never assessed has learned nothing."""
