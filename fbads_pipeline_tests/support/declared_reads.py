"""Every statement of the tests that reads a mart is compared with dbt's exposures: each reader is declared there."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from fbads_pipeline_tests.support.paths import DBT_PROJECT, ROOT

_MART = re.compile(r'\bmarts"?\."?(\w+)')
_STORES = str(ROOT / "fbads_pipeline" / "adapters" / "postgres") + "/"
# Functions and marts that are one relation to a reader.
_SAME = {"campaign_daily_as_known": "campaign_daily_versions"}


class UndeclaredRead(AssertionError):
    """SQL of a reader touches a mart that its exposure does not name."""


def declared_reads() -> dict[str, set[str]]:
    """Path of code, relative to the project → the marts that every exposure of it names."""
    exposures = yaml.safe_load((DBT_PROJECT / "models" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    reads: dict[str, set[str]] = {}
    for exposure in exposures:
        marts = set(re.findall(r"ref\('(\w+)'\)", " ".join(exposure["depends_on"])))
        for path in exposure.get("meta", {}).get("read_by", ()):
            reads[path] = reads.get(path, marts) & marts
    return reads


def undeclared(path: str, statement: str, reads: dict[str, set[str]]) -> set[str]:
    """The marts of a statement that no exposure of the code at that path names; the longest fitting path counts."""
    marts = {_SAME.get(mart, mart) for mart in _MART.findall(statement)}
    owners = [one for one in reads if path == one or path.startswith(f"{one}/")]
    return marts - reads[max(owners, key=len)] if owners else marts


@pytest.fixture(autouse=True, scope="session")
def reads_are_declared() -> Iterator[None]:
    """Fails the statement, and so the test, that reads what no exposure declares."""
    reads = declared_reads()

    def check(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "marts" in statement and (path := _reader()):
            missing = undeclared(path, statement, reads)
            if missing:
                raise UndeclaredRead(f"{path} reads {', '.join(sorted(missing))}: name it in models/exposures.yml")

    sa.event.listen(sa.Engine, "before_cursor_execute", check)
    yield
    sa.event.remove(sa.Engine, "before_cursor_execute", check)


def _reader() -> str | None:
    """The store below which the statement is executed; the innermost one that an exposure can be about."""
    frame = sys._getframe(2)
    while frame:
        file = frame.f_code.co_filename
        if file.startswith(_STORES) and "/" in file.removeprefix(_STORES):
            subject = Path(file).relative_to(_STORES).parts[0]
            if subject not in ("server", "migrations"):
                return str(Path(file).relative_to(ROOT))
        frame = frame.f_back  # type: ignore[assignment]
    return None
