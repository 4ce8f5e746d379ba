"""`fbads`: the program's commands. Data on stdout alone; logs, progress and errors on stderr.

Exit codes: 0 done · 1 done in part, or a red check (named) · 2 wrong use or settings · 3 the outside world failed, or
every account did · 130 interrupted.
"""

import errno
import signal
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from fbads_pipeline.cli.data import alerts, report, rules
from fbads_pipeline.cli.operations import audit, users
from fbads_pipeline.settings import SettingsError, load_settings

DAY = ["%Y-%m-%d"]
DISK_FULL = "the disk of FBADS_HOME or of the database is full: free some space, then run the command again"
OK, PARTLY, WRONG_USE, OUTSIDE_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="fbads", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
db = typer.Typer(no_args_is_help=True, help="The database of this home.")
app.add_typer(db, name="db")


tokens = typer.Typer(no_args_is_help=True, help="Tokens of further businesses, stored encrypted.")
app.add_typer(tokens, name="tokens")
app.add_typer(alerts.app, name="alerts")
app.add_typer(rules.app, name="rules")
app.add_typer(users.app, name="users")
app.add_typer(audit.app, name="audit")
app.command("report")(report.report)


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Role(StrEnum):
    """Who logs in."""

    OWNER = "owner"
    ANALYST = "analyst"


class Words(StrEnum):
    """The language of what people read."""

    EN = "en"
    PT = "pt"


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Do the main job, print the summary, and end.")] = False,
) -> None:
    """The whole pipeline against a sandbox Marketing API on this machine: no account anywhere."""
    from fbads_pipeline.cli.operations.demo import run_demo

    raise typer.Exit(run_demo(once=once))


@app.command()
def up() -> None:
    """Start Dagster (UI, daemon, schedule, sensor) and the sidecar, and stay until Ctrl-C."""
    from fbads_pipeline.cli.operations.up import run_up

    raise typer.Exit(run_up(load_settings()))


@app.command()
def sandbox(
    port: Annotated[int | None, typer.Option(help="Port; FBADS_SANDBOX_PORT without it.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="The world's seed.")] = 7,
    now: Annotated[str | None, typer.Option(help="A fixed clock, ISO 8601 with offset.")] = None,
    scenario: Annotated[str | None, typer.Option(help="A misbehaviour, such as rate-limit-storm.")] = None,
    anchor: Annotated[str | None, typer.Option(help="The day that the incidents precede; today's without it.")] = None,
    campaigns: Annotated[int, typer.Option(help="Campaigns per account.")] = 60,
    app_secret: Annotated[str | None, typer.Option(help="Calls must then carry an appsecret_proof.")] = None,
) -> None:
    """A Marketing API on this machine: a seeded world with its own clock and labelled incidents."""
    from fbads_pipeline.cli.operations.demo import DEMO_TOKEN
    from fbads_pipeline.sandbox.run import serve

    serve(
        host=host,
        port=port or load_settings().sandbox_port,
        seed=seed,
        now=now,
        scenario=scenario,
        token=DEMO_TOKEN,
        campaigns=campaigns,
        anchor=anchor,
        app_secret=app_secret,
    )


@app.command()
def sync(
    since: Annotated[datetime, typer.Option("--from", formats=DAY, metavar="DAY", help="First account-local day.")],
    until: Annotated[datetime, typer.Option("--to", formats=DAY, metavar="DAY", help="Last account-local day.")],
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Collect and model a range of days in this process. Never alerts."""
    from fbads_pipeline.cli.data.sync import run_sync

    accounts = [one.removeprefix("act_") for one in account or []]
    raise typer.Exit(run_sync(load_settings(), since.date(), until.date(), accounts, as_json=as_json))


@app.command()
def backfill(
    months: Annotated[int, typer.Option(min=1, max=37, help="How far back; Meta keeps 37 months.")],
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be repeated.")] = None,
) -> None:
    """Collect and model history, newest days first. Stopped at any point, the same command goes on from there."""
    from fbads_pipeline.cli.data.backfill import run_backfill

    accounts = [one.removeprefix("act_") for one in account or []]
    raise typer.Exit(run_backfill(load_settings(), months, accounts))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One read-only statement.")],
    fmt: Annotated[Format, typer.Option("--format", help="How rows are written.")] = Format.TABLE,
) -> None:
    """Read the marts as the read-only analyst."""
    from fbads_pipeline.cli.data.sql import run_sql

    raise typer.Exit(run_sql(load_settings(), query, fmt.value))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in Portuguese or English.")],
    session: Annotated[str | None, typer.Option(help="Remember the exchange under this name, for follow-ups.")] = None,
    lang: Annotated[Words | None, typer.Option(help="Answer in this language; the question's without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object: text, rows, citations.")] = False,
) -> None:
    """Ask about your ads; every number comes from a query, which the answer names."""
    from fbads_pipeline.cli.data.ask import run_ask

    language: Literal["pt", "en"] | None = None if lang is None else "pt" if lang is Words.PT else "en"
    raise typer.Exit(run_ask(load_settings(), question, session=session, language=language, as_json=as_json))


@app.command()
def backtest(
    out: Annotated[Path, typer.Option(help="Where the alerts go, as CSV.")],
    readings: Annotated[
        Path | None, typer.Option(help="CSV of half-hour readings, cumulative since local midnight.")
    ] = None,
    campaigns: Annotated[Path | None, typer.Option(help="CSV: campaign_id, tier, objective, created.")] = None,
    changes: Annotated[
        Path | None, typer.Option(help="CSV of the activity log: ts, campaign_id, event, old, new.")
    ] = None,
    rules_file: Annotated[
        Path | None, typer.Option("--rules", help="Your own rules instead, over the stored days of this home.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, metavar="DAY", help="First day told.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=DAY, metavar="DAY", help="Last day read.")] = None,
    as_sent: Annotated[bool, typer.Option("--as-sent", help="Also apply alert budget and grouping.")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Print counts per kind.")] = False,
    plots: Annotated[Path | None, typer.Option(help="Write plots here (.svg or .html).")] = None,
    language: Annotated[Words, typer.Option(help="Of the messages.")] = Words.EN,
) -> None:
    """What the detectors would have said, reading by reading, never looking ahead. Needs no database.

    With --rules: what your own rules would have said each morning over stored days, as they were known then.
    """
    from fbads_pipeline.cli.data.backtest import run_backtest
    from fbads_pipeline.cli.data.rules_run import run_backtest_of_rules

    first, last = since and since.date(), until and until.date()
    if rules_file is not None:
        raise typer.Exit(run_backtest_of_rules(load_settings(), rules_file, first, last, out))
    if readings is None or campaigns is None or changes is None:
        raise typer.BadParameter("give --readings, --campaigns and --changes, or --rules")
    code = run_backtest(
        readings, campaigns, changes, out, since=first, until=last, as_sent=as_sent, summary=summary, plots=plots,
        language=language.value,
    )  # fmt: skip
    raise typer.Exit(code)


@app.command()
def detect(
    series: Annotated[Path, typer.Argument(help="CSV of one KPI: timestamp, value; any regular step.")],
    out: Annotated[Path, typer.Option(help="Where timestamp, value, score, alert go.")],
) -> None:
    """Mark the anomalies of one series, row by row, never looking ahead. Needs no database."""
    from fbads_pipeline.cli.data.detect import run_detect

    raise typer.Exit(run_detect(series, out))


@app.command()
def api() -> None:
    """The sidecar alone: REST on loopback."""
    from fbads_pipeline.api.server import serve

    serve(load_settings())


@app.command()
def mcp() -> None:
    """The Model Context Protocol over stdio: five read-only tools for an IDE."""
    from fbads_pipeline.adapters.postgres.server.database import open_database
    from fbads_pipeline.api.mcp.server import serve_stdio

    settings = load_settings()
    with open_database(settings) as database:
        database.prepare()
        serve_stdio(settings, database)


@app.command()
def doctor() -> None:
    """Check settings, database, token, dbt manifest and ports; say what to mend."""
    from fbads_pipeline.cli.operations.doctor import run_doctor

    raise typer.Exit(run_doctor())


@db.command("url")
def db_url(
    role: Annotated[Role, typer.Option(help="Who logs in.")] = Role.OWNER,
) -> None:
    """Print the address of the database, starting the embedded server where needed and leaving it up."""
    from fbads_pipeline.adapters.postgres.server.database import open_database

    with open_database(load_settings(), leave_running=True) as database:
        database.prepare()
        print(database.analyst_url if role is Role.ANALYST else database.url)


@db.command("stop")
def db_stop() -> None:
    """Stop the embedded server."""
    from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres

    settings = load_settings()
    if settings.database_url:
        raise SettingsError("FBADS_DATABASE_URL names a server of yours: stop it where you started it")
    was_running = EmbeddedPostgres(settings.home_path).stop()
    print("stopped" if was_running else "it was not running", file=sys.stderr)


@db.command("migrate")
def db_migrate() -> None:
    """Bring the database to the newest schema, and make Dagster's own beside it."""
    from fbads_pipeline.adapters.postgres.server.database import open_database
    from fbads_pipeline.adapters.postgres.server.engine import redacted

    with open_database(load_settings()) as database:
        print(database.prepare())
        print(f"Dagster keeps its own in {redacted(database.dagster_url)}", file=sys.stderr)


@tokens.command("add")
def tokens_add(
    name: Annotated[str, typer.Argument(help="What to call it: lower-case letters, digits, - and _.")],
    app_id: Annotated[str | None, typer.Option(help="The Meta app's id.")] = None,
    app_secret: Annotated[bool, typer.Option("--app-secret", help="Ask for the app's secret too.")] = False,
) -> None:
    """Store a token; it is read from stdin, its first line, or at a hidden prompt (the app's secret: the second)."""
    from fbads_pipeline.cli.operations.tokens import run_add

    run_add(load_settings(), name, app_id, with_secret=app_secret)


@tokens.command("list")
def tokens_list() -> None:
    """Print name, app, last check and expiry of each token, tab-separated; no secret."""
    from fbads_pipeline.cli.operations.tokens import run_list

    run_list(load_settings())


@tokens.command("remove")
def tokens_remove(name: Annotated[str, typer.Argument(help="As `fbads tokens list` shows it.")]) -> None:
    """Forget a token."""
    from fbads_pipeline.cli.operations.tokens import run_remove

    run_remove(load_settings(), name)


@tokens.command("rotate")
def tokens_rotate() -> None:
    """Encrypt every stored token anew under the first of FBADS_ENCRYPTION_KEYS."""
    from fbads_pipeline.cli.operations.tokens import run_rotate

    run_rotate(load_settings())


@tokens.command("new-key")
def tokens_new_key() -> None:
    """Print a fresh key for FBADS_ENCRYPTION_KEYS."""
    from fbads_pipeline.adapters.encryption import new_key

    print(new_key())


def _exit_code(error: BaseException) -> int | None:
    """The code for an error that is the user's or the world's; None for a fault of ours, which shows its trace."""
    names = {cls.__name__ for cls in type(error).__mro__}
    if names & {
        "SettingsError",
        "UnknownAccount",
        "WrongUse",
        "PortTaken",
        "UserExists",
        "LastAdmin",
        "WeakPassword",
        "ManifestError",
        "QueryRefused",
    }:
        return WRONG_USE
    if names & {
        "MetaError",
        "DatabaseUnreachable",
        "DatabaseUnfit",
        "EmbeddedPostgresError",
        "ChildFailed",
        "OperationalError",
    }:
        return OUTSIDE_FAILED
    return None


def _is_disk_full(error: BaseException | None) -> bool:
    """Whether a full disk is at the bottom of it, ours or the database's."""
    while error is not None:
        if getattr(error, "errno", None) == errno.ENOSPC or getattr(error, "pgcode", None) == "53100":
            return True
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
    return False


def main() -> None:
    """The entry point: one sentence and the right code for what the user or the world did."""
    from fbads_pipeline.adapters.logs import set_up_logs

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` leaves it ignored
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # contexts close, children are stopped
    try:
        set_up_logs()
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(OK)
    except Exception as error:
        if _is_disk_full(error):
            print(f"fbads: {DISK_FULL}", file=sys.stderr)
            sys.exit(OUTSIDE_FAILED)
        code = _exit_code(error)
        if code is None:
            raise
        print(f"fbads: {str(error).splitlines()[0]}", file=sys.stderr)
        sys.exit(code)


if __name__ == "__main__":
    main()
