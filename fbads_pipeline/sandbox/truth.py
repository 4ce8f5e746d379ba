"""The figures as plain rows, without paging, text or hidden objects: what a copy of the data must equal."""

from datetime import date
from decimal import Decimal
from typing import Any

from fbads_pipeline.sandbox.actions import AT
from fbads_pipeline.sandbox.ledger import LEVELS, Figures, Level, days_of
from fbads_pipeline.sandbox.sandbox import Sandbox
from fbads_pipeline.sandbox.world import KINDS, Account


def truth_rows(sandbox: Sandbox, level: str, since: date, until: date, account_id: str | None) -> list[dict[str, Any]]:
    """One row per account, day and object of the level that has anything; spend and purchase_value in major units.

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
    return [
        row
        for account in accounts
        for day in days_of((since, until))
        for row in _rows(account, chosen, day, sandbox.ledger.period(account, chosen, (day, day), None))
    ]


def _rows(account: Account, level: Level, day: date, figures: Figures) -> list[dict[str, Any]]:
    return [_row(account, level, day, figures, int(index)) for index in figures.present()]


def _row(account: Account, level: Level, day: date, figures: Figures, index: int) -> dict[str, Any]:
    value = {name: int(figures.values[position, index]) for name, position in AT.items()}
    return {
        "account_id": account.id,
        "level": level,
        "day": str(day),
        **_ids(account, level, index),
        "impressions": value["impressions"],
        "clicks": value["link"] + value["other"],
        "inline_link_clicks": value["link"],
        "reach": int(figures.reach[index]),
        "spend": _major(account, value["spend"]),
        "purchases": value["buys_click"] + value["buys_view"],
        "purchase_value": _major(account, value["value_click"] + value["value_view"]),
        "leads": value["leads_click"] + value["leads_view"] + value["leads_on_site"],
    }


def _ids(account: Account, level: Level, index: int) -> dict[str, str | None]:
    """The ids of the row's object and its parents; None below the level."""
    if level == "account":
        return {f"{kind}_id": None for kind in KINDS}
    one = account.objects[level][index]
    above = KINDS[: KINDS.index(level) + 1]
    return {f"{kind}_id": account.parent(one, kind).id if kind in above else None for kind in KINDS}


def _major(account: Account, minor: int) -> str:
    """Exact decimal text, so that nothing is lost on the way through JSON."""
    return str(Decimal(minor) / account.minor_factor)
