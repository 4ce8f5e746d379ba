"""Incidents: what keeps the pipeline from its work and needs a person. Each is opened once and resolved once.

A stopped account whose token is known to be refused belongs to that token's incident and has none of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from fbads_pipeline.domain.collection.account_reports import UNUSABLE_ACCOUNT
from fbads_pipeline.domain.collection.api_versions import WARNED_BEFORE, end_of, newest_version, version_state
from fbads_pipeline.domain.collection.tokens import TokenCheck
from fbads_pipeline.domain.core.messages import Day, Instant, Value, message

IncidentKind = Literal[
    "account_stopped",
    "account_unusable",
    "token_invalid",
    "token_expiring",
    "api_version",
    "account_disabled",
    "run_failed",
    "stale",
]
Resolution = Literal["recovered", "superseded"]
IncidentKey = tuple[IncidentKind, str]

# https://developers.facebook.com/docs/marketing-api/reference/ad-account (account_status); 1 and 201 are active.
RESTRICTED_STATUS: Mapping[int, str] = {
    2: "disabled",
    3: "unsettled",
    7: "pending_risk_review",
    8: "pending_settlement",
    9: "in_grace_period",
    100: "pending_closure",
    101: "closed",
    202: "closed",
}
_ACTIVE_STATUS = frozenset({1, 201})
# Kinds of error for which an account has an incident of its own, and none of being stale.
_OF_ANOTHER_INCIDENT = frozenset({"stopped", UNUSABLE_ACCOUNT})
STALE_AFTER = timedelta(hours=3)
EVERY_ACCOUNT = "all"


@dataclass(frozen=True)
class AccountFact:
    """One account. token_name: the token that sees it; status: of its newest run, None before the first.

    error_kind, error, ended_at: of that run; account_status: Meta's number; status_at: since when it is known;
    read_at: the newest reading of its campaigns that succeeded.
    """

    account_id: str
    name: str | None = None
    token_name: str | None = None
    status: str | None = None
    error_kind: str | None = None
    error: str | None = None
    ended_at: datetime | None = None
    account_status: int | None = None
    status_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class JobFact:
    """How the newest run of a job ended. failing_since: the first failure in a row; error: its sentence."""

    job: str
    ok: bool
    error: str | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True)
class VersionFact:
    """A warning of Meta about a version of its API; seen_at: the first time."""

    version: str
    message: str
    seen_at: datetime


@dataclass(frozen=True)
class Incident:
    """entity: account id, token name, version or job; name: the account's or the token's; reason: ours as a message,
    Meta's as Meta wrote it."""

    kind: IncidentKind
    entity: str
    reason: Value
    since: datetime
    account_id: str | None = None
    name: str | None = None

    @property
    def key(self) -> IncidentKey:
        """At most one incident of a key is open."""
        return (self.kind, self.entity)


@dataclass(frozen=True)
class IncidentFacts:
    """What incidents are derived from: accounts, the newest check of each token, version warnings, jobs, and the keys
    of the open incidents."""

    accounts: Sequence[AccountFact]
    checks: Sequence[TokenCheck]
    versions: Sequence[VersionFact]
    open: Collection[IncidentKey]
    jobs: Sequence[JobFact] = ()


@dataclass(frozen=True)
class IncidentChanges:
    """Incidents to open, and keys of open ones to resolve. Empty where nothing has changed."""

    opened: Sequence[Incident]
    resolved: Mapping[IncidentKey, Resolution]


@dataclass
class _State:
    """What the facts say so far: conditions that hold, and conditions that are known not to hold."""

    present: dict[IncidentKey, Incident] = field(default_factory=dict)
    absent: dict[IncidentKey, Resolution] = field(default_factory=dict)

    def add(self, incident: Incident) -> None:
        self.present[incident.key] = incident


def evaluate_incidents(
    facts: IncidentFacts,
    *,
    now: datetime,
    warning_days: int,
    api_version: str,
    stale_after: timedelta = STALE_AFTER,
    up_since: datetime | None = None,
) -> IncidentChanges:
    """Open what is new and resolve what has recovered; what the facts leave unclear stays as it is.

    warning_days: before a token's end; stale_after: age of the newest good reading from which figures are stale;
    up_since: since when this program has been running without a break, so that the time for which a machine was
    suspended counts as nobody's failure.
    """
    state = _State()
    refused = {one.name for one in facts.checks if not one.facts.is_valid}
    for check in facts.checks:
        _evaluate_token(check, now + timedelta(days=warning_days), state)
    for account in facts.accounts:
        _evaluate_run(account, refused, state)
        _evaluate_status(account, state)
    _evaluate_freshness(facts, refused, state, now - stale_after, up_since)
    for job in facts.jobs:
        _evaluate_job(job, state)
    for version in facts.versions:
        if version.version == api_version and ("api_version", version.version) not in state.present:
            state.add(Incident("api_version", version.version, version.message, version.seen_at))
    _evaluate_version(api_version, now, state)
    for kind, entity in facts.open:
        if kind == "api_version" and entity != api_version:
            state.absent[kind, entity] = "recovered"
        elif kind.startswith("token") and entity not in {one.name for one in facts.checks}:
            state.absent[kind, entity] = "superseded"  # the token was removed, or replaced and not checked yet
    return IncidentChanges(
        [incident for key, incident in state.present.items() if key not in facts.open],
        {key: how for key, how in state.absent.items() if key in facts.open and key not in state.present},
    )


def _evaluate_version(version: str, now: datetime, state: _State) -> None:
    """What the calendar knows of the version in use, where Meta has not warned of it yet."""
    ends_on, today = end_of(version), now.astimezone(UTC).date()
    if ("api_version", version) in state.present or ends_on is None:
        return
    since = datetime.combine(ends_on - WARNED_BEFORE, time(), UTC)
    match version_state(version, today):
        case "ending":
            ends = message("health.reason.version_ends", on=Day(ends_on), newest=newest_version(today))
            state.add(Incident("api_version", version, ends, since))
        case "ended":
            ended = message("health.reason.version_ended", on=Day(ends_on), newest=newest_version(today))
            state.add(Incident("api_version", version, ended, since))


def _evaluate_token(check: TokenCheck, horizon: datetime, state: _State) -> None:
    name, facts = check.name, check.facts
    if not facts.is_valid:
        reason = facts.error or message("health.reason.token_not_valid")
        state.add(Incident("token_invalid", name, reason, check.checked_at, name=name))
        state.absent["token_expiring", name] = "superseded"
        return
    state.absent["token_invalid", name] = "recovered"
    if facts.ends_at is not None and facts.ends_at <= horizon:
        ends = message("health.reason.token_ends", at=Instant(facts.ends_at, "UTC"))
        state.add(Incident("token_expiring", name, ends, check.checked_at, name=name))
    else:
        state.absent["token_expiring", name] = "recovered"


def _evaluate_run(account: AccountFact, refused: Collection[str], state: _State) -> None:
    if account.error_kind == UNUSABLE_ACCOUNT and account.error and account.ended_at is not None:
        state.add(_of_account("account_unusable", account, account.error, account.ended_at))
    elif account.status is not None:
        state.absent["account_unusable", account.account_id] = "recovered"
    if account.status == "done":
        state.absent["account_stopped", account.account_id] = "recovered"
    elif account.token_name in refused:
        state.absent["account_stopped", account.account_id] = "superseded"
    elif account.error_kind == "stopped" and account.ended_at is not None:
        reason = account.error or message("health.reason.account_refused")
        state.add(_of_account("account_stopped", account, reason, account.ended_at))


def _evaluate_status(account: AccountFact, state: _State) -> None:
    number = account.account_status
    if number in _ACTIVE_STATUS:
        state.absent["account_disabled", account.account_id] = "recovered"
    elif number is not None and number in RESTRICTED_STATUS and account.status_at is not None:
        status = message(f"health.account_status.{RESTRICTED_STATUS[number]}")
        reason = message("health.reason.account_status", number=str(number), status=status)
        state.add(_of_account("account_disabled", account, reason, account.status_at))


def _evaluate_freshness(
    facts: IncidentFacts, refused: Collection[str], state: _State, horizon: datetime, up_since: datetime | None
) -> None:
    """Figures that are not updated although somebody tries; all accounts at once are one incident with one cause. An
    account that is not even tried, while others of its token are read, is in no list of accounts any more."""
    read = [
        (one, one.read_at)
        for one in facts.accounts
        if one.read_at is not None and one.error_kind not in _OF_ANOTHER_INCIDENT and one.token_name not in refused
    ]
    working = {one.token_name for one, read_at in read if read_at >= horizon} - {None}
    stale = [
        (one, read_at)
        for one, read_at in read
        if read_at < horizon and (one.token_name in working or _was_tried(one, horizon, up_since))
    ]
    if len(stale) == len(read) > 1:
        newest = max(read_at for _, read_at in stale)
        nothing_read = message("health.reason.nothing_read", at=Instant(newest, "UTC"))
        state.add(Incident("stale", EVERY_ACCOUNT, nothing_read, newest))
        return
    for account, read_at in read:
        if read_at >= horizon:
            state.absent["stale", EVERY_ACCOUNT] = state.absent["stale", account.account_id] = "recovered"
    for account, read_at in stale:
        is_left_out = account.token_name in working and not _was_tried(account, horizon, None)
        key = "health.reason.not_listed" if is_left_out else "health.reason.not_read"
        unread = message(key, at=Instant(read_at, "UTC"))
        state.add(_of_account("stale", account, unread if is_left_out else account.error or unread, read_at))


def _was_tried(account: AccountFact, horizon: datetime, up_since: datetime | None) -> bool:
    """Whether it was tried since the horizon, or the program has been up long enough to have tried."""
    was_tried = account.ended_at is not None and account.ended_at >= horizon
    return was_tried or (up_since is not None and up_since < horizon)


def _evaluate_job(job: JobFact, state: _State) -> None:
    if job.ok:
        state.absent["run_failed", job.job] = "recovered"
    elif job.failing_since is not None:
        reason = job.error or message("health.reason.run_without_error")
        state.add(Incident("run_failed", job.job, reason, job.failing_since, name=job.job))


def _of_account(kind: IncidentKind, account: AccountFact, reason: Value, since: datetime) -> Incident:
    return Incident(kind, account.account_id, reason, since, account.account_id, account.name)
