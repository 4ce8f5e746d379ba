"""`fbads audit`: the log of decisions and of changes of rights."""

import sys

import typer

from fbads_pipeline.bootstrap.identity import audit_log
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import note
from fbads_pipeline.domain.core.errors import PARTLY
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The log of decisions and of changes of rights.")


@app.callback()
def audit() -> None:
    """The log of decisions and of changes of rights."""


@app.command("verify")
def verify() -> None:
    """Check the chain of hashes; exits with 1 where a row was changed, taken out or put in, and names the first."""
    with prepared_database(load_settings()) as database:
        rows, broken = audit_log(database).verify()
    if broken is not None:
        note(f"the audit log was changed: row {broken} does not follow from the ones before it")
        raise typer.Exit(PARTLY)
    print(f"the audit log is whole: {rows} rows", file=sys.stderr)
