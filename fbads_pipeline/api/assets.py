"""Style sheet and script of the pages, whose addresses name their contents: a browser asks for each version once."""

import hashlib
from functools import cache
from importlib.resources import files

STATIC = "/static/"
_NAMES = frozenset({"fbads.css", "fbads.js"})


def asset(name: str) -> str:
    """The address of that file, as pages name it."""
    return f"{STATIC}{name}?v={asset_digest(name)}"


def asset_digest(name: str) -> str | None:
    """Of the file's contents; None for one that pages do not name."""
    return _digest(name) if name in _NAMES else None


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(files(__package__).joinpath("static", name).read_bytes()).hexdigest()[:16]
