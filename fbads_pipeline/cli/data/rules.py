"""`fbads rules`: your own rules."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.settings import load_settings

DAY = ["%Y-%m-%d"]
app = typer.Typer(no_args_is_help=True, help="Your own automation rules: check a file, preview what it would say.")


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="A YAML file of rules.")]) -> None:
    """Say what each rule means, or the line that is wrong. Needs no database."""
    from fbads_pipeline.cli.data.rules_run import run_check

    run_check(file)


@app.command("preview")
def preview(
    file: Annotated[Path, typer.Argument(help="A YAML file of rules.")],
    since: Annotated[datetime, typer.Option("--from", formats=DAY, metavar="DAY", help="First day.")],
    until: Annotated[datetime, typer.Option("--to", formats=DAY, metavar="DAY", help="Last day.")],
) -> None:
    """Print, as CSV, what the rules would have said each morning over the stored days, as they were known then."""
    from fbads_pipeline.cli.data.rules_run import run_preview

    run_preview(load_settings(), file, since.date(), until.date())
