"""The home's folder: for its owner alone, since it holds the database, its password and the secrets."""

import contextlib
import os
from pathlib import Path

_OWNER_ALONE = 0o700
# Root's database runs as another user, who has to walk through a folder that was open to it; nobody else may list it.
_MAY_PASS = 0o711


def private_folder(folder: Path) -> None:
    """Make the folder for its owner alone, or take reading and writing from everybody else; raises OSError.

    One that belongs to another user is left as it is.
    """
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=_OWNER_ALONE)
        return
    mode = folder.stat().st_mode & 0o777
    wanted = mode & (_MAY_PASS if os.geteuid() == 0 else _OWNER_ALONE)
    if mode != wanted:
        with contextlib.suppress(PermissionError):
            folder.chmod(wanted)
