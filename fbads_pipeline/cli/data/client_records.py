"""`fbads clients add|set|list|show|remove|import|budget|logo|tax|grant|revoke`: who the clients are."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.adapters.clients.clients_file import read_clients
from fbads_pipeline.adapters.clients.logo_drawing import drawn_logo
from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.clients import budget_service, client_grants, client_store, target_store, tax_store
from fbads_pipeline.bootstrap.collection import raw_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.identity import identity_store
from fbads_pipeline.cli.accounts import account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import DAY_FORMATS
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.clients.client import Client
from fbads_pipeline.domain.clients.client_form import FIELDS, form_texts, parse_tax, read_form, tax_text
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.clients.tax import TaxChoice, TaxSetting
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.services.clients.keep_client import keep_client
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The client's name.")]
AccountOptions = Annotated[
    list[str] | None, typer.Option("--account", help="An ad account of the client, by id or name; may be repeated.")
]
Text = Annotated[str | None, typer.Option()]
_HEADER = ("number", "name", "accounts", "budget", "currency", "tax", "contact", "channels", "language", "version")


@dataclass
class _Open:
    settings: Settings
    database: Database
    clients: PostgresClients
    now: datetime
    actor: str

    def find(self, name: str) -> Client:
        """By name, whatever its case; raises UnusableClient."""
        for one in self.clients.all(at=self.now):
            if one.details.name.casefold() == name.strip().casefold():
                return one
        raise UnusableClient(message("clients.client.unknown", text=name[:60]))


@contextmanager
def _opened() -> Iterator[_Open]:
    settings = load_settings()
    with prepared_database(settings) as database:
        clients, now = client_store(settings, database), clock(settings).now()
        yield _Open(settings, database, clients, now, f"cli:{getpass.getuser()}")


@app.command("list")
def show_all() -> None:
    """Print every client, tab-separated, by name."""
    with _opened() as opened:
        print_rows(_HEADER, [_row(one) for one in opened.clients.all(at=opened.now)])


@app.command("show")
def show(name: Name) -> None:
    """Print every field of a client, its users and its history."""
    with _opened() as opened:
        one = opened.find(name)
        for field, text in form_texts(one.details, one.budget).items():
            print(f"{field}\t{text}")
        for address in client_grants(opened.database).users([one.client_id]).get(one.client_id, []):
            print(f"user\t{address}")
        for version in opened.clients.versions(one.client_id):
            print(f"version {version.version}\t{version.set_at:%Y-%m-%d %H:%M}\t{version.set_by}")


@app.command("add")
def add(
    name: Name,
    account: AccountOptions = None,
    contact_name: Text = None,
    contact_email: Text = None,
    contact_phone: Text = None,
    language: Text = None,
    channels: Text = None,
    agency_name: Text = None,
    primary_color: Text = None,
    accent_color: Text = None,
    tax: Text = None,
    budget: Text = None,
    currency: Text = None,
    budget_from: Text = None,
    budget_until: Text = None,
    cpa: Text = None,
    roas: Text = None,
) -> None:
    """Add a client. --channels: `email:…, slack:…`; --tax: `country`, `off`, a country such as BR, or a rate in %."""
    given = {key: value for key, value in locals().items() if key in FIELDS and value is not None}
    with _opened() as opened:
        texts = {**given, "accounts": ",".join(account_ids(account, opened.database))}
        print(_keep(opened, texts, None))


@app.command("set")
def change(
    name: Name,
    field: Annotated[list[str], typer.Argument(help=f"field=text; fields: {', '.join(FIELDS)}.")],
) -> None:
    """Change fields of a client: `fbads clients set Lima budget=12000 currency=BRL`; `field=` clears one."""
    given = dict(one.partition("=")[::2] for one in field)
    wrong = next((key for key in given if key not in FIELDS), None)
    if wrong is not None:
        raise WrongUse(f"{wrong!r} is no field of a client: use {', '.join(FIELDS)}")
    with _opened() as opened:
        client = opened.find(name)
        _keep(opened, {**form_texts(client.details, client.budget), **given}, client)


@app.command("remove")
def remove(name: Name) -> None:
    """Remove a client with its contact, logo, budgets and the rights that it gave; its accounts stay."""
    with _opened() as opened:
        opened.clients.remove(opened.find(name).client_id, actor=opened.actor, now=opened.now)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help=f"A .csv file; columns: {', '.join(FIELDS)}; `name` must be there.")],
) -> None:
    """Add or change every client of a spreadsheet, or none of them where one is wrong."""
    with _opened() as opened:
        known = raw_store(opened.database).known_accounts()
        forms, note = read_clients(file, known=known, now=opened.now)
        if note:
            print(note, file=sys.stderr)
        given = [(one.details, one.budget) for one in forms]
        opened.clients.add_all(given, actor=opened.actor, now=opened.now)
        targets = [target for one in forms for target in one.targets(known, opened.now)]
        target_store(opened.database).set(targets, actor=opened.actor, now=opened.now)
        print(f"{len(forms)} clients were set", file=sys.stderr)


@app.command("budgets")
def budgets() -> None:
    """Print the month's budgets of all clients, worst first: spent, planned, landing and its 80 % interval, per day."""
    header = ("client", "currency", "state", "budget", "spent", "planned", "landing", "low", "high", "per day")
    with _opened() as opened:
        rows = budget_service(opened.settings, opened.database).read(None, opened.now)
    print_rows((*header, "cost with tax", "days read"), [_budget_row(one) for one in rows])


@app.command("logo")
def logo(name: Name, file: Annotated[Path, typer.Argument(help="A PNG, JPEG or WebP picture, up to 1 MB.")]) -> None:
    """Set the logo of a client's reports."""
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise WrongUse(f"{file} cannot be read: {fault.strerror}") from None
    with _opened() as opened:
        client_id = opened.find(name).client_id
        opened.clients.keep_logo(client_id, drawn_logo(content), actor=opened.actor, now=opened.now)


@app.command("tax")
def tax(
    account: Annotated[str, typer.Option("--account", help="The ad account, by id or name.")],
    choice: Annotated[str, typer.Argument(help="`inherit`, `country`, `off`, a country such as BR, or a rate in %.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAY_FORMATS, metavar="DAY", help="The first day; all days without it."),
    ] = None,
) -> None:
    """Set the tax of one account, in the place of its client's and its country's; print its rates."""
    with _opened() as opened:
        (account_id,) = account_ids([account], opened.database)
        made = TaxChoice("inherit") if choice == "inherit" else parse_tax(choice)
        taxes = tax_store(opened.settings, opened.database)
        taxes.set(account_id, TaxSetting(made, since and since.date()), actor=opened.actor, now=opened.now)
        rows = taxes.periods(frozenset({account_id}))[account_id]
        shown = [
            (
                str(one.first_day),
                str(one.until_day),
                "" if one.rate is None else f"{(one.rate * 100).normalize():f}",
                one.origin,
            )
            for one in rows
        ]
        print_rows(("first day", "until", "rate in %", "by"), shown)


@app.command("grant")
def grant(name: Name, email: Annotated[str, typer.Option("--user", help="The address that they log in with.")]) -> None:
    """Give a user the accounts of a client, also those that join it later."""
    with _opened() as opened:
        client_id, user_id = opened.find(name).client_id, _user_id(opened, email)
        client_grants(opened.database).grant(user_id, client_id, actor=opened.actor, now=opened.now)


@app.command("revoke")
def revoke(
    name: Name, email: Annotated[str, typer.Option("--user", help="The address that they log in with.")]
) -> None:
    """Take them away; it holds from their next request on."""
    with _opened() as opened:
        client_id, user_id = opened.find(name).client_id, _user_id(opened, email)
        if not client_grants(opened.database).revoke(user_id, client_id, actor=opened.actor, now=opened.now):
            raise WrongUse(f"{email} was not given {name}")


def _keep(opened: _Open, texts: dict[str, str], client: Client | None) -> int:
    known = raw_store(opened.database).known_accounts()
    given = read_form(texts, known=known, now=opened.now)
    targets = target_store(opened.database)
    return keep_client(opened.clients, targets, given, client, known, actor=opened.actor, now=opened.now)


def _user_id(opened: _Open, email: str) -> str:
    found = [one.user_id for one in identity_store(opened.database).users() if one.email == email.strip().lower()]
    if not found:
        raise WrongUse(f"nobody has the login {email}: see `fbads users list`")
    return found[0]


def _budget_row(one: MonthBudget) -> tuple[str, ...]:
    found = one.landing
    landing = (None, None, None) if found is None else (found.mean, found.low, found.high)
    amounts = (one.budget, one.spent, one.planned, *landing, one.daily, one.landing_cost)
    texts = tuple("" if value is None else f"{value:.2f}" for value in amounts)
    return (one.name, one.currency, one.state, *texts, f"{one.read} of {one.asked}")


def _row(one: Client) -> tuple[str, ...]:
    details, budget = one.details, one.budget
    return (
        *(str(one.client_id), details.name, ",".join(details.accounts)),
        *(("", "") if budget is None else (f"{budget.amount:f}", budget.currency)),
        tax_text(details.tax) or "country",
        " ".join(text for text in vars(details.contact).values() if text),
        ",".join(map(str, details.channels)),
        *(details.language, str(one.version)),
    )
