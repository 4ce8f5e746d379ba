"""`fbads balances`: money that is left. Rows on stdout."""

from datetime import datetime

import typer

from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.delivery import delivery_problems
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import Accounts
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.delivery.funds import Fund, funds_of
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)
_HEADER = ("account", "name", "what", "of", "left", "currency", "state", "usual per day", "ends at", "read at", "form")


@app.command()
def balances(account: Accounts = None) -> None:
    """Money that is left: prepaid balances, spending limits, and when they end.

    Tab-separated, what ends first first. A balance that Meta names in an unknown form is `unknown`, never zero; `form`
    shows that form. An account that pays by invoice and has no limit has no row.
    """
    settings = load_settings()
    with prepared_database(settings) as database:
        wanted, now = known_account_ids(account, database), clock(settings).now()
        found = delivery_problems(database).money(frozenset(wanted) if wanted else None, now=now)
        funds = sorted((fund for facts in found for fund in funds_of(facts)), key=lambda one: one.urgency(now))
        print_rows(_HEADER, [_row(one, now) for one in funds])


def _row(one: Fund, now: datetime) -> tuple[str, ...]:
    return (
        *(one.account_id, one.account_name or "", one.kind, one.entity),
        *("" if one.left is None else str(one.left), one.currency, one.state(now)),
        "" if one.per_day is None else f"{one.per_day:.2f}",
        "" if one.ends_at is None else f"{one.ends_at:%Y-%m-%d %H:%M} UTC",
        *(f"{one.read_at:%Y-%m-%d %H:%M}", one.shape or ""),
    )
