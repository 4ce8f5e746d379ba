"""What the services need of alerts and their delivery. Adapters and the fakes of the tests implement it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert, AnnouncedAlert, DeliveryAttempt, DueDelivery, FailedDelivery
from fbads_pipeline.domain.alerts.mutes import Mute
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rules import RuleReading, UserRule


class Rules(Protocol):
    """Users' own rules over the marts, and when they matched."""

    def readings(self, rule: UserRule, *, now: datetime, as_known: bool = False) -> list[RuleReading]:
        """Every active object of the rule's level in its window, ordered by account and id; ratios from sums. as_known:
        by the figures of that moment, which campaigns alone have, and days that were read later only as they are
        stored; raises ValueError for another level."""

    def announce(
        self,
        rule: UserRule,
        crossed: Sequence[RuleReading],
        *,
        compose: Callable[[Sequence[RuleReading]], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        """In one transaction: an alert per account about what is neither cooling down nor muted; returns how many.
        Without recipients of the rule's channel nothing is written, and all of it waits for some."""


class Recipients(Protocol):
    """Who receives alerts and reports."""

    def everybody(self) -> list[Recipient]:
        """Those of the settings, and users who chose to receive. Raises SettingsError for settings that are wrong."""


class Mutes(Protocol):
    """What is not announced for a while."""

    def mute(self, mute: Mute, *, made_by: str, now: datetime) -> int:
        """Begins at once; returns its number."""

    def lift(self, mute_id: int, *, now: datetime) -> bool:
        """Ends it; False where it has ended already."""

    def active(self, *, now: datetime) -> list[tuple[int, Mute]]:
        """Number and mute of those that have not ended, the oldest first."""


class Outbox(Protocol):
    """Alerts on their way: each is sent at least once, and marked where it may be the second time. Time is the
    database's own, so that senders with different clocks agree on leases, and a fixed FBADS_NOW ends none."""

    def claim(self, channel: str, *, lease_seconds: float, max_attempts: int) -> DueDelivery | None:
        """The channel's next due delivery, rendered, and marked `sending` until the lease ends; one whose lease ran out
        is due again, as a repeat. None where nothing is due, or others hold it."""

    def settle(self, delivery: DueDelivery, attempt: DeliveryAttempt, *, wait_seconds: float | None) -> bool:
        """Store the result of a claimed delivery, with its text where it may have arrived: due again after the wait,
        final without one. False where the lease ran out meanwhile and another sender holds it."""

    def due(self) -> dict[str, int]:
        """Channel → deliveries that could be claimed now; channels without any are left out."""

    def newest(self, last: int) -> list[AnnouncedAlert]:
        """The last alerts, the newest first."""

    def failed(self, *, hours: int) -> list[FailedDelivery]:
        """Deliveries that were given up in the last hours, in the order in which they were written."""


class Channel(Protocol):
    """A way to send messages, such as Slack."""

    name: str

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """The result of one attempt; never raises for faults of the provider."""
