"""dbt's parses, kept for the next build of the same project with the same settings and the same name of database.

Parsing takes four seconds, reading a kept parse a fifth of one.
"""

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

_KEPT = 8
_HOW_TO_REACH_THE_SERVER = frozenset({"FBADS_DBT_HOST", "FBADS_DBT_PORT", "FBADS_DBT_PASSWORD"})


def state_of(project: Path, content: str, environment: Mapping[str, str]) -> str:
    """One hash over the project, where it lies, and what it gets from the environment.

    content: a hash of the project's files. How the server is reached does not count: neither what is parsed nor a view
    depends on it.
    """
    of_project = {name: value for name, value in environment.items() if name not in _HOW_TO_REACH_THE_SERVER}
    given = "\0".join(of_project[name] for name in sorted(of_project))
    return hashlib.sha256(f"{content}\0{project}\0{given}".encode()).hexdigest()[:24]


def kept_parse(target: Path, state: str) -> Path:
    """The file of that state's parse, in the folder where dbt's files are kept."""
    return target / "parsed" / f"{state}.msgpack"


def keep_parse(made: Path, kept: Path) -> None:
    """Put the parse that dbt left in its target where the next build finds it; the newest ones are kept.

    made: dbt's target. A folder that cannot be written costs a parse per build, no more.
    """
    parse = made / "partial_parse.msgpack"
    if kept.exists() or not parse.exists():
        return
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        replace_file(kept, parse.read_bytes())
        for old in sorted(kept.parent.glob("*.msgpack"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)


def replace_file(path: Path, content: bytes) -> None:
    """A reader sees the file of before, or all of the new one."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.write_bytes(content)
    os.replace(beside, path)
