"""A backup is made, checked, and restored; old ones go."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from fbads_pipeline.domain.health.backups import (
    PARTS,
    BackupContents,
    BackupLabel,
    BackupRetention,
    differences,
    kept_backups,
)
from fbads_pipeline.ports.health import Backups, Dumps, HomeFiles


@dataclass(frozen=True)
class BackupMade:
    """name: of its folder; size: bytes of all parts; rows: of all tables; left_out: files with secrets, which are never
    copied; removed: how many older backups went."""

    name: str
    size: int
    rows: int
    left_out: tuple[str, ...]
    removed: int


@dataclass(frozen=True)
class BackupRestored:
    """differing: a sentence per table or currency that is not what was saved; none where all is whole."""

    label: BackupLabel
    contents: BackupContents
    differing: tuple[str, ...]


def make_backup(dumps: Dumps, files: HomeFiles, backups: Backups, retention: BackupRetention) -> BackupMade:
    """Both databases and the home's files as a new backup; then those that the retention does not keep go."""
    label = dumps.label()
    begun = backups.begin(label.made_at)
    held = dumps.dump(begun.write)
    left_out = files.save(begun.write)
    contents = BackupContents(held.tables, held.spend, left_out)
    name = begun.finish(label, contents)
    size = sum(one.size for one in backups.check(name).parts.values())
    return BackupMade(name, size, sum(contents.tables.values()), left_out, _remove_old(backups, retention))


def _remove_old(backups: Backups, retention: BackupRetention) -> int:
    made = backups.made()
    old = made.keys() - kept_backups(made, retention)
    for at in old:
        backups.remove(made[at])
    return len(old)


def verify_backup(backups: Backups, name: str, *, has_key: bool) -> BackupLabel:
    """Raises BackupDamaged where a part is not whole; with the key also where one does not decrypt to its end."""
    label = backups.check(name)
    if has_key:
        for part in PARTS:
            backups.read(name, part, _Nowhere())
        backups.contents(name)
    return label


def restore_backup(dumps: Dumps, files: HomeFiles, backups: Backups, name: str) -> BackupRestored:
    """Into an empty database and a home without these files, after every part was found whole."""
    label = backups.check(name)
    dumps.refuse_unless_empty(label.schema)
    saved = backups.contents(name)
    read: Callable[[str, IO[bytes]], None] = partial(backups.read, name)
    found = dumps.restore(read)
    files.restore(read)
    return BackupRestored(label, saved, tuple(differences(saved, found)))


class _Nowhere(io.BytesIO):
    """Keeps nothing of what is written."""

    def write(self, content: Any, /) -> int:
        return len(content)
