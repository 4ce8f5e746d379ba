"""What the services ask of anomalies. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.account_readings import AccountReadings, Followed, FoundAnomaly, Memory
from fbads_pipeline.domain.anomalies.messages import UnannouncedAnomalies


class Anomalies(Protocol):
    """What the detectors read, remember and say. The same readings a second time write nothing."""

    def memory(self, account_id: str) -> Memory | None:
        """What the detectors remember of the account."""

    def readings(self, account_id: str, *, since: datetime | None, days: int) -> AccountReadings | None:
        """What was read after `since` (None: over the last `days` days); None for an account without currency."""

    def save(self, account_id: str, before: Memory | None, followed: Followed, *, now: datetime) -> int:
        """Write the memory and what is to open or close, in one transaction; returns rows of anomalies written. Nothing
        at all where another run has moved the memory on from `before` meanwhile."""

    def announce(
        self,
        *,
        compose: Callable[[UnannouncedAnomalies], Sequence[Alert]],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        """In one transaction: the alerts with their deliveries of each account that has something nobody has heard of:
        open anomalies, or the recovery of some that were told; returns how many alerts were written."""

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

    def raise_outlasting(self, *, now: datetime) -> int:
        """Open anomalies that a calendar day held back and that outlast it become alerts; returns how many."""

    def unannounced(self, *, now: datetime, digest_at: time) -> int:
        """Accounts for which `announce` or `digest` would write alerts now."""

    def behind(self, *, now: datetime) -> int:
        """Accounts with a good reading, five minutes old or older, that the detectors have not taken."""

    def current(self) -> list[FoundAnomaly]:
        """The open ones, ordered by account, campaign and metric."""
