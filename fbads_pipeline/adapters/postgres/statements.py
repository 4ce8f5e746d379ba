"""Fixed SQL statements, read from the `.sql` file that stands beside a store.

    -- name: open_incidents
    select … where account_id = :account_id;

Each statement begins with a line that names it; comments below that line are part of it. Parameters are SQLAlchemy's
(`:name`). sqlfluff checks the files (make lint).
"""

import re
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files

import sqlalchemy as sa

_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)


class Statements(Mapping[str, sa.TextClause]):
    """The statements of one file by name, read when the first one is asked for.

    package: the package that the file lies in (`__package__` of the store); file: its name.
    """

    def __init__(self, package: str | None, file: str) -> None:
        if package is None:
            raise ValueError("a statement file lies in a package")
        self._package, self._file = package, file

    @cached_property
    def texts(self) -> dict[str, str]:
        """Name → the statement's text, without its semicolon."""
        return parse(files(self._package).joinpath(self._file).read_text(encoding="utf-8"))

    @cached_property
    def _clauses(self) -> dict[str, sa.TextClause]:
        return {name: sa.text(text) for name, text in self.texts.items()}

    def __getitem__(self, name: str) -> sa.TextClause:
        return self._clauses[name]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


def parse(text: str) -> dict[str, str]:
    """Name → statement of a file's text; raises ValueError for a name that stands twice or a statement without one."""
    before, *parts = _NAME.split(text)
    if any(line.strip() and not line.lstrip().startswith("--") for line in before.splitlines()):
        raise ValueError("a statement stands before the first `-- name:` line")
    names, bodies = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"a name stands twice: {sorted(name for name in set(names) if names.count(name) > 1)}")
    return {name: body.strip().removesuffix(";") for name, body in zip(names, bodies, strict=True)}
