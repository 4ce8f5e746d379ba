"""`fbads users`: who may log in."""

from enum import StrEnum
from typing import Annotated

import typer

from fbads_pipeline.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Who may log in, and to what.")


class UserRole(StrEnum):
    """What they may: read, also chat, also decide, everything, or data protection alone."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"
    DPO = "dpo"


@app.command("create")
def create(
    email: Annotated[str, typer.Option(help="Their address.")],
    role: Annotated[UserRole, typer.Option(help="What they may.")],
    account: Annotated[
        list[str] | None, typer.Option(help="An ad account that they see; may be repeated. Without it: all of them.")
    ] = None,
) -> None:
    """Give somebody a login; the password comes from stdin, its first line, or from a hidden prompt."""
    from fbads_pipeline.cli.operations.users_run import run_create

    run_create(load_settings(), email, role.value, [one.removeprefix("act_") for one in account or []] or None)


@app.command("list")
def show() -> None:
    """Print id, address, role and accounts of everybody, tab-separated."""
    from fbads_pipeline.cli.operations.users_run import run_list

    run_list(load_settings())


@app.command("disable")
def disable(email: Annotated[str, typer.Argument(help="Their address.")]) -> None:
    """End somebody's login, and every session, token and key of theirs."""
    from fbads_pipeline.cli.operations.users_run import run_disable

    run_disable(load_settings(), email)


@app.command("link")
def link(email: Annotated[str, typer.Argument(help="Their address.")]) -> None:
    """Print a link that logs them in once, within a quarter of an hour."""
    from fbads_pipeline.cli.operations.users_run import run_link

    run_link(load_settings(), email)
