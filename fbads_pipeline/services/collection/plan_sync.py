"""What one run reads: which accounts, which days, how patiently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fbads_pipeline.domain.collection.account_listing import is_known_zone, settled_account
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.collection.meta_errors import MetaError
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange, due_days, local_day
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.ports.collection import AdsApi, RawStore
from fbads_pipeline.ports.core import Clock

# After that a run ends, whatever is under way; one of what is due now, before many others wait for its accounts.
LONGEST_RUN_SECONDS, LONGEST_TICK_SECONDS = 12 * 3600.0, 3 * 3600.0
# So long Meta restates a day.
RESTATED_DAYS = 28
# Of one account, between its daily readings: today, and yesterday until it has settled.
TICK_DAYS = 2


@dataclass(frozen=True)
class SyncPlan:
    """What to read. days: the same for every account, clipped to its own today; None: what each account needs now.

    breakdowns: of the campaign level, left out of the half-hour's two days; breakdown_days: of how many of the newest
    days they are read, None for all. concurrency: calls under way at once in
    all, account_concurrency: for one account. longest_wait_seconds: that an account waits for its quota in one run;
    account_seconds: after which nothing more is begun for one account; lock_wait_seconds: for another run on it;
    run_seconds: after which the run ends, whatever is under way.
    """

    run_id: str
    levels: Sequence[Level]
    days: DayRange | None = None
    breakdowns: Sequence[str] = ()
    breakdown_days: int | None = None
    restatement_days: int = RESTATED_DAYS
    concurrency: int = 16
    account_concurrency: int = 5
    longest_wait_seconds: float = 600.0
    account_seconds: float = 3600.0
    lock_wait_seconds: float = 300.0
    run_seconds: float = LONGEST_RUN_SECONDS


def is_longer_than_a_tick(days: DayRange) -> bool:
    """Whether a run over all accounts has more days than a tick, in whatever time zones they are."""
    return len(days) > TICK_DAYS + 1


class UnknownAccount(WrongUse):
    """An account that was named for one run, and that the token does not see."""


def list_accounts(ads: AdsApi, raw: RawStore, clock: Clock, configured: Sequence[str] = ()) -> list[Account]:
    """The accounts to watch, written to raw.accounts: the configured ones, else all that the token sees.

    A configured account that cannot be looked up is taken as it was known before; where it never was, it is left out
    here and fails in `sync_ads`, where it has a report. One without a usable zone or currency is read as it was known
    before, else it has a fault and is not written. Figures of an account that the token sees no more stand, marked as
    stale where Meta may still change them; an empty list says that of none. Raises MetaError when the token itself
    cannot list accounts.
    """
    read_at, known = clock.now(), {account.account_id: account for account in raw.known_accounts()}
    seen = {account.account_id: account for account in ads.accounts()}
    if vanished := known.keys() - seen.keys() - set(configured) if seen else ():
        since = (read_at - timedelta(days=RESTATED_DAYS)).date()
        raw.mark_stale(sorted(vanished), since, read_at=read_at)
    if configured:
        looked_up = (_look_up(ads, one, seen, known) for one in configured)
        seen = {account.account_id: account for account in looked_up if account}
    unknown_zones = raw.unknown_zones({account.timezone_name for account in seen.values()})
    accounts = [settled_account(seen[one], known.get(one), unknown_zones) for one in sorted(seen)]
    raw.save_accounts([account for account in accounts if account.fault is None], read_at)
    return accounts


def _look_up(ads: AdsApi, account_id: str, seen: Mapping[str, Account], known: Mapping[str, Account]) -> Account | None:
    """A configured account: as listed, else asked for by its id, else as it was known before."""
    if account_id in seen:
        return seen[account_id]
    try:
        return ads.account(account_id)
    except MetaError:
        return known.get(account_id)


def pick_accounts(seen: Sequence[Account], asked: Sequence[str], configured: Sequence[str]) -> list[Account]:
    """The accounts of one run. asked: by this run, empty for all; configured: the setting's list.

    Configured accounts that could not be seen stay in the list (with zone UTC), so that their failure is reported.
    Raises UnknownAccount when one is asked for that is neither seen nor configured.
    """
    by_id = {account.account_id: account for account in seen}
    for account_id in configured:
        by_id.setdefault(account_id, Account(account_id, None, "", "UTC"))
    unknown = [account_id for account_id in asked if account_id not in by_id]
    if unknown:
        known = ", ".join(sorted(by_id)) or "none"
        raise UnknownAccount(f"account {', '.join(unknown)} is not among those that the token sees: {known}")
    return [by_id[account_id] for account_id in (sorted(set(asked)) or sorted(by_id))]


def shards_of(accounts: Sequence[Account], count: int) -> list[list[Account]]:
    """The accounts dealt out to at most `count` shards, none of them empty."""
    return [list(accounts[start::count]) for start in range(min(count, len(accounts)))]


def due_range(raw: RawStore, clock: Clock, *, levels: Sequence[Level], restatement_days: int) -> DayRange:
    """The days that the known accounts need now, all together; before the first reading, two days around the world."""
    now = clock.now()
    known = [account for account in raw.known_accounts() if is_known_zone(account.timezone_name)]
    ranges = [_due(raw, account, now, levels, restatement_days) for account in known]
    if not ranges:
        return DayRange(now.date() - timedelta(days=1), now.date())
    return DayRange(min(days.since for days in ranges), max(days.until for days in ranges))


def due_for(raw: RawStore, account: Account, now: datetime, plan: SyncPlan) -> DayRange:
    """The days that one account needs now."""
    return _due(raw, account, now, plan.levels, plan.restatement_days)


def _due(raw: RawStore, account: Account, now: datetime, levels: Sequence[Level], restatement_days: int) -> DayRange:
    today = local_day(now, account.timezone_name)
    window = DayRange(today - timedelta(days=restatement_days - 1), today)
    # A day that cannot be read well is tried once a day, as every other.
    read_at = raw.last_answers(account.account_id, window, levels)
    return due_days(now, account.timezone_name, read_at, restatement_days=restatement_days)
