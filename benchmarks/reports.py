"""What a report costs: `python -m benchmarks.reports`.

The weekly report of an account of 200 campaigns with 90 days, hostile names among them, in every format, as
`fbads report` writes it: a process of its own, from launch to end, on a database that dbt built. Where LibreOffice is
installed it opens the workbook and the CSV and saves them anew; what it then shows has to be what was written, and no
cell may compute.
"""

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.model_growth import FACTS, LAST, OBJECTS, OBJECTS_OF_LEVEL
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

FBADS = str(Path(sys.executable).parent / "fbads")
DAYS, SECONDS_LIMIT = 90, 15.0
FORMATS = ("html", "pdf", "xlsx", "csv")
# A start that does nothing: the least that every command costs.
EMPTY_START = "import fbads_pipeline.cli.main"


def main() -> int:
    """Print the table; 1 where the limit is not held or LibreOffice shows something else."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="fbads-bench-") as folder, postgres_server() as server:
        Path(folder).chmod(0o755)
        with fresh_database(server) as url:
            _build(url)
            environment = {"FBADS_DATABASE_URL": url, "FBADS_HOME": folder, "FBADS_NOW": f"{LAST}T12:00:00Z"}
            seconds = min(_written(environment, "all", Path(folder) / "all") for _ in range(arguments.runs))
            _row("all four formats, launch to end", f"{seconds:.1f} s (at most {SECONDS_LIMIT:.0f})")
            for name in FORMATS:
                _row(f"{name} alone", f"{_written(environment, name, Path(folder) / name):.1f} s")
            _row("a start that does nothing", f"{_timed([sys.executable, '-c', EMPTY_START], {}):.1f} s")
        for file in sorted((Path(folder) / "all").iterdir()):
            _row(file.name, f"{file.stat().st_size:,} bytes")
        faults = _opened_in_libreoffice(Path(folder) / "all", Path(folder) / "office")
        if arguments.keep:
            shutil.copytree(Path(folder) / "all", arguments.keep, dirs_exist_ok=True)
    for fault in faults:
        print(fault)
    return 0 if seconds <= SECONDS_LIMIT and not faults else 1


def _build(url: str) -> None:
    """90 days of 200 campaigns in raw, and dbt's marts of them."""
    made = engine(url, application_name="fbads bench")
    migrate.upgrade(made)
    span = {"since": LAST - timedelta(days=DAYS - 1), "until": LAST}
    with made.begin() as connection:
        connection.execute(sa.text(OBJECTS))
        for level in ("account", "campaign"):
            statement = FACTS.replace("OBJECTS_OF_LEVEL", OBJECTS_OF_LEVEL[level])
            connection.execute(sa.text(statement), {**span, "level": level, "delivering": 100})
        connection.execute(
            sa.text(
                "insert into raw.changed_days (account_id, day) select '1', day::date"
                " from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day"
            ),
            span,
        )
        for number, name in enumerate(_storable(), 1):
            connection.execute(
                sa.text("update raw.campaigns set name = :name where campaign_id = :id"),
                {"name": name, "id": f"c{number}"},
            )
    made.dispose()
    built = Dbt(url).build()
    if not built.succeeded:
        raise SystemExit(built.error)


def _storable() -> list[str]:
    """Hostile names as the collector stores them: PostgreSQL knows neither NUL nor a lone surrogate."""
    return [name.replace("\0", "").encode("utf-8", "replace").decode() for name in HOSTILE_NAMES]


def _written(environment: Mapping[str, str], fmt: str, folder: Path) -> float:
    command = [FBADS, "report", "weekly", "--lang", "en", "--format", fmt, "--account", "1", "--out", str(folder)]
    return _timed(command, environment)


def _timed(command: list[str], environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - begun


def _opened_in_libreoffice(folder: Path, into: Path) -> list[str]:
    """What LibreOffice shows otherwise than it was written; nothing where it is not installed."""
    office = shutil.which("soffice")
    if office is None:
        _row("LibreOffice", "not installed: nothing opened")
        return []
    (workbook,), (text,) = folder.glob("*.xlsx"), folder.glob("*.csv")
    profile = f"-env:UserInstallation=file://{into}/profile"
    for source in (workbook, text):
        command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(into / source.suffix[1:])]
        _timed([*command, str(source)], {})
    saved = {source.suffix[1:]: into / source.suffix[1:] / f"{source.stem}.xlsx" for source in (workbook, text)}
    faults = [f"{kind}: {cell} computes" for kind, path in saved.items() for cell in _formulas(path)]
    before, after = _values(workbook), _values(saved["xlsx"])
    faults += [f"{name}: LibreOffice reads other values" for name in before if before[name] != after.get(name)]
    written = [row for row in csv.reader(io.StringIO(text.read_text("utf-8-sig"))) if row]
    read = _rows(saved["csv"])
    faults += [f"CSV: LibreOffice reads {len(read)} rows of {len(written)}"] if len(read) != len(written) else []
    names, known = ({row[2] for row in rows if len(row) > 2} for rows in (written, read))
    faults += [f"CSV: {name!r} is lost" for name in names - known]
    _row("LibreOffice opens the workbook", f"{len(before)} sheets, {sum(map(len, before.values())):,} cells")
    _row("LibreOffice opens the CSV", f"{len(read)} rows")
    return faults


def _formulas(path: Path) -> list[str]:
    import openpyxl

    return [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def _values(path: Path) -> dict[str, list[Any]]:
    """Sheet → its values, row by row, numbers to twelve digits."""
    import openpyxl

    return {
        sheet.title: [
            float(f"{cell:.12g}") if isinstance(cell, int | float) else cell
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if cell is not None
        ]
        for sheet in openpyxl.load_workbook(path)
    }


def _rows(path: Path) -> list[list[str]]:
    """The rows of the first sheet that have anything in them, as text."""
    import openpyxl

    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [["" if cell is None else _day_or_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if any(row)]


def _day_or_text(cell: object) -> str:
    return cell.date().isoformat() if isinstance(cell, datetime) else str(cell)


def _row(name: str, value: str) -> None:
    print(f"{name:<60} {value}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="reports", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of all formats; the fastest is printed")
    parser.add_argument("--keep", type=Path, help="a folder that gets the files of the last run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
