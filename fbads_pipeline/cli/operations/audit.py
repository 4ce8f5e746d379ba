"""`fbads audit`: the log of decisions and of changes of rights."""

import sys
from typing import Annotated

import orjson
import typer

from fbads_pipeline.bootstrap.identity import audit_log
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import note, print_rows
from fbads_pipeline.domain.core.errors import PARTLY
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The log of decisions and of changes of rights.")
_HEADER = ("number", "at", "actor", "action", "subject", "details")


@app.callback()
def audit() -> None:
    """The log of decisions and of changes of rights."""


@app.command("list")
def list_entries(
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries, the newest first.")] = 50,
    before: Annotated[int | None, typer.Option(min=1, help="Only those before the entry of this number.")] = None,
) -> None:
    """Show entries with the names of who made them and whom they are about; of somebody who was erased, a pseudonym."""
    with prepared_database(load_settings()) as database:
        found = audit_log(database).newest(last, before=before)
    rows = [
        (str(one.seq), one.at.isoformat(), one.actor, one.action, one.subject, orjson.dumps(one.details).decode())
        for one in found
    ]
    print_rows(_HEADER, rows)


@app.command("verify")
def verify() -> None:
    """Check the chain of hashes; exits with 1 where a row was changed, taken out or put in, and names the first."""
    with prepared_database(load_settings()) as database:
        log = audit_log(database)
        rows, broken = log.verify()
        withheld = log.withheld()
    if broken is not None:
        note(f"the audit log was changed: row {broken} does not follow from the ones before it")
        raise typer.Exit(PARTLY)
    print(f"the audit log is whole: {rows} rows", file=sys.stderr)
    if withheld:
        note(f"{withheld} of them no longer say all that they said: they named somebody who was erased")
