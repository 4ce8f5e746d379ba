"""`fbads naming`: how an account or a client names campaigns and tags links, and which links differ from it."""

import getpass
from datetime import datetime
from typing import Annotated

import typer

from fbads_pipeline.adapters.postgres.clients.naming import NamingScope
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.clients import client_store, naming_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.clients.naming import NAME_DIMENSIONS, NamingRule, parse_name, read_parameters
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="How clients name campaigns and tag links; which links differ from it.",
)

AccountOption = Annotated[str | None, typer.Option("--account", help="The ad account, by id or name.")]
ClientOption = Annotated[str | None, typer.Option("--client", help="Or every account of this client.")]


@app.command("set")
def set_rule(
    account: AccountOption = None,
    client: ClientOption = None,
    pattern: Annotated[
        str | None, typer.Option(help=f"Of campaign names, such as '{{product}} | {{stage}}': {NAME_DIMENSIONS}.")
    ] = None,
    utm: Annotated[
        list[str] | None,
        typer.Option("--utm", help="A parameter that links should have: utm_source=facebook, utm_campaign={campaign}."),
    ] = None,
) -> None:
    """Set the rule, in the place of the one before; without pattern and --utm it is removed."""
    settings = load_settings()
    given = read_parameters(dict(one.partition("=")[::2] for one in utm or ()))
    rule = NamingRule(pattern, given) if pattern or given else None
    with prepared_database(settings) as database:
        now = clock(settings).now()
        scope, scope_id = _scope(settings, database, account, client, now)
        naming_store(database).set(scope, scope_id, rule, actor=f"cli:{getpass.getuser()}", now=now)


@app.command("names")
def names(account: Annotated[str, typer.Option("--account", help="The ad account, by id or name.")]) -> None:
    """Print the account's campaigns with what their names say; empty where a name does not fit the pattern."""
    with prepared_database(load_settings()) as database:
        (account_id,) = known_account_ids([account], database)
        store = naming_store(database)
        rule = store.rules(frozenset({account_id})).get(account_id, NamingRule())
        found = [(name, parse_name(name, rule)) for name in store.names(account_id)]
        print_rows(("campaign", *NAME_DIMENSIONS), [(name, *map(parts.get, NAME_DIMENSIONS)) for name, parts in found])


@app.command("links")
def links() -> None:
    """Print every parameter of an active ad's link that differs from its account's rule, tab-separated."""
    header = ("account", "campaign", "ad", "parameter", "fault", "wanted", "found")
    with prepared_database(load_settings()) as database:
        rows = [
            (one.account_id, one.campaign_name, one.ad_id, each.parameter, each.fault, each.wanted, each.found)
            for one in naming_store(database).findings()
            for each in one.findings
        ]
    print_rows(header, rows)


def _scope(
    settings: Settings, database: Database, account: str | None, client: str | None, now: datetime
) -> tuple[NamingScope, str]:
    if (account is None) == (client is None):
        raise WrongUse("say whose rule it is: --account or --client")
    if account is not None:
        return "account", known_account_ids([account], database)[0]
    clients = client_store(settings, database).all(at=now)
    found = next((one for one in clients if one.details.name.casefold() == str(client).strip().casefold()), None)
    if found is None:
        raise WrongUse(f"there is no client {client}: `fbads clients list` prints those that there are")
    return "client", str(found.client_id)
