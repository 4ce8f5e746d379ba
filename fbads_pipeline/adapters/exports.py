"""Files that people take away: written under another name, then renamed; a full disk leaves nothing half-written."""

import os
from pathlib import Path


def exports_folder(home: Path) -> Path:
    """The folder of exports in a home."""
    return home / "exports"


class Exports:
    """The folder of exports, for its owner alone; made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where a file of that name lies; raises ValueError for what is no plain name."""
        path = self.folder / name
        if path.resolve().parent != self.folder.resolve():
            raise ValueError(f"{name!r} is no plain file name")
        return path

    def write(self, name: str, content: bytes) -> Path:
        """The file's path. Raises OSError, with nothing left behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(name)
        partial = path.with_name(f".{name}.{os.getpid()}.partial")
        try:
            with open(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return path
