"""The last 60 days of an account's activity: budgets given and edited, objects paused, archived and deleted."""

from datetime import date, datetime, timedelta

import numpy as np

from fbads_pipeline.sandbox.world.ad_traits import MONEY
from fbads_pipeline.sandbox.world.clock import day_start, local_day
from fbads_pipeline.sandbox.world.world import ADS_BELOW, AdObject, LoggedChange, SandboxAccount

END_STATUSES = ("PAUSED", "ARCHIVED", "DELETED")


def record_history(account: SandboxAccount, rng: np.random.Generator, today: date) -> None:
    """Gives the account its budgets and its log of changes, and its objects the status these changes left them."""
    for one in (one for objects in account.objects.values() for one in objects):
        account.changes.append(
            LoggedChange(
                one.created_at, local_day(account.zone, one.created_at), one.kind, one.index, "created", "", ""
            )
        )
    for campaign in account.objects["campaign"]:
        _set_budgets(account, campaign)
        _end_campaign(account, campaign, rng, today)
    for one in account.objects["adset"] + account.objects["ad"]:
        _end_ad_or_adset(account, one, rng, today)
    _edit_budgets(account, rng, today)
    account.changes.sort(key=lambda change: change.at)
    account.applied = len(account.changes)


def _set_budgets(account: SandboxAccount, campaign: AdObject) -> None:
    """Two of three campaigns hold the budget themselves; every eleventh holds it for its lifetime."""
    if campaign.index % 3 != 1:
        _set_budget(account, campaign, is_lifetime=campaign.index % 11 == 8)
        return
    for adset in account.adsets_of(campaign.index):
        _set_budget(account, adset, is_lifetime=campaign.index % 11 == 7)


def _set_budget(account: SandboxAccount, one: AdObject, *, is_lifetime: bool) -> None:
    below = ADS_BELOW[one.kind]
    ads = slice(one.index * below, (one.index + 1) * below)
    expected = float((account.traits.impressions[ads] * account.traits.cpm_minor[ads]).sum()) / 1000 * 1.1
    rounding = 5 * account.minor_factor
    daily = max(rounding, round(expected / rounding) * rounding)
    if is_lifetime:
        one.lifetime_budget = daily * 120
        one.ends_at = one.created_at + timedelta(days=1400)
    else:
        one.daily_budget = daily


def _end_campaign(account: SandboxAccount, campaign: AdObject, rng: np.random.Generator, today: date) -> None:
    """Every sixth campaign has ended, in turn paused, archived and deleted; every twelfth rested for three days."""
    if campaign.index % 6 == 5:
        status = END_STATUSES[(campaign.index // 6 + account.index) % 3]
        _set_status(account, campaign, status, today - timedelta(days=int(rng.integers(4, 45))), rng)
    elif campaign.index % 12 == 1:
        paused = today - timedelta(days=int(rng.integers(20, 50)))
        _set_status(account, campaign, "PAUSED", paused, rng)
        _set_status(account, campaign, "ACTIVE", paused + timedelta(days=3), rng)


def _end_ad_or_adset(account: SandboxAccount, one: AdObject, rng: np.random.Generator, today: date) -> None:
    """About one ad set in sixteen and one ad in fourteen has ended, some time after it was made."""
    chance = rng.random()
    back = int(rng.integers(2, 55))
    limit = 0.06 if one.kind == "adset" else 0.07
    day = today - timedelta(days=back)
    if chance < limit and local_day(account.zone, one.created_at) < day - timedelta(days=1):
        _set_status(account, one, END_STATUSES[int(chance / limit * 3)], day, rng)


def _set_status(account: SandboxAccount, one: AdObject, status: str, day: date, rng: np.random.Generator) -> None:
    at = _office_hour(account, day, rng)
    account.changes.append(LoggedChange(at, day, one.kind, one.index, "status", one.status, status))
    one.status, one.updated_at = status, max(at, one.updated_at)


def _edit_budgets(account: SandboxAccount, rng: np.random.Generator, today: date) -> None:
    """Every other daily budget was edited once within the last 40 days, some of them twice."""
    holders = [one for one in account.objects["campaign"] + account.objects["adset"] if one.daily_budget]
    for one in holders[::2]:
        for back in sorted((int(rng.integers(3, 40)) for _ in range(1 + one.index % 2)), reverse=True):
            day = today - timedelta(days=back)
            if local_day(account.zone, one.created_at) < day:
                _edit(account, one, day, rng)


def _edit(account: SandboxAccount, one: AdObject, day: date, rng: np.random.Generator) -> None:
    assert one.daily_budget is not None
    step = MONEY[account.currency].minor_factor
    new = max(step, round(one.daily_budget * float(rng.choice([0.8, 1.15, 1.3])) / step) * step)
    at = _office_hour(account, day, rng)
    account.changes.append(LoggedChange(at, day, one.kind, one.index, "daily_budget", str(one.daily_budget), str(new)))
    one.daily_budget, one.updated_at = new, max(at, one.updated_at)


def _office_hour(account: SandboxAccount, day: date, rng: np.random.Generator) -> datetime:
    return day_start(account.zone, day) + timedelta(seconds=int(rng.integers(9 * 3600, 18 * 3600)))
