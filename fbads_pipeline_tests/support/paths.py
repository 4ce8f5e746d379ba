"""Where the checkout's files lie, and where servers of tests keep theirs."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
DBT_PROJECT = ROOT / "dbt_project"
METRICS = DBT_PROJECT / "metrics.yml"

_IN_MEMORY = Path("/dev/shm")  # noqa: S108
_SPARE_BYTES = 8 << 30


def fast_folder() -> Path | None:
    """A file system in memory where the machine can spare it, else None: the usual place of temporary files.

    On ext4 a seventh of a PostgreSQL's processor time went into making and removing the files of databases.
    """
    with suppress(OSError):
        spare = min(psutil.virtual_memory().available, shutil.disk_usage(_IN_MEMORY).free)
        if spare > _SPARE_BYTES and os.access(_IN_MEMORY, os.W_OK):
            return _IN_MEMORY
    return None
