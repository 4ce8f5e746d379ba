"""What Dagster's runs leave below DAGSTER_HOME/storage: a folder per run, named by its id."""

import re
import shutil
from datetime import datetime
from pathlib import Path

_RUN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class HomeRunFolders:
    """Folders of other names stay: they are not a run's."""

    def __init__(self, storage: Path) -> None:
        self._storage = storage

    def drop(self, *, before: datetime) -> int:
        if not self._storage.is_dir():
            return 0
        old = [
            path
            for path in self._storage.iterdir()
            if _RUN_ID.fullmatch(path.name) and path.is_dir() and path.stat().st_mtime < before.timestamp()
        ]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)
