"""`fbads`: the program's commands. Data on stdout alone; logs, progress and errors on stderr.

Exit codes: 0 done · 1 done in part, or a red check (named) · 2 wrong use or settings · 3 the outside world failed, or
every account did · 130 interrupted.
"""

import signal
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from fbads_pipeline.adapters.garbage_collection import collect_garbage_rarely
from fbads_pipeline.cli.errors import report
from fbads_pipeline.domain.core.errors import DONE

# Command → its module below `cli`, and its line of `fbads --help`. A module is imported when its command is called:
# all of them together would take seconds.
COMMANDS = {
    "demo": ("operations.demo", "The whole pipeline against a sandbox Marketing API on this machine."),
    "up": ("operations.up", "Start Dagster (UI, daemon, schedules, sensors) and the sidecar, and stay until Ctrl-C."),
    "sandbox": ("operations.sandbox", "A Marketing API on this machine, with a seeded world and labelled incidents."),
    "sync": ("data.sync", "Collect and model a range of days in this process. Never alerts."),
    "backfill": ("data.backfill", "Collect and model history, newest days first; goes on where it was stopped."),
    "run": ("operations.run", "Run one of Dagster's jobs in this process, as its schedule or sensor would."),
    "sql": ("data.sql", "Read the database with one read-only statement."),
    "ask": ("data.ask", "Ask about your ads; every number comes from a query, which the answer names."),
    "report": ("reports.report", "Write a report of stored days as files."),
    "report-templates": (
        "reports.templates",
        "What a client's reports contain, and reports that wait for approval.",
    ),
    "report-links": ("reports.links", "Links to reports for clients: make, list, revoke."),
    "detect": ("data.detect", "Mark the anomalies of one series of a CSV file."),
    "backtest": ("data.backtest", "Replay the detectors, or your own rules, over past days."),
    "alerts": ("data.alerts", "Messages: test a channel, list what was sent, mute for a while."),
    "clients": ("data.clients", "Clients: their accounts, contact, budget, tax, targets and users."),
    "pixels": ("data.pixels", "Pixels of accounts: events by name, the newest hour, match quality."),
    "meta-recommendations": (
        "meta_recommendations",
        "What Meta itself recommends to accounts, and its opportunity score: evidence, none of our suggestions.",
    ),
    "benchmark": (
        "benchmark",
        "CTR, CPM, CPA and ROAS over all accounts, by objective, country and currency, as percentiles.",
    ),
    "balances": ("data.balances", "Money that is left: prepaid balances, spending limits, and when they end."),
    "naming": ("naming", "How clients name campaigns and tag links; which links differ from it."),
    "orders": ("orders", "Orders of shops: sources and their secrets, spreadsheets, refunds without an order."),
    "rules": ("data.rules", "Your own automation rules: check a file, preview its messages."),
    "worker": ("worker", "Execute steps of runs until SIGTERM; those under way end first."),
    "api": ("operations.api", "The sidecar alone: REST and pages."),
    "dagster-ui": ("operations.dagster_ui", "Dagster's UI alone, behind the sidecar's logins."),
    "mcp": ("operations.mcp", "The Model Context Protocol over stdio: read-only tools for an IDE."),
    "doctor": ("operations.doctor", "Check settings, database, tokens, dbt manifest and ports; say what to change."),
    "users": ("operations.users", "Who may log in, and to what."),
    "tokens": ("operations.tokens", "Tokens of further businesses, stored encrypted."),
    "audit": ("operations.audit", "The log of decisions and of changes of rights."),
    "backup": ("operations.backup", "Backups: make one, list them, verify them."),
    "restore": (
        "operations.restore",
        "Restore a backup of FBADS_BACKUP_FOLDER into an empty home.",
    ),
    "db": ("operations.database", "The database of this home."),
}


class LazyCommand(TyperCommand):
    """Stands for a command in `fbads --help`, and becomes it, by importing its module, once it is called."""

    def __init__(self, name: str, module: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._module = module

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        command = typer.main.get_command(import_module(f"fbads_pipeline.cli.{self._module}").app)
        return command.make_context(info_name, args, parent=parent, **extra)


class CommandGroup(TyperGroup):
    """The commands above."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, (module, summary) in COMMANDS.items():
            self.add_command(LazyCommand(name, module, summary))


app = typer.Typer(name="fbads", cls=CommandGroup, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version  # costs time that the other commands need not spend

        print(version("fbads-pipeline"))
        raise typer.Exit


@app.callback(help=__doc__)
def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    from fbads_pipeline.adapters.logs import set_up_logs  # structlog and pydantic, which --help does without
    from fbads_pipeline.settings import misspelt_settings

    set_up_logs()
    for sentence in misspelt_settings():
        print(f"fbads: warning: {sentence}", file=sys.stderr)


def main() -> None:
    """The entry point: one sentence and the right exit code for what the user or the outside world did."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` leaves it ignored
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # contexts close, children are stopped
    collect_garbage_rarely()
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
    except (KeyboardInterrupt, Exception) as error:
        sys.exit(report(error))


if __name__ == "__main__":
    main()
