"""`fbads db`: the database of this home."""

import sys
from typing import Annotated

import typer

from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import plain_url, redacted
from fbads_pipeline.api.server import say_erased_again
from fbads_pipeline.bootstrap.identity import erase_again
from fbads_pipeline.cli.home import require_writable, write_dagster_home
from fbads_pipeline.cli.options import DatabaseRole
from fbads_pipeline.settings import SettingsError, load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The database of this home.")


@app.command("url")
def url(role: Annotated[DatabaseRole, typer.Option(help="Who logs in.")] = DatabaseRole.OWNER) -> None:
    """Print the database's address, for psql and others; the embedded server is started where needed and stays up."""
    with open_database(load_settings(), leave_running=True) as database:
        database.prepare()
        print(plain_url(database.analyst_url if role is DatabaseRole.ANALYST else database.url))


@app.command("stop")
def stop() -> None:
    """Stop the embedded server."""
    settings = load_settings()
    if settings.database_url:
        raise SettingsError("FBADS_DATABASE_URL names a server of yours: stop it where you started it")
    was_running = EmbeddedPostgres(settings.home_path).stop()
    print("stopped" if was_running else "it was not running", file=sys.stderr)


@app.command("migrate")
def migrate() -> None:
    """Bring the database to the newest schema, create Dagster's own beside it, and write Dagster's settings."""
    settings = load_settings()
    require_writable(settings.home_path)
    with open_database(settings) as database:
        print(database.prepare())
        say_erased_again(erase_again(settings, database))
        write_dagster_home(settings.home_path)
        print(f"Dagster's own database is {redacted(database.dagster_url)}", file=sys.stderr)
