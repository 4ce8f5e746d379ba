"""What collecting needs of the outside: the Marketing API, the raw store, tokens, quotas, request strategies."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol

from fbads_pipeline.domain.collection.account_reports import AccountReport, ApiTraffic, RowCounts
from fbads_pipeline.domain.collection.collect_requests import CollectRequest
from fbads_pipeline.domain.collection.control_totals import ControlMismatch
from fbads_pipeline.domain.collection.doubts import DoubtfulDay, UnreadDay
from fbads_pipeline.domain.collection.levels import Grain, Level, ObjectKind
from fbads_pipeline.domain.collection.pages import (
    ActivityRow,
    AdCreativeRow,
    CustomConversionRow,
    FoundObjects,
    InsightRow,
    ObjectRow,
    Page,
)
from fbads_pipeline.domain.collection.pixels import PixelReading, PixelsDue
from fbads_pipeline.domain.collection.quotas import QuotaUse
from fbads_pipeline.domain.collection.request_strategy import RequestStrategy
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenCheck, TokenFacts
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange, DayReading
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import MetaRecommendations


class AdsApi(Protocol):
    """The Marketing API, read. Every method may raise a `MetaError`, sorted by what to do about it.

    Iterators ask for a page when it is taken, and hold nothing while the caller works with it.
    """

    def accounts(self) -> list[Account]:
        """Every ad account that the token sees."""

    def account(self, account_id: str) -> Account:
        """One account, for a configured list."""

    def insights(self, account_id: str, grain: Grain, days: DayRange) -> Iterator[Page[InsightRow]]:
        """One row per object, day and breakdown value, archived and deleted objects included; a row may come twice."""

    def objects(self, account_id: str, kind: ObjectKind, statuses: Sequence[str] = ()) -> Iterator[Page[ObjectRow]]:
        """Campaigns, ad sets or ads of those effective statuses; without any all of them, archived ones included, but
        deleted ones never come this way."""

    def objects_by_id(self, kind: ObjectKind, ids: Sequence[str], *, account_id: str) -> FoundObjects:
        """Those of the objects that Meta still shows, deleted ones included, and what it said of others."""

    def activities(self, account_id: str, days: DayRange) -> Iterator[Page[ActivityRow]]:
        """The account's change log of those days."""

    def creatives(self, account_id: str) -> Iterator[Page[AdCreativeRow]]:
        """What each ad that is not archived shows."""

    def custom_conversions(self, account_id: str) -> Iterator[Page[CustomConversionRow]]:
        """The conversions that the account defined itself."""

    def pixels(self, account_id: str, due: PixelsDue, *, now: datetime) -> PixelReading:
        """The account's pixels with what is due of their events and quality; parts that are refused are named in it."""

    def recommendations(self, account_id: str) -> MetaRecommendations:
        """Meta's own recommendations and opportunity score; a part that is refused is named in it."""

    def traffic(self, account_id: str) -> ApiTraffic:
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


class TokenKeeper(Protocol):
    """Where further tokens are kept, encrypted."""

    def add(self, token: NamedToken, *, now: datetime) -> None:
        """Store it; one of the same name is replaced."""

    def save_checks(self, checks: Iterable[TokenCheck]) -> None: ...


class TokenInspector(Protocol):
    """What Meta says of a token. An answer that is none raises MetaError."""

    def inspect(self, token: NamedToken) -> TokenFacts: ...


class RawStore(Protocol):
    """The schema `raw`: what Meta reported. Every write is one transaction that applies the difference; it raises
    StoreUnavailable where the database goes away, and then nothing of it is kept."""

    def lock_account(self, account_id: str) -> AbstractContextManager[bool]:
        """True while no other tick, backfill or sync, in any process, may collect the account; False where one does."""

    def save_accounts(self, accounts: Sequence[Account], read_at: datetime) -> None:
        """What accounts are; and what Meta says of their money, where that has changed or was not kept for a while."""

    def known_accounts(self) -> list[Account]: ...

    def mark_stale(self, account_ids: Sequence[str], since: date, *, read_at: datetime) -> None:
        """Figures of these accounts from that day on may have changed at Meta and are read no more: they stand, marked
        from that instant unless they are already. The next reading of a row ends it."""

    def unknown_zones(self, names: Collection[str]) -> frozenset[str]:
        """Those that the database's tz database does not know; a view that uses one would fail as a whole."""

    def last_readings(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, datetime]:
        """Day → the oldest of its levels' latest good readings; days that lack a level are left out."""

    def last_answers(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, datetime]:
        """As `last_readings`, of readings that Meta answered, well or not."""

    def day_readings(self, account_id: str, days: DayRange, levels: Sequence[Level]) -> dict[date, DayReading]:
        """Day → its levels together: the oldest of their newest readings, good or not; days that lack a level are left
        out."""

    def days_not_read_well(self, since: date) -> list[UnreadDay]:
        """Days since then whose newest reading was no good one, the newest first."""

    def apply_insights(
        self,
        account_id: str,
        grain: Grain,
        days: DayRange,
        pages: Iterator[Page[InsightRow]],
        *,
        run_id: str,
        read_at: datetime,
    ) -> RowCounts:
        """Read all pages, then write what is new or changed of those days and that grain.

        A known row that measured something and does not come, or comes without a figure that it had, stands and is in
        doubt until `settle_doubts`; one that comes unreadable stands until it is read well. The day is not read well
        then. A row that measured nothing and does not come is removed.
        """

    def settle_doubts(self, account_id: str, *, run_id: str, read_at: datetime) -> tuple[RowCounts, list[DoubtfulDay]]:
        """Decide what the run left in doubt, once all its levels were asked for (domain/collection/doubts.py).

        Returns the rows that changed or were removed, and the days that are doubtful still, ordered by grain and day;
        so are days with an empty answer where another level has delivery.
        """

    def apply_objects(
        self, account_id: str, kind: ObjectKind, pages: Iterator[Page[ObjectRow]], *, read_at: datetime
    ) -> RowCounts:
        """Add and update what the pages show; objects that they do not show stay."""

    def apply_activities(self, account_id: str, pages: Iterator[Page[ActivityRow]], *, read_at: datetime) -> RowCounts:
        """Add the events that are not known yet."""

    def apply_custom_conversions(
        self, account_id: str, pages: Iterator[Page[CustomConversionRow]], *, read_at: datetime
    ) -> RowCounts:
        """Add and update what the pages show."""

    def apply_creatives(self, account_id: str, pages: Iterator[Page[AdCreativeRow]], *, read_at: datetime) -> RowCounts:
        """Add and update what the pages show; what ads showed that they do not show any more stays."""

    def pixels_due(self, account_id: str, *, now: datetime) -> PixelsDue | None:
        """What to ask for of the account's pixels; None while the last attempt is recent."""

    def apply_pixels(self, account_id: str, reading: PixelReading, *, read_at: datetime) -> RowCounts:
        """Write the reading: pixels that it does not show are gone, hours that it covers are as it shows them. An
        empty answer about hours that had events is doubtful: they stand, and are asked for again."""

    def note_pixels_refused(self, account_id: str, reason: str, *, read_at: datetime) -> None:
        """Meta refused the list; what is known stays."""

    def recommendations_due(self, account_id: str, *, now: datetime) -> bool:
        """Whether Meta's recommendations were not asked for within a day."""

    def apply_recommendations(self, account_id: str, reading: MetaRecommendations, *, read_at: datetime) -> RowCounts:
        """Write the reading: the score, and the recommendations; those that it does not show are not made any more. Of
        a part that was refused what is known stays."""

    def missing_objects(self, account_id: str, kind: ObjectKind, *, unknown_before: datetime) -> list[str]:
        """Ids that facts name and neither an edge nor a look-up by id has described; those that a look-up left unknown,
        where it was before that instant."""

    def objects_in(self, account_id: str, kind: ObjectKind, statuses: Sequence[str]) -> list[str]:
        """Ids of stored objects that had one of these effective statuses when they were last read."""

    def mark_unknown(self, account_id: str, kind: ObjectKind, ids: Sequence[str], *, read_at: datetime) -> None:
        """Objects that Meta does not show, or refuses to show: facts name them, nothing else does."""

    def record_failure(
        self, account_id: str, grain: Grain, days: DayRange, error: str, *, run_id: str, read_at: datetime
    ) -> None:
        """A reading that failed: a row of raw.reading_runs per day, never a zero."""

    def save_report(self, run_id: str, report: AccountReport) -> None: ...

    def reports(self, run_id: str) -> list[dict[str, Any]]:
        """The rows of ops.collect_runs of one run, ordered by account."""

    def stale_accounts(self, read_before: datetime) -> dict[str, datetime | None]:
        """Accounts whose last good reading is older than that instant → when it was, None where there was none."""

    def control_mismatches(self, run_id: str, now: datetime, windows: Sequence[str]) -> list[ControlMismatch]:
        """Figures of the run's account-days of which a level and the next one below it say different things, both read
        well. windows: the attribution windows that are asked for."""


class Quotas(Protocol):
    """How much of Meta's quotas is used, shared by every process that asks with the same app. Key: the account, or an
    empty text for the app itself."""

    def read(self) -> Mapping[str, QuotaUse]:
        """What was written in the last hour."""

    def write(self, key: str, use: QuotaUse) -> None: ...


class RequestStrategies(Protocol):
    """Which way of asking worked, per account and grain; forgotten after some days, for the widest to be tried anew."""

    def of(self, account_id: str, grain: Grain) -> RequestStrategy: ...

    def keep(self, account_id: str, grain: Grain, strategy: RequestStrategy) -> None: ...


class CollectRequests(Protocol):
    """Collecting runs that somebody requested through the API."""

    def take(self) -> CollectRequest | None:
        """What to launch a run for next: the newest request for what is due, which takes the older ones along; else the
        oldest one for days; None without any."""
