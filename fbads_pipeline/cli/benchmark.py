"""`fbads benchmark`: percentiles of the installation's accounts, naming none of them."""

from datetime import timedelta
from typing import Annotated

import typer

from fbads_pipeline.bootstrap.clients import benchmark_reader
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import Accounts
from fbads_pipeline.cli.output import note, print_rows
from fbads_pipeline.domain.clients.benchmark import LEAST_ACCOUNTS, PERCENTILES, Benchmark, benchmarks
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)
_HEADER = ("objective", "country", "currency", "figure", "accounts", *(f"{one} %" for one in PERCENTILES))


@app.command()
def benchmark(
    account: Accounts = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="So many complete days before today.")] = 28,
) -> None:
    """CTR, CPM, CPA and ROAS over all accounts, by objective, country and currency, as percentiles.

    Tab-separated, one row per figure; with --account a column per account that was named. Groups of fewer than ten
    accounts have no row.
    """
    settings = load_settings()
    with prepared_database(settings) as database:
        named = known_account_ids(account, database) or []
        today = clock(settings).now().date()
        found = benchmarks(benchmark_reader(database).figures(today - timedelta(days=days), today), frozenset(named))
    print_rows((*_HEADER, *named), [_row(one, named) for one in found])
    if not found:
        note(f"fewer than {LEAST_ACCOUNTS} accounts have an objective, a country and a currency in common")


def _row(one: Benchmark, named: list[str]) -> tuple[str, ...]:
    group = (one.objective, one.country, one.currency, one.metric, str(one.accounts))
    values = (one.percentiles[percent] for percent in PERCENTILES)
    own = (f"{one.own[account]:.4f}" if account in one.own else "" for account in named)
    return (*group, *(f"{value:.4f}" for value in values), *own)
