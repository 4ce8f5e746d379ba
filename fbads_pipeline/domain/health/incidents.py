"""What keeps the pipeline from its work and needs a person: judged from facts, opened once, resolved once.

A stopped account whose token is known to be refused is that token's incident and has none of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.collection.tokens import TokenCheck

IncidentKind = Literal[
    "account_stopped", "token_invalid", "token_expiring", "api_version", "account_disabled", "run_failed", "stale"
]
Resolution = Literal["recovered", "superseded"]
Key = tuple[IncidentKind, str]

# https://developers.facebook.com/docs/marketing-api/reference/ad-account (account_status); 1 and 201 are active.
BAD_STATUS: Mapping[int, str] = {
    2: "disabled",
    3: "unsettled",
    7: "pending risk review",
    8: "pending settlement",
    9: "in grace period",
    100: "pending closure",
    101: "closed",
    202: "closed",
}
_GOOD_STATUS = frozenset({1, 201})
EVERY_ACCOUNT = "all"


@dataclass(frozen=True)
class AccountFact:
    """One account. token: name of the token that sees it; status: of its newest run, None before the first.

    error_kind, error, ended_at: of that run; account_status: Meta's number; status_at: since when we know it;
    read_at: the newest reading of its campaigns that succeeded.
    """

    account_id: str
    name: str | None = None
    token: str | None = None
    status: str | None = None
    error_kind: str | None = None
    error: str | None = None
    ended_at: datetime | None = None
    account_status: int | None = None
    status_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class JobFact:
    """How the newest run of a job ended. failing_since: of the first failure in a row; error: its sentence."""

    job: str
    ok: bool
    error: str | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True)
class VersionFact:
    """A warning of Meta about a version; seen_at: the first time."""

    version: str
    message: str
    seen_at: datetime


@dataclass(frozen=True)
class Incident:
    """entity: account id, token name or version; name: the account's or the token's; reason: a sentence, in English."""

    kind: IncidentKind
    entity: str
    reason: str
    since: datetime
    account_id: str | None = None
    name: str | None = None

    @property
    def key(self) -> Key:
        return (self.kind, self.entity)


@dataclass(frozen=True)
class IncidentFacts:
    """All that is judged: accounts, the newest check of each token, version warnings, jobs, and the open incidents."""

    accounts: Sequence[AccountFact]
    checks: Sequence[TokenCheck]
    versions: Sequence[VersionFact]
    open: Collection[Key]
    jobs: Sequence[JobFact] = ()


@dataclass(frozen=True)
class Judged:
    """What to write: incidents to open, and open ones that ended. Empty where nothing is new."""

    opened: Sequence[Incident]
    resolved: Mapping[Key, Resolution]


def judge(
    facts: IncidentFacts,
    *,
    now: datetime,
    warning_days: int,
    api_version: str,
    stale_after: timedelta = timedelta(hours=3),
    up_since: datetime | None = None,
) -> Judged:
    """Open what is new and resolve what has recovered; what the facts leave unclear stays as it is.

    stale_after: age of the newest good reading from which figures stand still; up_since: since when this program has
    been running without a break, so that a machine that slept does not complain of its sleep.
    """
    refused = {one.name for one in facts.checks if not one.facts.is_valid}
    found: dict[Key, Incident] = {}
    well: dict[Key, Resolution] = {}
    for check in facts.checks:
        _judge_token(check, now + timedelta(days=warning_days), found, well)
    for account in facts.accounts:
        _judge_reading(account, refused, found, well)
        _judge_status(account, found, well)
    _judge_age(facts, refused, found, well, now - stale_after, up_since)
    for job in facts.jobs:
        _judge_job(job, found, well)
    for version in facts.versions:
        key: Key = ("api_version", version.version)
        if version.version == api_version:
            found.setdefault(key, Incident(*key, version.message, version.seen_at))
    for kind, entity in facts.open:
        if kind == "api_version" and entity != api_version:
            well[kind, entity] = "recovered"
        elif kind.startswith("token") and entity not in {one.name for one in facts.checks}:
            well[kind, entity] = "superseded"  # the token was removed, or replaced and not checked yet
    opened = [incident for key, incident in found.items() if key not in facts.open]
    return Judged(opened, {key: how for key, how in well.items() if key in facts.open and key not in found})


def _judge_token(check: TokenCheck, horizon: datetime, found: dict[Key, Incident], well: dict[Key, Resolution]) -> None:
    name, facts = check.name, check.facts
    if not facts.is_valid:
        reason = facts.error or "Meta says that the token is not valid"
        found["token_invalid", name] = Incident("token_invalid", name, reason, check.checked_at, name=name)
        well["token_expiring", name] = "superseded"
        return
    well["token_invalid", name] = "recovered"
    if facts.ends_at is not None and facts.ends_at <= horizon:
        reason = f"it ends on {facts.ends_at:%Y-%m-%d %H:%M} UTC"
        found["token_expiring", name] = Incident("token_expiring", name, reason, check.checked_at, name=name)
    else:
        well["token_expiring", name] = "recovered"


def _judge_reading(
    account: AccountFact, refused: Collection[str], found: dict[Key, Incident], well: dict[Key, Resolution]
) -> None:
    key: Key = ("account_stopped", account.account_id)
    if account.status == "done":
        well[key] = "recovered"
    elif account.token in refused:
        well[key] = "superseded"
    elif account.error_kind == "stopped" and account.ended_at is not None:
        reason = account.error or "Meta refuses to read it"
        found[key] = Incident(*key, reason, account.ended_at, account.account_id, account.name)


def _judge_status(account: AccountFact, found: dict[Key, Incident], well: dict[Key, Resolution]) -> None:
    key: Key = ("account_disabled", account.account_id)
    number = account.account_status
    if number in _GOOD_STATUS:
        well[key] = "recovered"
    elif number is not None and number in BAD_STATUS and account.status_at is not None:
        reason = f"account_status {number}: {BAD_STATUS[number]}"
        found[key] = Incident(*key, reason, account.status_at, account.account_id, account.name)


def _judge_age(
    facts: IncidentFacts,
    refused: Collection[str],
    found: dict[Key, Incident],
    well: dict[Key, Resolution],
    horizon: datetime,
    up_since: datetime | None,
) -> None:
    """Figures that stand still although somebody tries; all of them at once are one incident with one cause."""
    watched = [
        one
        for one in facts.accounts
        if one.read_at is not None and one.error_kind != "stopped" and one.token not in refused
    ]
    stale = [one for one in watched if one.read_at and one.read_at < horizon and _was_tried(one, horizon, up_since)]
    everywhere: Key = ("stale", EVERY_ACCOUNT)
    if len(stale) == len(watched) > 1:
        newest = max(one.read_at for one in stale if one.read_at)
        found[everywhere] = Incident(*everywhere, f"no account was read since {newest:%Y-%m-%d %H:%M} UTC", newest)
        return
    if any(one.read_at and one.read_at >= horizon for one in watched):
        well[everywhere] = "recovered"
    for account in watched:
        key: Key = ("stale", account.account_id)
        if account in stale and account.read_at:
            reason = account.error or f"not read since {account.read_at:%Y-%m-%d %H:%M} UTC"
            found[key] = Incident(*key, reason, account.read_at, account.account_id, account.name)
        elif account.read_at and account.read_at >= horizon:
            well[key] = "recovered"


def _was_tried(account: AccountFact, horizon: datetime, up_since: datetime | None) -> bool:
    """Whether somebody tried to read it of late, or has been up long enough to have tried."""
    was_tried = account.ended_at is not None and account.ended_at >= horizon
    return was_tried or (up_since is not None and up_since < horizon)


def _judge_job(job: JobFact, found: dict[Key, Incident], well: dict[Key, Resolution]) -> None:
    key: Key = ("run_failed", job.job)
    if job.ok:
        well[key] = "recovered"
    elif job.failing_since is not None:
        found[key] = Incident(*key, job.error or "the run ended without a word", job.failing_since, name=job.job)
