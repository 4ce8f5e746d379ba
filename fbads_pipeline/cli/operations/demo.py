"""`fbads demo`: the main job end to end, against the sandbox Marketing API."""

import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

import psutil
import sqlalchemy as sa
import typer

from fbads_pipeline.adapters.orders.orders_file import read_orders
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.processes import Children, require_free_port
from fbads_pipeline.bootstrap.clients import order_store
from fbads_pipeline.bootstrap.collection import raw_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.data.sync import collect_and_model, days_back, exit_code, print_problems, seconds_of
from fbads_pipeline.cli.demo_hours import read_past_hours
from fbads_pipeline.cli.home import only_one, ready_home
from fbads_pipeline.cli.operations.demo_clients import keep_demo_clients, keep_demo_targets
from fbads_pipeline.cli.operations.up import require_messages, require_ports, stay_up
from fbads_pipeline.cli.output import note, progress_bar
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.errors import DONE, PARTLY
from fbads_pipeline.services.collection.plan_sync import due_range
from fbads_pipeline.setting_sources import only_here
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False)

DEMO_DAYS, DEMO_BREAKDOWN_DAYS = 60, 7
DEMO_TOKEN = "sandbox-token"  # noqa: S105 - opens nothing but the sandbox
# The shop whose orders the demo has, of the first account.
_SHOP, _SHOP_DAYS = "loja-demo", 28
# A prepaid balance that ends soon, and an account near its spending limit.
_MONEY = (
    '[{"name": "prepaid-balance", "account": "1015812345678901", "days_left": 1.5},'
    ' {"name": "spend-cap", "account": "784512369874512", "days_left": 20}]'
)
# The world's incidents lie in the week before its anchor day: after some days it gets a new one, and is read anew.
_ANCHOR_LASTS = timedelta(days=3)
_AFTER_COLLECTING = ("review", "announce_incidents", "keep_pictures")
_SUMMARY = """
select c.account_id, min(a.name) as name, c.currency, count(distinct c.campaign_id) as campaigns,
    sum(c.impressions) as impressions, sum(c.clicks) as clicks, sum(c.spend) as spend, sum(c.purchases) as purchases
from marts.campaign_daily c join marts.accounts a using (account_id)
group by c.account_id, c.currency order by c.account_id
"""
_PENDING = """
select account_id, count(*) filter (where status = 'PENDING') as pending from ops.suggestions group by account_id
"""


class _World(NamedTuple):
    """A sandbox's world: the day that its incidents precede, and whether nothing of it was collected yet."""

    anchor: date
    is_new: bool


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Do the main job, print the summary, and end.")] = False,
    hours: Annotated[
        bool | None, typer.Option("--hours/--no-hours", help="Also read past days by the hour; not with --once alone.")
    ] = None,
) -> None:
    """The whole pipeline against a sandbox Marketing API on this machine.

    No account anywhere is needed. Afterwards Dagster and the sidecar stay up until Ctrl-C.
    """
    settings = load_settings()
    require_free_port(settings.sandbox_port, "FBADS_SANDBOX_PORT")
    if not once:
        require_ports(settings)
    require_messages(settings)
    with only_one(settings.home_path, "make demo"), Children(settings.home_path / "logs") as children:
        started = time.time()
        note("starting the sandbox Marketing API and the database")
        settings, world = _start_sandbox(settings, children)
        with ready_home(settings) as database:
            keep_demo_clients(database, settings, clock(settings).now())
            if world.is_new and (not once if hours is None else hours):
                note("reading the last days of the first account by the hour")
                read_past_hours(database, settings)
            code = _main_job(database, settings, world)
            _print_summary(database, settings, time.time() - started)
            if once or code not in (DONE, PARTLY):
                raise typer.Exit(code)
            stay_up(settings, database, children)


def _start_sandbox(settings: Settings, children: Children) -> tuple[Settings, _World]:
    """The sandbox as a child, settings that point at it (a demo calls nothing else), and its world."""
    port, world = settings.sandbox_port, _world(settings)
    command = [
        str(Path(sys.executable).parent / "fbads"),
        "sandbox",
        "--port",
        str(port),
        "--plain-names",
        "--anchor",
        str(world.anchor),
        "--scenario",
        _MONEY,
    ]
    children.start("sandbox", command + (["--now", settings.now.isoformat()] if settings.now else []), {})
    children.wait_for_http("sandbox", f"http://127.0.0.1:{port}/__sandbox/state", seconds=60)
    return demo_settings(port), world


def demo_settings(port: int) -> Settings:
    """Of this process and its children from now on: the sandbox's API and token, and nothing is sent to any channel."""
    sandbox = {"FBADS_GRAPH_URL": f"http://127.0.0.1:{port}", "FBADS_DRY_RUN": "true", "FBADS_ACCOUNT_IDS": ""}
    os.environ.update(sandbox | only_here("FBADS_ACCESS_TOKEN", DEMO_TOKEN) | only_here("FBADS_APP_SECRET", ""))
    return load_settings()


def _world(settings: Settings) -> _World:
    """The world of the demo before, while it is fresh; its marker is written once all of it has been collected."""
    marker = _marker(settings)
    today = (settings.now or datetime.now(UTC)).astimezone(UTC).date()
    known = _day(marker.read_text()) if marker.exists() else None
    if known and timedelta(0) <= today - known <= _ANCHOR_LASTS:
        return _World(known, is_new=False)
    marker.unlink(missing_ok=True)
    return _World(today, is_new=True)


def _marker(settings: Settings) -> Path:
    return settings.home_path / "demo-anchor"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _days_to_collect(database: Database, settings: Settings, world: _World) -> DayRange:
    """All 60 days at first, and of a new world; else what is due."""
    raw, whole = raw_store(database), days_back(DEMO_DAYS)
    first_days = DayRange(whole.since, whole.until - timedelta(days=2))
    accounts = [] if world.is_new else raw.known_accounts()
    read = [raw.last_readings(account.account_id, first_days, settings.levels) for account in accounts]
    if not read or any(len(days) < len(first_days) for days in read):
        return whole
    return due_range(raw, clock(settings), levels=settings.levels, restatement_days=settings.restatement_days)


def _main_job(database: Database, settings: Settings, world: _World) -> int:
    import dagster as dg  # seconds, which the checks before it need not wait for

    from fbads_pipeline.cli.jobs import run_job

    started = psutil.Process().create_time()
    days = _days_to_collect(database, settings, world)
    note(f"collecting and modelling {days}")
    with progress_bar("collecting") as progress:
        summary = collect_and_model(database, days, [], progress, started, breakdown_days=DEMO_BREAKDOWN_DAYS)
    if exit_code(summary) in (DONE, PARTLY):
        _marker(settings).write_text(str(world.anchor))
    print_problems(summary["problems"])
    _connect_shop(database, settings, days)
    note(f"{summary['rows_read']} rows read, {summary['rows_changed']} changed ({seconds_of(summary)})")
    keep_demo_targets(database, clock(settings).now())
    note("reviewing performance, delivery and creatives")
    with dg.DagsterInstance.get() as instance:
        made = [run_job(job, instance, started=started) for job in _AFTER_COLLECTING]
    for one in made:
        print_problems(one.problems)
    is_whole = all(one.succeeded and not one.red_checks for one in made)
    return max(exit_code(summary), DONE if is_whole else PARTLY)


def _connect_shop(database: Database, settings: Settings, days: DayRange) -> None:
    """The first account's shop, with its orders of the days that are over."""
    store, now = order_store(settings, database), clock(settings).now()
    accounts = sorted(raw_store(database).known_accounts(), key=lambda one: one.account_id)
    if not accounts:
        return
    account, last = accounts[0], min(days.until, now.date()) - timedelta(days=1)
    if not store.sources(source=_SHOP):
        store.add_source(_SHOP, "generic", [account.account_id], timezone_name=None, actor="demo", now=now)
    first = max(days.since, last - timedelta(days=_SHOP_DAYS - 1))
    asked = urlencode({"account": account.account_id, "since": first, "until": last})
    with TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        file.write_bytes(_get(f"{settings.graph_url}/__sandbox/orders?{asked}"))
        (shop,) = store.sources(source=_SHOP)
        orders, _, _ = read_orders(file, timezone_name=shop.source.timezone_name, now=now)
    kept = store.import_file(_SHOP, orders, covered=(first, last), actor="demo", now=now)
    note(f"{kept.new} orders of the shop of {account.name} are new")


def _get(url: str) -> bytes:
    import requests  # takes a while to import

    answer = requests.get(url, timeout=60)
    answer.raise_for_status()
    return answer.content


def _print_summary(database: Database, settings: Settings, seconds: float) -> None:
    # rich is heavy: imported where it is needed.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    with database.owner.connect() as connection:
        rows = connection.execute(sa.text(_SUMMARY)).mappings().all()
        pending = dict(connection.execute(sa.text(_PENDING)).tuples().all())
    table = Table(title=f"The last {DEMO_DAYS} days, from the marts")
    for heading in ("account", "name", "campaigns", "impressions", "clicks", "spend", "purchases", "suggestions"):
        table.add_column(heading, justify="left" if heading in ("account", "name") else "right")
    for row in rows:
        table.add_row(*(Text(cell) for cell in _cells(row, pending)))
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    print(f"done in {seconds:.0f} s; alerts of the dry run: {settings.home_path / 'outbox' / 'dry_run.jsonl'}")


def _cells(row: Any, pending: dict[str, int]) -> list[str]:
    return [
        row["account_id"],
        str(row["name"]),
        str(row["campaigns"]),
        f"{row['impressions']:,}",
        f"{row['clicks']:,}",
        f"{row['spend']:,} {row['currency']}",
        f"{row['purchases']:,.0f}",
        str(pending.get(row["account_id"], 0)),
    ]
