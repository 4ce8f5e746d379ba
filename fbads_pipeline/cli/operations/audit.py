"""`fbads audit`: what was decided and who changed whose rights."""

import typer

from fbads_pipeline.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="The log of decisions and of changes of rights.")


@app.command("verify")
def verify() -> None:
    """Check the chain of hashes; ends with 1 and the first row that was changed, taken out or put in."""
    from fbads_pipeline.cli.operations.users_run import run_verify

    raise typer.Exit(run_verify(load_settings()))
