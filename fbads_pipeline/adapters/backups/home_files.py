"""The files of FBADS_HOME that a backup holds: what people set there and what cannot be made anew. No secrets."""

import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from fbads_pipeline.domain.health.backups import HOME_FILES, BackupDamaged

# Kept elsewhere (the database), made anew at every start, or of this machine alone.
_NOT_SAVED = frozenset({"postgres", "dagster", "logs", "dbt", "up.lock", "demo-anchor", "backups"})
_SECRETS = (".password", ".secret", ".keys", ".token", ".key", ".pem")


class HomeArchive:
    """One tar of the home's files. backups: the folder of backups, which is never a part of one."""

    def __init__(self, home: Path, backups: Path | None = None) -> None:
        self._home, self._backups = home, backups

    def save(self, write: Callable[[str, IO[bytes]], None]) -> tuple[str, ...]:
        """Regular files alone; a link is not followed."""
        left_out = []
        with tempfile.TemporaryFile() as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                for path in sorted(self._home.rglob("*")):
                    name = path.relative_to(self._home)
                    if name.parts[0] in _NOT_SAVED or path.is_symlink() or not path.is_file():
                        continue
                    if self._backups is not None and path.is_relative_to(self._backups):
                        continue
                    if path.suffix in _SECRETS:
                        left_out.append(str(name))
                    else:
                        archive.add(path, arcname=str(name), recursive=False)
            file.seek(0)
            write(HOME_FILES, file)
        return tuple(left_out)

    def restore(self, read: Callable[[str, IO[bytes]], None]) -> None:
        """A file that is there already stays as it is."""
        content = io.BytesIO()
        read(HOME_FILES, content)
        content.seek(0)
        with tarfile.open(fileobj=content, mode="r") as archive:
            for member in archive.getmembers():
                self._extract(archive, member)

    def _extract(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """By hand: tarfile's own filters are not in each Python 3.11 (Debian's is 3.11.2)."""
        path = self._home / member.name
        content = archive.extractfile(member) if member.isfile() else None
        if content is None or not path.resolve().is_relative_to(self._home.resolve()):
            raise BackupDamaged(f"{member.name} is no file of a home")
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with content, path.open("wb") as file:
            shutil.copyfileobj(content, file)
        path.chmod(member.mode & 0o755 | 0o600)
        os.utime(path, (member.mtime, member.mtime))
