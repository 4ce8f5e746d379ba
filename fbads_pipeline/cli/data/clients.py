"""`fbads clients targets`: by what campaigns are assessed. Rows on stdout, sentences on stderr."""

import getpass
import sys
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.adapters.dbt.goals import require_goal
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets, StoredTarget
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.targets_file import read_targets
from fbads_pipeline.bootstrap.clients import target_store
from fbads_pipeline.bootstrap.collection import raw_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.accounts import account_ids
from fbads_pipeline.cli.data import client_records
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import DAY_FORMATS, Accounts
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.clients.targets import Target, UnusableTarget, parse_amount, parse_margin
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Clients: their accounts, contact, budget, tax, targets and users."
)
targets_app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="By what an account's campaigns are assessed, from a day on."
)
app.add_typer(targets_app, name="targets")
app.add_typer(client_records.app)

_HEADER = (
    *("number", "account", "scope", "goal family", "cpa", "roas", "monthly budget", "currency"),
    # What came later is at the end, for programs that read by position.
    *("from", "until", "set by", "set at", "margin"),
)
AccountOption = Annotated[str, typer.Option("--account", help="The ad account, by id or name.")]
CampaignOption = Annotated[str | None, typer.Option("--campaign", help="Only this campaign, by id.")]
PatternOption = Annotated[
    str | None,
    typer.Option("--pattern", help="Only campaigns whose whole name matches; * matches any text, case is ignored."),
]
FromOption = Annotated[
    datetime | None,
    typer.Option("--from", formats=DAY_FORMATS, metavar="DAY", help="The first day; the account's today without it."),
]
UntilOption = Annotated[
    datetime | None, typer.Option("--until", formats=DAY_FORMATS, metavar="DAY", help="The last day; open without it.")
]


@targets_app.command("list")
def show(account: Accounts = None) -> None:
    """Print every target that was set, tab-separated, in the order in which they were set."""
    with prepared_database(load_settings()) as database:
        wanted = account_ids(account, database)
        stored = target_store(database).all(frozenset(wanted) if wanted else None)
        print_rows(_HEADER, [_row(one) for one in stored])
        _warn_of_conflicts(target_store(database), stored, clock(load_settings()).now().date())


@targets_app.command("set")
def set_target(
    account: AccountOption,
    campaign: CampaignOption = None,
    pattern: PatternOption = None,
    cpa: Annotated[str | None, typer.Option(metavar="AMOUNT", help="The highest cost per conversion.")] = None,
    roas: Annotated[str | None, typer.Option(metavar="NUMBER", help="The lowest value per unit spent.")] = None,
    margin: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT", help="What is left of the value to pay for advertising: 40 is the ROAS 2.5 at least."
        ),
    ] = None,
    goal: Annotated[str | None, typer.Option(help="What conversions count: a family, or one action type.")] = None,
    budget: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="The budget of a month: of a pattern, for what it matches together."),
    ] = None,
    since: FromOption = None,
    until: UntilOption = None,
) -> None:
    """Set what holds for an account or some of its campaigns, in the account's currency.

    It replaces what held for the same scope on those days; a campaign's target goes before a pattern's, and that before
    the account's.
    """
    settings = load_settings()
    if all(value is None for value in (cpa, roas, margin, goal, budget)):
        raise UnusableTarget(message("clients.target.nothing_given"))
    with prepared_database(settings) as database:
        known = _account(account, database)
        target = Target(
            known.account_id,
            known.currency,
            since.date() if since else local_day(clock(settings).now(), known.timezone_name),
            until.date() if until else None,
            campaign_id=campaign,
            name_pattern=pattern,
            goal_family=_goal(goal),
            cpa=_amount(cpa),
            roas=_amount(roas),
            monthly_budget=_amount(budget),
            margin=None if margin is None else parse_margin(margin),
        )
        _store(database, settings, [target])


@targets_app.command("end")
def end(
    account: AccountOption,
    campaign: CampaignOption = None,
    pattern: PatternOption = None,
    since: FromOption = None,
) -> None:
    """End what holds for an account or some of its campaigns: from that day on the wider scope counts again."""
    settings = load_settings()
    with prepared_database(settings) as database:
        known = _account(account, database)
        day = since.date() if since else local_day(clock(settings).now(), known.timezone_name)
        target = Target(known.account_id, known.currency, day, campaign_id=campaign, name_pattern=pattern)
        _store(database, settings, [target])


@targets_app.command("import")
def import_file(file: Annotated[Path, typer.Argument(help="A .yaml or .csv file of targets.")]) -> None:
    """Set every target of a file, or none of them where one is wrong."""
    settings = load_settings()
    with prepared_database(settings) as database:
        zones = {one.account_id: one.timezone_name for one in raw_store(database).known_accounts()}
        now = clock(settings).now()
        # An account that is not known is refused by the store.
        targets, note = read_targets(file, today_of=lambda account: local_day(now, zones.get(account, "UTC")))
        if note:
            print(note, file=sys.stderr)
        _store(database, settings, targets)


def _store(database: Database, settings: Settings, targets: list[Target]) -> None:
    store = target_store(database)
    for number in store.set(targets, actor=f"cli:{getpass.getuser()}", now=clock(settings).now()):
        print(number)
    stored = store.all(frozenset(one.account_id for one in targets))
    _warn_of_conflicts(store, stored, clock(settings).now().date())


def _warn_of_conflicts(store: PostgresTargets, stored: Iterable[StoredTarget], day: date) -> None:
    """A sentence for each campaign that several patterns match with different values."""
    for account_id, found in store.conflicts(frozenset(one.target.account_id for one in stored), day).items():
        for conflict in found:
            print(
                f"campaign {conflict.campaign_id} of account {account_id} matches {', '.join(conflict.patterns)}:"
                f" {conflict.wins} is taken",
                file=sys.stderr,
            )


def _account(given: str, database: Database) -> Account:
    (account_id,) = account_ids([given], database)
    known = {one.account_id: one for one in raw_store(database).known_accounts()}
    if account_id not in known:
        raise UnusableTarget(message("clients.target.no_account", account=account_id))
    return known[account_id]


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else parse_amount(text)


def _goal(name: str | None) -> str | None:
    return None if name is None else require_goal(name)


def _row(one: StoredTarget) -> tuple[str, ...]:
    target = one.target
    kind, text = target.scope
    values = (target.goal_family, target.cpa, target.roas, target.monthly_budget)
    return (
        *(str(one.target_id), target.account_id, f"{kind} {text}".strip()),
        *("" if value is None else str(value) for value in values),
        *(target.currency, str(target.valid_from), str(target.valid_until or "")),
        *(one.set_by, f"{one.set_at:%Y-%m-%d %H:%M}"),
        "" if target.margin is None else str(target.margin),
    )
