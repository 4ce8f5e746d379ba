"""The project's seeds as dbt reads them: files that spreadsheets wrote are put into the form that dbt understands.

The files themselves stay as their owner wrote them: dbt gets a copy of the project, in the folder of its target.
"""

import csv
import io
import logging
import os
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fbads_pipeline.adapters.csv_reading import CellKind, read_csv

log = logging.getLogger(__name__)

# Seed → its columns.
SEEDS: Mapping[str, Mapping[str, CellKind]] = {
    "account_action_types": {"account_id": "account", "family": "text", "action_type": "text"},
    "account_goals": {"account_id": "account", "family": "text"},
    "currency_minor_units": {"currency": "text", "factor": "number"},
    "exchange_rates": {"day": "day", "base": "text", "currency": "text", "rate": "number"},
}
_LEFT_OUT = shutil.ignore_patterns("target", "logs", "dbt_packages", "__pycache__")
_KEPT_COPIES = 2


@lru_cache(maxsize=8)
def readable_project(project: Path, state: str, target: Path) -> Path:
    """The folder of the project, or of a copy of it where a seed is not in dbt's own form. state: a hash of its files.

    Raises FileRefused for a seed that cannot be read without guessing.
    """
    columns = {name: _columns(project / "seeds" / f"{name}.csv", kinds) for name, kinds in SEEDS.items()}
    changed = {name: read for name, read in columns.items() if read != _as_dbt_reads(project, name)}
    if not changed:
        return project
    copy = target / "projects" / state[:24]
    if not copy.is_dir():
        _make(copy, project, changed)
    return copy


def _columns(path: Path, kinds: Mapping[str, CellKind]) -> dict[str, list[str]]:
    """The seed's columns in dbt's form; says how the file was read, where it is in another one."""
    table = read_csv(path, kinds)
    if table.note is not None:
        log.warning("seed %s", table.note)
    return {name: table.columns[name] for name in kinds}


def _as_dbt_reads(project: Path, name: str) -> dict[str, list[str]] | None:
    """The seed's columns as dbt itself would read them; None where it could not."""
    try:
        text = (project / "seeds" / f"{name}.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        return {column: [row[column] for row in rows] for column in SEEDS[name]} if rows or _has(text, name) else None
    except (UnicodeDecodeError, KeyError, csv.Error):
        return None


def _has(text: str, name: str) -> bool:
    """Whether a file without rows has the seed's header."""
    return set(SEEDS[name]) <= set(next(csv.reader(io.StringIO(text)), []))


def _make(copy: Path, project: Path, changed: Mapping[str, Mapping[str, list[str]]]) -> None:
    """The copy, whole or not at all; older ones go."""
    beside = copy.with_name(f"{copy.name}.{os.getpid()}.new")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(project, beside, ignore=_LEFT_OUT)
    for name, columns in changed.items():
        with (beside / "seeds" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    os.utime(beside)
    try:
        beside.replace(copy)
    except OSError:  # another process was faster
        shutil.rmtree(beside, ignore_errors=True)
    for one in sorted(copy.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT_COPIES]:
        shutil.rmtree(one, ignore_errors=True)
