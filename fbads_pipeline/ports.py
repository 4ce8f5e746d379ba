"""What the services ask of the world. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from fbads_pipeline.domain.accounts import Account
from fbads_pipeline.domain.alerts import Alert, DeliveryAttempt, DueDelivery, Recipient
from fbads_pipeline.domain.breaches import Breach, CampaignWindow
from fbads_pipeline.domain.collecting import AccountReport, Applied, Kind, Level, Page, Traffic
from fbads_pipeline.domain.days import DayRange
from fbads_pipeline.domain.suggestions import NewSuggestion


class Clock(Protocol):
    """Now, as an aware instant in UTC; a fixed one where FBADS_NOW says so."""

    def now(self) -> datetime: ...


class AdsApi(Protocol):
    """The Marketing API, read. Every method may raise `domain.errors.MetaError`, sorted by what to do about it."""

    def accounts(self) -> list[Account]:
        """Every ad account that the token sees."""

    def account(self, account_id: str) -> Account:
        """One account, for a configured list."""

    def insights(self, account_id: str, level: Level, days: DayRange) -> Iterator[Page]:
        """Pages of raw rows, one row per object and day, archived and deleted objects included."""

    def objects(self, account_id: str, kind: Kind) -> Iterator[Page]:
        """Pages of raw campaigns, ad sets or ads, archived ones included; deleted ones never come this way."""

    def objects_by_id(self, kind: Kind, ids: Sequence[str], *, account_id: str) -> list[dict[str, object]]:
        """Those of the objects that Meta still shows, deleted ones included; unknown ids are left out."""

    def traffic(self, account_id: str) -> Traffic:
        """What the account's calls cost so far."""


class RawStore(Protocol):
    """The schema `raw`: what Meta said. Every write is one transaction that applies the difference."""

    def lock_account(self, account_id: str) -> AbstractContextManager[bool]:
        """Holds the account apart from ticks, backfills and syncs elsewhere; False where another one holds it."""

    def save_accounts(self, accounts: Sequence[Account], read_at: datetime) -> None: ...

    def known_accounts(self) -> list[Account]: ...

    def last_readings(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, datetime]:
        """Day → the oldest of its levels' latest good readings; days that lack a level are left out."""

    def apply_insights(
        self, account_id: str, level: Level, days: DayRange, pages: Iterator[Page], *, run_id: str, read_at: datetime
    ) -> Applied:
        """Read all pages, then make raw.insights equal to them for those days."""

    def apply_objects(self, account_id: str, kind: Kind, pages: Iterator[Page], *, read_at: datetime) -> Applied: ...

    def missing_objects(self, account_id: str, kind: Kind) -> list[str]:
        """Ids that facts name and neither an edge nor a look-up by id has described."""

    def mark_unknown(self, account_id: str, kind: Kind, ids: Sequence[str], *, read_at: datetime) -> None:
        """Objects that Meta no longer shows at all: facts name them, nothing else does."""

    def record_failure(
        self, account_id: str, level: Level, days: DayRange, error: str, *, run_id: str, read_at: datetime
    ) -> None:
        """A reading that failed: said in raw.reading_runs, never stored as zero."""

    def save_report(self, run_id: str, report: AccountReport) -> None: ...

    def reports(self, run_id: str) -> list[dict[str, Any]]:
        """The rows of ops.collect_runs of one run, ordered by account."""

    def control_mismatches(self, run_id: str, now: datetime) -> list[dict[str, str]]:
        """Account-days of the run on which the campaigns do not add up to the account, with both numbers as text."""


class Marts(Protocol):
    """The schema `marts`, read."""

    def version(self) -> int:
        """Number of the last published state of the marts; 0 before the first."""

    def campaign_windows(self, *, days: int, now: datetime) -> list[CampaignWindow]:
        """One row per active campaign: sums over its last `days` complete account-local days."""


class Decisions(Protocol):
    """The schemas `analysis` and `ops`, as far as the review writes them."""

    def save_breaches(self, breaches: Sequence[Breach], *, marts_version: int, found_at: datetime) -> int: ...

    def open_suggestions(self, suggestions: Sequence[NewSuggestion], *, marts_version: int, now: datetime) -> int:
        """Write those that are not open yet, renew the evidence of those that are, expire the stale; returns how many are new."""

    def announce(self, *, recipients: Sequence[Recipient], now: datetime) -> int:
        """In one transaction: for each account with unannounced suggestions and no message yet on that local day, one
        alert into the outbox with a delivery per recipient; returns how many alerts were written."""


class Outbox(Protocol):
    """What leaves the house, once."""

    def claim(self, *, now: datetime, lease_seconds: int, limit: int) -> list[DueDelivery]:
        """Deliveries that are due, marked `sending` until the lease ends; one whose lease ran out comes again, marked."""

    def settle(self, delivery_id: int, attempt: DeliveryAttempt, *, now: datetime) -> None: ...


class Channel(Protocol):
    """One way out. `send` returns what became of the attempt and never raises for the far side's faults."""

    name: str

    def send(self, alert: Alert, recipient: str, *, is_repeat: bool) -> DeliveryAttempt: ...


class Limits(Protocol):
    """The plain thresholds, as settings say them."""

    ctr_limit: Decimal
    ctr_min_impressions: int
    cpa_limit: Decimal
    cpa_min_spend_factor: Decimal


Metadata = Mapping[str, object]
