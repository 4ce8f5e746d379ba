"""Random secrets of a home: one file each, which its owner alone can read."""

import contextlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_hex

from fbads_pipeline.adapters.home_folder import private_folder

LOCAL_SECRET_FILE = "local.secret"
# Of the printed address, at the sidecar and at Dagster's UI.
LOCAL_PATH = "/local"


def secret_of(path: Path, make: Callable[[], str] = partial(token_hex, 32)) -> str:
    """The secret in that file, made at the first call: 256 random bits in hexadecimal, or what `make` returns."""
    private_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if not path.exists() or not path.read_text(encoding="ascii").strip():
            with open(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write(make())
            _put(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()


def local_secret(home: Path) -> str:
    """What opens the sidecar and Dagster's UI to whoever sits at this machine, as long as nobody has a login."""
    return secret_of(home / LOCAL_SECRET_FILE)


def _put(fresh: Path, path: Path) -> None:
    """Two processes may make it at once: the first one's stays. An empty file is replaced."""
    if path.exists():
        fresh.replace(path)
        return
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
