"""Status and budgets as they were: the objects follow the clock along the account's log, back and forth."""

from datetime import datetime

from fbads_pipeline.sandbox.world.world import LoggedChange, SandboxAccount


def move_to(account: SandboxAccount, now: datetime) -> None:
    """Gives every object the status and the budgets that the log says it had at the instant."""
    changes, before = account.changes, account.applied
    while account.applied and changes[account.applied - 1].at > now:
        account.applied -= 1
        _show(account, changes[account.applied], is_undone=True)
    while account.applied < len(changes) and changes[account.applied].at <= now:
        _show(account, changes[account.applied])
        account.applied += 1
    account.moment = now
    if account.applied != before:
        account.version += 1


def add_change(account: SandboxAccount, change: LoggedChange) -> None:
    """Makes a change now; what the log holds for later stays to be applied."""
    account.changes.insert(account.applied, change)
    account.applied += 1
    account.version += 1
    _show(account, change)


def _show(account: SandboxAccount, change: LoggedChange, *, is_undone: bool = False) -> None:
    one = account.objects[change.kind][change.index]
    value = change.old if is_undone else change.new
    if change.what == "status":
        one.status = value
    elif change.what == "daily_budget":
        one.daily_budget = int(value)
    elif change.what == "lifetime_budget":
        one.lifetime_budget = int(value)
    one.updated_at = _last_touched(account, change) if is_undone else change.at


def _last_touched(account: SandboxAccount, change: LoggedChange) -> datetime:
    """When the object was last changed before a change that is now undone."""
    mine = (change.kind, change.index)
    earlier = (done.at for done in reversed(account.changes[: account.applied]) if (done.kind, done.index) == mine)
    return next(earlier, account.objects[change.kind][change.index].created_at)
