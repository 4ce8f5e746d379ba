"""`fbads backup` and `fbads backup key|list|verify`: both databases and the home's files, encrypted, in one folder."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.adapters.backups.folder import new_identity
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.bootstrap.health import back_up, backup_folder
from fbads_pipeline.cli.output import note, print_rows
from fbads_pipeline.domain.core.errors import PARTLY
from fbads_pipeline.domain.health.backups import BackupDamaged
from fbads_pipeline.services.health.keep_backups import verify_backup
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False, help="Backups: make one, list them, verify them.")

IdentityOption = Annotated[
    Path | None, typer.Option("--identity", help="The file with the private key, as `fbads backup key` made it.")
]


@app.callback(invoke_without_command=True)
def backup(context: typer.Context) -> None:
    """Make a backup in FBADS_BACKUP_FOLDER now, and remove those that the settings do not keep; its name to stdout."""
    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    backup_folder(settings)
    with open_database(settings) as database:
        made = back_up(settings, database)
    print(made.name)
    note(f"{made.rows} rows, {made.size / 1e6:.1f} MB; {made.removed} older backups removed")
    if made.left_out:
        note(f"secrets are never copied, keep them yourself: {', '.join(made.left_out)}")


@app.command("key")
def key(file: Annotated[Path, typer.Argument(help="Where the private key is written; it must not exist.")]) -> None:
    """Make a pair of keys: the private one into the file, the public one, for FBADS_BACKUP_RECIPIENTS, to stdout."""
    print(new_identity(file))
    note(f"keep {file} where the backups are not: without it no backup can be read")


@app.command("list")
def listed() -> None:
    """The backups there are, the newest first."""
    folder = backup_folder(load_settings())
    labels: list[tuple[str | None, ...]] = []
    for name in sorted(folder.made().values(), reverse=True):
        try:
            label = folder.check(name)
            size = sum(one.size for one in label.parts.values())
            labels.append((name, "whole", f"{size / 1e6:.1f} MB", label.schema, label.program))
        except BackupDamaged as damaged:
            labels.append((name, str(damaged), None, None, None))
    print_rows(("backup", "state", "size", "schema", "program"), labels)


@app.command("verify")
def verify(
    name: Annotated[str | None, typer.Argument(help="Which one, as `list` names it; the newest without it.")] = None,
    identity: IdentityOption = None,
) -> None:
    """Check that a backup is whole, with its private key also that each part opens; exits with 1 where not."""
    folder = backup_folder(load_settings(), identity)
    chosen = name or max(folder.made().values(), default=None)
    if chosen is None:
        note("there is no backup yet: `fbads backup` makes one")
        raise typer.Exit(PARTLY)
    try:
        label = verify_backup(folder, chosen, has_key=identity is not None)
    except BackupDamaged as damaged:
        note(str(damaged))
        raise typer.Exit(PARTLY) from None
    opened = "each part opens to its end" if identity else "sizes and hashes are right; --identity also opens each part"
    print(f"{chosen} of {label.made_at:%Y-%m-%d %H:%M} UTC is whole: {opened}", file=sys.stderr)
