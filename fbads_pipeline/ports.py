"""What the services ask of the world. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fbads_pipeline.domain.accounts import Account
from fbads_pipeline.domain.alerts import Alert, DeliveryAttempt, DueDelivery
from fbads_pipeline.domain.anomaly_words import AnomalyNews
from fbads_pipeline.domain.applying import Accepted, CampaignState, Carried, Change
from fbads_pipeline.domain.asked import Asked
from fbads_pipeline.domain.breaches import RULES, Breach, CampaignWindow
from fbads_pipeline.domain.breaches import Limits as Limits
from fbads_pipeline.domain.calendar_days import CalendarChanges, CalendarEvent, CalendarReading
from fbads_pipeline.domain.collecting import AccountReport, Applied, Grain, Habit, Kind, Level, Page, QuotaUse, Traffic
from fbads_pipeline.domain.days import DayRange
from fbads_pipeline.domain.decisions import Decision, Outcome
from fbads_pipeline.domain.detection.account import AccountReadings, Followed, FoundAnomaly, Memory
from fbads_pipeline.domain.identity import Principal
from fbads_pipeline.domain.made_reports import MadeReport, ReportFile
from fbads_pipeline.domain.mutes import Mute
from fbads_pipeline.domain.performance import (
    AccountPerformance,
    AccountScores,
    Decided,
    KeptModel,
    StoredScore,
    StoredVerdict,
)
from fbads_pipeline.domain.performance import Followed as FollowedSuggestion
from fbads_pipeline.domain.report_facts import (
    HitRate,
    PeriodFigures,
    ReportAccount,
    ReportedAnomaly,
    ReportedSuggestion,
)
from fbads_pipeline.domain.report_requests import ReportRequest
from fbads_pipeline.domain.reports import Period, ReportKind
from fbads_pipeline.domain.routing import Recipient
from fbads_pipeline.domain.rules import RuleReading, UserRule
from fbads_pipeline.domain.suggestion_words import AccountNews
from fbads_pipeline.domain.suggestions import NewSuggestion, SuggestionChanges
from fbads_pipeline.domain.tokens import NamedToken, TokenCheck, TokenFacts
from fbads_pipeline.domain.trouble_words import TroubleNews
from fbads_pipeline.domain.troubles import Judged, Trouble, TroubleFacts

if TYPE_CHECKING:
    from fbads_pipeline.domain.chat.entities import Names
    from fbads_pipeline.domain.chat.grammar import PlanningContext
    from fbads_pipeline.domain.chat.plan import Dimension, Plan, Understanding
    from fbads_pipeline.domain.chat.result import ChatAccount, Query, Result
    from fbads_pipeline.domain.models import AccountModel


class Clock(Protocol):
    """Now, as an aware instant in UTC; a fixed one where FBADS_NOW says so."""

    def now(self) -> datetime: ...


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


class Habits(Protocol):
    """Which way of asking worked, per account and grain; forgotten after some days, for the widest to be tried anew."""

    def of(self, account_id: str, grain: Grain) -> Habit: ...

    def keep(self, account_id: str, grain: Grain, habit: Habit) -> None: ...


class Marts(Protocol):
    """The schema `marts`, read."""

    def version(self) -> int:
        """Number of the last published state of the marts; 0 before the first."""

    def accounts(self) -> list[Account]:
        """The accounts that the marts know, ordered by id."""

    def campaign_windows(self, *, days: int, now: datetime) -> list[CampaignWindow]:
        """One row per active campaign with figures: sums over its last `days` complete account-local days."""

    def inactive(self, campaign_ids: Sequence[str]) -> list[str]:
        """Those of the campaigns that are not active now, ordered."""


class Decisions(Protocol):
    """The schemas `analysis` and `ops`, as far as the review writes them. Every write is one transaction that applies
    the difference: the same data a second time writes nothing."""

    def save_breaches(
        self, breaches: Sequence[Breach], *, reviewed: Mapping[str, date], marts_version: int, found_at: datetime
    ) -> int:
        """Make these the breaches of the reviewed accounts (id → last day of the window); returns rows written. An
        account that was reviewed on newer marts meanwhile is left alone; accounts that are not named are forgotten."""

    def current_breaches(self) -> list[Breach]:
        """The breaches of each account's last review, ordered by account, campaign and rule (CTR first)."""

    def open_suggestions(
        self, suggestions: Sequence[NewSuggestion], *, now: datetime, answered: Sequence[str] = RULES
    ) -> SuggestionChanges:
        """Open those that are not open yet, renew those whose evidence changed, expire those that are stale or no
        longer among them; what a person decided stays closed for a while. answered: the rules that were asked, whose
        own suggestions these are."""

    def announce(
        self, *, compose: Callable[[AccountNews], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """In one transaction: for each account with unannounced suggestions and no message yet on that local day, one
        alert into the outbox with a delivery per recipient; returns how many alerts were written."""

    def unannounced(self, *, now: datetime) -> int:
        """Accounts for which `announce` would write an alert now."""


class Troubles(Protocol):
    """What needs a person: one open trouble per kind and entity. The same facts a second time write nothing."""

    def facts(self) -> TroubleFacts:
        """What is known now."""

    def note_run(self, job: str, run_id: str, *, ok: bool, error: str | None, at: datetime) -> None:
        """How a run of that job ended; a success is kept only where it ends a failure."""

    def update(self, judge: Callable[[TroubleFacts], Judged], *, now: datetime) -> Judged:
        """Judge the facts and write what came of it, in one transaction."""

    def announce(
        self, *, compose: Callable[[TroubleNews], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """In one transaction: an alert with its deliveries per trouble that nobody has heard of, and per recovery of
        one that somebody has; returns how many alerts were written."""

    def untold(self) -> int:
        """How many alerts `announce` would write now."""

    def current(self) -> list[Trouble]:
        """The open ones, the oldest first."""


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
        self, *, compose: Callable[[AnomalyNews], Sequence[Alert]], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """In one transaction: the alerts with their deliveries of each account that has something nobody has heard of:
        open anomalies, or the recovery of some that were told; returns how many alerts were written."""

    def digest(
        self, *, compose: Callable[[AnomalyNews], Alert], recipients: Sequence[Recipient], now: datetime, at: time
    ) -> int:
        """In one transaction: one alert per account and local day, from `at` on, about what was held back since the
        last one; returns how many alerts were written."""

    def raise_outlasting(self, *, now: datetime) -> int:
        """Open anomalies that a calendar day held back and that outlast it become alerts; returns how many."""

    def untold(self, *, now: datetime, digest_at: time) -> int:
        """Accounts for which `announce` or `digest` would write alerts now."""

    def behind(self, *, now: datetime) -> int:
        """Accounts with a good reading, five minutes old or older, that the detectors have not taken."""

    def current(self) -> list[FoundAnomaly]:
        """The open ones, ordered by account, campaign and metric."""


class Performance(Protocol):
    """What scores and proposals are made from, and what they came to. The same figures a second time write nothing."""

    def read(self, account_id: str, *, now: datetime) -> AccountPerformance | None:
        """Everything before the account's today; None for one without currency or figures."""

    def save(self, found: AccountScores, *, now: datetime) -> int:
        """Make these the day's scores and the current trends and verdicts, in one transaction; returns scores written.
        Older marts never overwrite newer ones."""

    def current_verdicts(self) -> list[StoredVerdict]:
        """Those of each account's last review, ordered by account, campaign and kind."""

    def current_scores(self, account_ids: Sequence[str], *, since: date) -> list[StoredScore]:
        """Each campaign's newest score since that day, ordered by account and campaign."""

    def model(self, account_id: str, version: str | None = None) -> "AccountModel | None":
        """The model that is used now, or that version of it."""

    def keep_model(self, kept: KeptModel, *, now: datetime) -> None: ...

    def decided(self, account_id: str) -> list[Decided]:
        """Accepted proposals of the posterior whose end is not known yet, ordered by id."""

    def save_outcomes(self, followed: Sequence[FollowedSuggestion], *, now: datetime) -> int: ...

    def hit_rates(self) -> list[Mapping[str, Any]]:
        """Rows kind, followed, judged, hits, hit_rate (None without any judged), ordered by kind."""


class CollectRequests(Protocol):
    """Collecting runs that somebody outside has asked for."""

    def take(self) -> int | None:
        """The newest request that no run was launched for, which takes the older ones along; None without any."""


class ReportFacts(Protocol):
    """What reports are made from; every figure through the metric catalogue."""

    def accounts(self, ids: Sequence[str] | None, *, now: datetime) -> list[ReportAccount]:
        """Those accounts, or all of them, ordered by id; unknown ids are left out."""

    def figures(self, account_id: str, period: Period, metrics: Sequence[str]) -> PeriodFigures:
        """Over the period, in the account's currency alone; campaigns by spend, the biggest first."""

    def anomalies(self, account_id: str, period: Period) -> list[ReportedAnomaly]:
        """That began in the period, the gravest and dearest first."""

    def suggestions(self, account_id: str, period: Period) -> list[ReportedSuggestion]:
        """That were made in the period."""

    def hit_rates(self, account_id: str) -> list[HitRate]:
        """Of all followed suggestions, by kind."""


class Reports(Protocol):
    """Reports that were made, and the message that each left with."""

    def made(self, kind: ReportKind, last_day: date) -> set[str]:
        """Account ids ('' for all accounts) whose report of that kind ends on that day."""

    def keep(self, report: MadeReport, alert: Alert, recipients: Sequence[Recipient]) -> bool:
        """The row, the alert and its deliveries in one transaction; False where that report is there already."""

    def newest(self, last: int, accounts: Sequence[str] | None = None) -> list[MadeReport]:
        """The newest first; of those accounts alone where they are given."""


class Files(Protocol):
    """A folder that people take files from."""

    def path(self, name: str) -> Path:
        """Where a file of that name lies; raises ValueError for what is no plain name."""

    def write(self, name: str, content: bytes) -> Path:
        """The file's path; whole or not at all. Raises OSError."""


class Rules(Protocol):
    """Users' own rules over the marts, and what they have said."""

    def readings(self, rule: UserRule, *, now: datetime, as_known: bool = False) -> list[RuleReading]:
        """Every active object of the rule's level in its window, ordered by account and id; ratios from sums. as_known:
        by the figures of that moment, which campaigns alone have; raises ValueError for another level."""

    def announce(
        self,
        rule: UserRule,
        crossed: Sequence[RuleReading],
        *,
        compose: Callable[[Sequence[RuleReading]], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        """In one transaction: an alert per account about what is neither cooling down nor muted; returns how many."""


class AdsWriter(Protocol):
    """The Marketing API, written. Every method raises a MetaError."""

    def state(self, account_id: str, campaign_id: str) -> CampaignState:
        """As Meta has it now."""

    def write(self, account_id: str, change: Change) -> None:
        """One field of one object; the same again writes the same."""


class ApplyBook(Protocol):
    """Accepted suggestions on their way to Meta."""

    def waiting(self, *, now: datetime) -> list[Accepted]:
        """Accepted ones and those to take back, the oldest first."""

    def intend(self, accepted: Accepted, changes: Sequence[Change]) -> None:
        """Kept before anything is written, so that a crash in between is understood."""

    def finish(
        self, carried: Carried, *, compose: Callable[[Carried], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> None:
        """APPLIED, FAILED, or taken back, with its audit and its message, in one transaction."""


class ReportRequests(Protocol):
    """Reports that users asked for."""

    def add(self, request: ReportRequest) -> None: ...

    def ready(self, request_id: str, files: Sequence[ReportFile], *, now: datetime) -> None: ...

    def failed(self, request_id: str, reason: str, *, now: datetime) -> None:
        """One that has ended stays as it is."""

    def one(self, user_id: str, request_id: str) -> ReportRequest | None:
        """None for one that is not there, or that somebody else asked for."""

    def newest(self, user_id: str, last: int) -> list[ReportRequest]: ...


class Recipients(Protocol):
    """Who hears of alerts and reports."""

    def everybody(self) -> list[Recipient]:
        """Those of the settings, and users who want to hear. Raises SettingsError for settings that are wrong."""


class Desk(Protocol):
    """Where people decide."""

    def decide(
        self, who: Principal, decision: Decision, *, key: str | None, fingerprint: str, now: datetime
    ) -> Outcome:
        """Of any number at once one wins. Raises NotThere, Conflict, and NotUsable for a key of another decision."""

    def ask(self, who: Principal, asked: Asked, *, key: str | None, fingerprint: str, now: datetime) -> Outcome:
        """A change that a person asks for, kept as an accepted suggestion. Raises Conflict where one of that campaign
        and kind waits to be applied, and NotUsable as `decide`."""


class Mutes(Protocol):
    """What people do not want to hear of for a while; whoever announces leaves it out."""

    def mute(self, mute: Mute, *, made_by: str, now: datetime) -> int:
        """Begins at once; returns its number."""

    def lift(self, mute_id: int, *, now: datetime) -> bool:
        """Ends it; False where it does not stand any more."""

    def standing(self, *, now: datetime) -> list[tuple[int, Mute]]:
        """Number and mute, the oldest first."""


class Outbox(Protocol):
    """What leaves the house: at least once, and marked where it may be the second time. Time is the database's own, so
    that senders with different clocks agree on leases, and a fixed FBADS_NOW ends none."""

    def claim(self, channel: str, *, lease_seconds: float, max_attempts: int) -> DueDelivery | None:
        """The channel's next due delivery, marked `sending` until the lease ends; one whose lease ran out comes again,
        as a repeat. None where nothing is due, or others hold it."""

    def settle(self, delivery: DueDelivery, attempt: DeliveryAttempt, *, wait_seconds: float | None) -> bool:
        """Write what became of a claimed delivery: due again after the wait, or without one at its end. False where the
        lease ran out meanwhile and another sender holds it."""

    def due(self) -> dict[str, int]:
        """Channel → deliveries that could be claimed now; channels without any are left out."""

    def failed(self, *, hours: int) -> list[dict[str, str]]:
        """Deliveries given up on in the last hours: account_id, title, channel, recipient, error, ordered."""


class Calendar(Protocol):
    """A calendar outside. Raises `domain.calendar_days.CalendarError` where it cannot be read."""

    @property
    def name(self) -> str: ...

    def read(self, sync_token: str | None, first: date, last: date) -> CalendarReading:
        """What changed since the token; without one everything from `first` to `last`. Raises SyncTokenExpired where
        the far side has forgotten the token."""


class CalendarEvents(Protocol):
    """What stands in the calendars. The same reading a second time writes no event."""

    def sync_token(self, calendar: str, *, last: date, now: datetime) -> str | None:
        """Where the last reading ended; None where the whole is due: never read, read whole a week ago, or not as far
        as a week before `last`."""

    def apply(self, reading: CalendarReading, *, read_at: datetime) -> CalendarChanges:
        """Write the difference and the token, in one transaction."""

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]:
        """The events of the account's country and of the team that touch the days, the most telling first; private
        ones are left out."""


class Channel(Protocol):
    """One way out. `send` returns what became of the attempt and never raises for the far side's faults."""

    name: str

    def send(self, delivery: DueDelivery) -> DeliveryAttempt: ...


Metadata = Mapping[str, object]


class ChatFigures(Protocol):
    """What the chat may read. Every result is limited to the accounts that are given."""

    def accounts(self, account_ids: Sequence[str] | None, *, now: datetime) -> "list[ChatAccount]":
        """The user's accounts, each with its local today; None means every account."""

    def names(self, accounts: "Sequence[ChatAccount]") -> "tuple[Names, tuple[str, ...]]":
        """What may be named, and which breakdowns are collected."""

    def figures(self, plan: "Plan", accounts: "Sequence[ChatAccount]") -> "Result": ...

    def contributions(self, plan: "Plan", dimension: "Dimension", accounts: "Sequence[ChatAccount]") -> "Result": ...

    def edits(self, plan: "Plan", accounts: "Sequence[ChatAccount]", first: date, last: date) -> "Result": ...

    def listed(self, plan: "Plan", accounts: "Sequence[ChatAccount]") -> "Result": ...

    def run(self, query: "Query") -> "Result":
        """A query once more, with the parameters that it had."""


class Conversations(Protocol):
    """The chat's memory per user and session: plans, not words."""

    def last_plan(self, user_id: str, session_id: str, *, now: datetime) -> "Plan | None": ...

    def keep(
        self,
        user_id: str,
        session_id: str,
        *,
        question: str,
        plan: "Plan | None",
        outcome: str,
        queries: "Sequence[Query]",
        now: datetime,
    ) -> None: ...

    def query(self, user_id: str, query_id: str) -> "Query | None":
        """A query that answered this user; None for one that answered nobody, or somebody else."""


class LanguagePlanner(Protocol):
    """A model that turns a question into a plan. It sees placeholders for names, and never a figure."""

    def plan(self, question: str, context: "PlanningContext") -> "Understanding | None":
        """None where it fails, takes too long, or says nothing usable: the grammar's answer stands."""


class EventsBetween(Protocol):
    """Calendar days that a change can coincide with."""

    def between(self, account_id: str, first: date, last: date) -> list[CalendarEvent]: ...
