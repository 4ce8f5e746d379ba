"""Goals of campaigns in `ops.campaign_goals`: what follows from the targets of today, for the marts to count by."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import bound
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.clients.targets import Target, Targets
from fbads_pipeline.domain.core.days import local_day

SQL = Statements(__package__, "targets.sql")


def refresh_campaign_goals(
    connection: sa.Connection, targets: Iterable[Target], now: datetime, accounts: frozenset[str] | None = None
) -> int:
    """Brings the goals up to date with the targets of each account's own day; returns how many accounts changed.

    targets: of every account that is meant, in the order in which they were set. accounts: those, None for all. It
    writes nothing where nothing changed.
    """
    zones = {
        row.account_id: row.timezone_name
        for row in connection.execute(SQL["accounts_with_goals"], {"accounts": bound(accounts)})
    }
    if not zones:
        return 0
    held: dict[str, list[Target]] = {}
    for one in targets:
        held.setdefault(one.account_id, []).append(one)
    names: dict[str, dict[str, str | None]] = {}
    for row in connection.execute(SQL["campaign_names"], {"accounts": sorted(zones)}):
        names.setdefault(row.account_id, {})[row.campaign_id] = row.name
    kept: dict[str, dict[str, str]] = {}
    for row in connection.execute(SQL["campaign_goals"], {"accounts": sorted(zones)}):
        kept.setdefault(row.account_id, {})[row.campaign_id] = row.goal_family
    changed = 0
    for account_id, zone in zones.items():
        found = Targets(held.get(account_id, ())).goals(names.get(account_id, {}), local_day(now, zone))
        if found != kept.get(account_id, {}):
            connection.execute(SQL["forget_campaign_goals"], {"account": account_id})
            rows = [{"account": account_id, "campaign": one, "goal": goal} for one, goal in sorted(found.items())]
            if rows:
                connection.execute(SQL["add_campaign_goal"], rows)
            changed += 1
    return changed
