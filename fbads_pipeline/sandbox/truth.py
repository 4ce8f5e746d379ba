"""The figures as plain rows, without paging, text or hidden objects: what a copy of the data must equal."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from fbads_pipeline.sandbox.figures.by_period import LEVELS, Level, LevelFigures, days_of
from fbads_pipeline.sandbox.figures.daily import AT, Ints
from fbads_pipeline.sandbox.graph.sandbox import Sandbox
from fbads_pipeline.sandbox.world.world import KINDS, SandboxAccount

Rows = list[dict[str, Any]]


def truth_rows(sandbox: Sandbox, level: str, since: date, until: date, account_id: str | None) -> Iterator[Rows]:
    """Per account and day one row for each object of the level that has anything; money as text, in major units.

    Archived and deleted objects are included. ValueError for an unknown level or account.
    """
    chosen = next((known for known in LEVELS if known == level), None)
    if chosen is None:
        raise ValueError(f"unknown level {level!r}")
    accounts = sandbox.world.accounts
    if account_id:
        accounts = [account for account in accounts if account.id == account_id.removeprefix("act_")]
        if not accounts:
            raise ValueError(f"unknown account {account_id!r}")
    for account in accounts:
        ids = _ids(account, chosen)
        for day in days_of((since, until)):
            yield _rows(account, chosen, day, ids, sandbox.figures.period(account, chosen, (day, day), None))


def _rows(account: SandboxAccount, level: Level, day: date, ids: Rows, figures: LevelFigures) -> Rows:
    where = figures.present()
    value = {name: figures.values[position, where] for name, position in AT.items()}
    columns = {
        "impressions": value["impressions"].tolist(),
        "clicks": (value["link"] + value["other"]).tolist(),
        "inline_link_clicks": value["link"].tolist(),
        "reach": figures.reach[where].tolist(),
        "spend": _major(account, value["spend"]),
        "purchases": (value["purchases_click"] + value["purchases_view"]).tolist(),
        "purchase_value": _major(account, value["value_click"] + value["value_view"]),
        "leads": (value["leads_click"] + value["leads_view"] + value["leads_on_site"]).tolist(),
    }
    names, shared = tuple(columns), {"account_id": account.id, "level": level, "day": str(day)}
    return [
        {**shared, **ids[index], **dict(zip(names, row, strict=True))}
        for index, row in zip(where.tolist(), zip(*columns.values(), strict=True), strict=True)
    ]


def _ids(account: SandboxAccount, level: Level) -> Rows:
    """Per object of the level its own id and its parents'; None below the level."""
    if level == "account":
        return [{f"{kind}_id": None for kind in KINDS}]
    above = KINDS[: KINDS.index(level) + 1]
    return [
        {f"{kind}_id": account.parent(one, kind).id if kind in above else None for kind in KINDS}
        for one in account.objects[level]
    ]


def _major(account: SandboxAccount, minor: Ints) -> list[str]:
    """Exact decimal text, so that nothing is lost on the way through JSON."""
    factor = account.minor_factor
    if factor == 1:
        return [str(amount) for amount in minor.tolist()]
    return [f"{amount // factor}.{amount % factor:02d}" for amount in minor.tolist()]
