"""`fbads orders sources|add|secret|remove|import|refunds|mappings`: orders of shops, beside what Meta reports."""

import getpass
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.adapters.orders.mappings import mapping_names
from fbads_pipeline.adapters.orders.orders_file import read_orders
from fbads_pipeline.adapters.postgres.orders.orders import PostgresOrders
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.clients import order_mapping, order_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import DAY_FORMATS
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.orders.order_file import COLUMNS
from fbads_pipeline.domain.orders.sources import OrderSource, SourceState, covered_days
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Orders of shops: sources and their secrets, spreadsheets, refunds without an order.",
)

Source = Annotated[str, typer.Argument(help="The source's name, as `fbads orders sources` prints it.")]
_HEADER = ("source", "mapping", "accounts", "time zone", "complete days", "webhook", "orders", "last", "apart")
_LEAST_SECRET = 16


@dataclass
class _Shops:
    settings: Settings
    database: Database
    orders: PostgresOrders
    now: datetime
    actor: str

    def find(self, name: str) -> OrderSource:
        found = self.orders.sources(source=name)
        if not found:
            raise WrongUse(f"there is no source {name}: `fbads orders sources` prints those that there are")
        return found[0].source


@contextmanager
def _opened() -> Iterator[_Shops]:
    settings = load_settings()
    with prepared_database(settings) as database:
        store, now = order_store(settings, database), clock(settings).now()
        yield _Shops(settings, database, store, now, f"cli:{getpass.getuser()}")


@app.command("sources")
def show() -> None:
    """Print every source of orders, tab-separated; `apart`: refunds of orders that are not here. No secret."""
    with _opened() as shops:
        print_rows(_HEADER, [_row(one) for one in shops.orders.sources()])


@app.command("mappings")
def mappings() -> None:
    """Print the mappings that there are: those of the program, and those in `order_mappings/` of the home."""
    for name in mapping_names(load_settings().home_path):
        print(name)


@app.command("add")
def add(
    source: Annotated[str, typer.Argument(help="What to call the shop: lower-case letters, digits, - and _.")],
    mapping: Annotated[str, typer.Option("--mapping", help="How its payloads are read: `fbads orders mappings`.")],
    account: Annotated[
        list[str], typer.Option("--account", help="An ad account that sells for the shop, by id or name; repeatable.")
    ],
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Of its days; that of its accounts without it.")
    ] = None,
) -> None:
    """Add a shop. Its webhook is taken once it has a secret: `fbads orders secret`."""
    with _opened() as shops:
        order_mapping(shops.settings, mapping)
        accounts = known_account_ids(account, shops.database)
        shops.orders.add_source(source, mapping, accounts, timezone_name=timezone, actor=shops.actor, now=shops.now)
        print(f"POST /api/v1/webhooks/orders/{source}", file=sys.stderr)


@app.command("secret")
def set_secret(
    source: Source,
    new: Annotated[bool, typer.Option("--new", help="Make one and print it, once, to enter it in the shop.")] = False,
) -> None:
    """Set what the shop signs with, from stdin or a hidden prompt; the secret before it stays valid until the next."""
    made = secrets.token_urlsafe(32) if new else _read_secret()
    with _opened() as shops:
        shops.orders.set_secret(shops.find(source).name, made, actor=shops.actor, now=shops.now)
    if new:
        print(made)


@app.command("remove")
def remove(source: Source) -> None:
    """Remove a shop with its secret, its orders and refunds."""
    with _opened() as shops:
        shops.orders.remove_source(shops.find(source).name, actor=shops.actor, now=shops.now)


@app.command("import")
def import_file(
    source: Source,
    file: Annotated[Path, typer.Argument(help=f"A .csv file; columns: {', '.join(COLUMNS)}.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAY_FORMATS, metavar="DAY", help="The file has every order from this day on."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=DAY_FORMATS, metavar="DAY", help="And until this one.")
    ] = None,
) -> None:
    """Keep every order of a spreadsheet, or none where one row is wrong.

    `refunded`: what was paid back so far of the order. The file counts as complete from its first order's day to its
    last one's (today excepted); --from and --to say otherwise.
    """
    with _opened() as shops:
        shop = shops.find(source)
        orders, (first, last), note = read_orders(file, timezone_name=shop.timezone_name, now=shops.now)
        if note:
            print(note, file=sys.stderr)
        first, last = (since.date() if since else first), (until.date() if until else last)
        if first > last:
            raise WrongUse(f"--from {first} is after --to {last}")
        covered = covered_days(first, last, local_day(shops.now, shop.timezone_name))
        kept = shops.orders.import_file(shop.name, orders, covered=covered, actor=shops.actor, now=shops.now)
        print(
            f"{kept.new} orders are new, {kept.changed} changed, {kept.unchanged} were here;"
            f" {kept.refunds} refunds, {kept.orphan_refunds} of them without their order",
            file=sys.stderr,
        )


@app.command("refunds")
def refunds() -> None:
    """Print refunds of orders that are not here, or are in another currency: they are subtracted from nothing."""
    with _opened() as shops:
        names = [one.source.name for one in shops.orders.sources()]
        header = ("source", "order", "refund", "amount", "currency", "refunded at", "order's currency")
        rows = shops.orders.orphan_refunds(names)
        print_rows(
            header,
            [
                (
                    *(one["source"], one["order_id"], one["refund_id"], f"{one['amount']:f}", one["currency"]),
                    *(f"{one['refunded_at']:%Y-%m-%d %H:%M}", one["order_currency"]),
                )
                for one in rows
            ],
        )


def _read_secret() -> str:
    secret = (getpass.getpass("secret: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if len(secret) < _LEAST_SECRET or not secret.isprintable():
        raise WrongUse(f"a secret has {_LEAST_SECRET} characters at least, on a line of its own")
    return secret


def _row(one: SourceState) -> tuple[str, ...]:
    shop = one.source
    days = [f"{first}…{last or ''}" for first, last in shop.days]
    return (
        *(shop.name, shop.mapping, ",".join(shop.accounts), shop.timezone_name, ", ".join(days)),
        "yes" if shop.has_secret else "no",
        *(str(one.orders), f"{one.last_received_at:%Y-%m-%d %H:%M}" if one.last_received_at else ""),
        str(one.orphan_refunds),
    )
