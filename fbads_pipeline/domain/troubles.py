"""What keeps the pipeline from its work and needs a person: judged from facts, opened once, resolved once.

A stopped account whose token is known to be refused is that token's trouble and has none of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fbads_pipeline.domain.tokens import TokenCheck

TroubleKind = Literal["account_stopped", "token_invalid", "token_expiring", "api_version", "account_disabled"]
Resolution = Literal["recovered", "superseded"]
Key = tuple[TroubleKind, str]

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


@dataclass(frozen=True)
class AccountFact:
    """One account. token: name of the token that sees it; status: of its newest run, None before the first.

    error_kind, error, ended_at: of that run; account_status: Meta's number; status_at: since when we know it.
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


@dataclass(frozen=True)
class VersionFact:
    """A warning of Meta about a version; seen_at: the first time."""

    version: str
    message: str
    seen_at: datetime


@dataclass(frozen=True)
class Trouble:
    """entity: account id, token name or version; name: the account's or the token's; reason: a sentence, in English."""

    kind: TroubleKind
    entity: str
    reason: str
    since: datetime
    account_id: str | None = None
    name: str | None = None

    @property
    def key(self) -> Key:
        return (self.kind, self.entity)


@dataclass(frozen=True)
class TroubleFacts:
    """All that is judged: accounts, the newest check of each token, version warnings, and the open troubles."""

    accounts: Sequence[AccountFact]
    checks: Sequence[TokenCheck]
    versions: Sequence[VersionFact]
    open: Collection[Key]


@dataclass(frozen=True)
class Judged:
    """What to write: troubles to open, and open ones that ended. Empty where nothing is new."""

    opened: Sequence[Trouble]
    resolved: Mapping[Key, Resolution]


def judge(facts: TroubleFacts, *, now: datetime, warning_days: int, api_version: str) -> Judged:
    """Open what is new and resolve what has recovered; what the facts leave unclear stays as it is."""
    refused = {one.name for one in facts.checks if not one.facts.is_valid}
    found: dict[Key, Trouble] = {}
    well: dict[Key, Resolution] = {}
    for check in facts.checks:
        _judge_token(check, now + timedelta(days=warning_days), found, well)
    for account in facts.accounts:
        _judge_reading(account, refused, found, well)
        _judge_status(account, found, well)
    for version in facts.versions:
        key: Key = ("api_version", version.version)
        if version.version == api_version:
            found.setdefault(key, Trouble(*key, version.message, version.seen_at))
    for kind, entity in facts.open:
        if kind == "api_version" and entity != api_version:
            well[kind, entity] = "recovered"
        elif kind.startswith("token") and entity not in {one.name for one in facts.checks}:
            well[kind, entity] = "superseded"  # the token was removed, or replaced and not checked yet
    opened = [trouble for key, trouble in found.items() if key not in facts.open]
    return Judged(opened, {key: how for key, how in well.items() if key in facts.open and key not in found})


def _judge_token(check: TokenCheck, horizon: datetime, found: dict[Key, Trouble], well: dict[Key, Resolution]) -> None:
    name, facts = check.name, check.facts
    if not facts.is_valid:
        reason = facts.error or "Meta says that the token is not valid"
        found["token_invalid", name] = Trouble("token_invalid", name, reason, check.checked_at, name=name)
        well["token_expiring", name] = "superseded"
        return
    well["token_invalid", name] = "recovered"
    if facts.ends_at is not None and facts.ends_at <= horizon:
        reason = f"it ends on {facts.ends_at:%Y-%m-%d %H:%M} UTC"
        found["token_expiring", name] = Trouble("token_expiring", name, reason, check.checked_at, name=name)
    else:
        well["token_expiring", name] = "recovered"


def _judge_reading(
    account: AccountFact, refused: Collection[str], found: dict[Key, Trouble], well: dict[Key, Resolution]
) -> None:
    key: Key = ("account_stopped", account.account_id)
    if account.status == "done":
        well[key] = "recovered"
    elif account.token in refused:
        well[key] = "superseded"
    elif account.error_kind == "stopped" and account.ended_at is not None:
        reason = account.error or "Meta refuses to read it"
        found[key] = Trouble(*key, reason, account.ended_at, account.account_id, account.name)


def _judge_status(account: AccountFact, found: dict[Key, Trouble], well: dict[Key, Resolution]) -> None:
    key: Key = ("account_disabled", account.account_id)
    number = account.account_status
    if number in _GOOD_STATUS:
        well[key] = "recovered"
    elif number is not None and number in BAD_STATUS and account.status_at is not None:
        reason = f"account_status {number}: {BAD_STATUS[number]}"
        found[key] = Trouble(*key, reason, account.status_at, account.account_id, account.name)
