"""`fbads restore`: a backup into a fresh home."""

from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.api.server import say_erased_again
from fbads_pipeline.bootstrap.health import backup_folder, restore
from fbads_pipeline.bootstrap.identity import erase_again
from fbads_pipeline.cli.home import require_writable
from fbads_pipeline.cli.output import note
from fbads_pipeline.domain.core.errors import PARTLY
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False, help="Restore a backup of FBADS_BACKUP_FOLDER into an empty home.")


@app.command()
def restored(
    name: Annotated[str, typer.Argument(help="Which backup, as `fbads backup list` names it.")],
    identity: Annotated[Path, typer.Option(help="The file with the private key, as `fbads backup key` made it.")],
) -> None:
    """Restore a backup of FBADS_BACKUP_FOLDER into an empty home.

    Whoever was erased since is erased again, and rows and spend are compared with what was saved; exits with 1 where
    something differs.
    """
    settings = load_settings()
    folder = backup_folder(settings, identity)
    require_writable(settings.home_path)
    with open_database(settings) as database:
        done = restore(settings, database, folder, name)
        say_erased_again(erase_again(settings, database))
    note(
        f"{sum(done.contents.tables.values())} rows of {len(done.contents.tables)} tables were saved on"
        f" {done.label.made_at:%Y-%m-%d %H:%M} UTC"
    )
    if done.contents.left_out:
        note(f"secrets were not in it, put them back yourself: {', '.join(done.contents.left_out)}")
    for sentence in done.differing:
        note(sentence)
    if done.differing:
        raise typer.Exit(PARTLY)
    note("all rows and the spend per currency are as they were saved; `fbads doctor` checks the rest")
