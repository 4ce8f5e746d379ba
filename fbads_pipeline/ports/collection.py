"""What the services ask of collecting. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol

from fbads_pipeline.domain.collection.levels import (
    AccountReport,
    Applied,
    Grain,
    Kind,
    Level,
    Page,
    QuotaUse,
    RequestStrategy,
    Traffic,
)
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenCheck, TokenFacts
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange


class AdsApi(Protocol):
    """The Marketing API, read. Every method may raise `domain.errors.MetaError`, sorted by what to do about it."""

    def accounts(self) -> list[Account]:
        """Every ad account that the token sees."""

    def account(self, account_id: str) -> Account:
        """One account, for a configured list."""

    def insights(self, account_id: str, grain: Grain, days: DayRange) -> Iterator[Page]:
        """Pages of raw rows, one per object, day and breakdown value, archived and deleted objects included."""

    def objects(self, account_id: str, kind: Kind) -> Iterator[Page]:
        """Pages of raw campaigns, ad sets or ads, archived ones included; deleted ones never come this way."""

    def objects_by_id(self, kind: Kind, ids: Sequence[str], *, account_id: str) -> list[dict[str, object]]:
        """Those of the objects that Meta still shows, deleted ones included; unknown ids are left out."""

    def activities(self, account_id: str, days: DayRange) -> Iterator[Page]:
        """Pages of the account's change log: who is left out, what and when is kept."""

    def custom_conversions(self, account_id: str) -> Iterator[Page]:
        """Pages of the account's own conversions."""

    def traffic(self, account_id: str) -> Traffic:
        """What the account's calls cost so far."""


class Tokens(Protocol):
    """What is known of the tokens: which accounts each sees, and what Meta said of each."""

    def remember(self, seen: Mapping[str, str], *, now: datetime) -> None:
        """Account id → name of the token that sees it; writes what is new."""

    def accounts_of(self, name: str) -> list[Account]:
        """The accounts that the token saw last, ordered by id."""

    def token_of(self, account_id: str) -> str | None:
        """The name of the token that last saw the account."""

    def save_checks(self, checks: Iterable[TokenCheck]) -> None: ...

    def last_checks(self) -> list[TokenCheck]:
        """The newest check of each token, ordered by name."""


class TokenInspector(Protocol):
    """What Meta says of a token. An answer that is none raises MetaError."""

    def inspect(self, token: NamedToken) -> TokenFacts: ...


class RawStore(Protocol):
    """The schema `raw`: what Meta said. Every write is one transaction that applies the difference."""

    def lock_account(self, account_id: str) -> AbstractContextManager[bool]:
        """Holds the account apart from ticks, backfills and syncs elsewhere; False where another one holds it."""

    def save_accounts(self, accounts: Sequence[Account], read_at: datetime) -> None: ...

    def known_accounts(self) -> list[Account]: ...

    def last_readings(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, datetime]:
        """Day → the oldest of its levels' latest good readings; days that lack a level are left out."""

    def apply_insights(
        self, account_id: str, grain: Grain, days: DayRange, pages: Iterator[Page], *, run_id: str, read_at: datetime
    ) -> Applied:
        """Read all pages, then make raw.insights equal to them for those days and that grain."""

    def apply_objects(self, account_id: str, kind: Kind, pages: Iterator[Page], *, read_at: datetime) -> Applied: ...

    def apply_activities(self, account_id: str, pages: Iterator[Page], *, read_at: datetime) -> Applied:
        """Add the events that are not known yet."""

    def apply_custom_conversions(self, account_id: str, pages: Iterator[Page], *, read_at: datetime) -> Applied: ...

    def missing_objects(self, account_id: str, kind: Kind) -> list[str]:
        """Ids that facts name and neither an edge nor a look-up by id has described."""

    def mark_unknown(self, account_id: str, kind: Kind, ids: Sequence[str], *, read_at: datetime) -> None:
        """Objects that Meta no longer shows at all: facts name them, nothing else does."""

    def record_failure(
        self, account_id: str, grain: Grain, days: DayRange, error: str, *, run_id: str, read_at: datetime
    ) -> None:
        """A reading that failed: said in raw.reading_runs, never stored as zero."""

    def save_report(self, run_id: str, report: AccountReport) -> None: ...

    def reports(self, run_id: str) -> list[dict[str, Any]]:
        """The rows of ops.collect_runs of one run, ordered by account."""

    def stale_accounts(self, read_before: datetime) -> dict[str, datetime | None]:
        """Accounts whose last good reading is older than that instant → when it was, None where there was none."""

    def control_mismatches(self, run_id: str, now: datetime) -> list[dict[str, str]]:
        """Account-days of the run on which the campaigns do not add up to the account, with both numbers as text."""


class Quotas(Protocol):
    """How much of Meta's quotas is used, shared by every process that asks with the same app. Key: the account, or an
    empty text for the app itself."""

    def read(self) -> Mapping[str, QuotaUse]:
        """What was said in the last hour."""

    def write(self, key: str, use: QuotaUse) -> None: ...


class RequestStrategies(Protocol):
    """Which way of asking worked, per account and grain; forgotten after some days, for the widest to be tried anew."""

    def of(self, account_id: str, grain: Grain) -> RequestStrategy: ...

    def keep(self, account_id: str, grain: Grain, strategy: RequestStrategy) -> None: ...


class CollectRequests(Protocol):
    """Collecting runs that somebody outside has asked for."""

    def take(self) -> int | None:
        """The newest request that no run was launched for, which takes the older ones along; None without any."""
