"""CSV exports as frames: what is missing or unreadable becomes one sentence."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd

from fbads_pipeline.adapters.csv_reading import CellKind, CsvTable, read_csv
from fbads_pipeline.cli.data.plain_exports import read_plain
from fbads_pipeline.cli.output import note
from fbads_pipeline.domain.core.errors import WrongUse


def read_export(
    path: Path, columns: Sequence[str], *, times: Sequence[str] = (), numbers: Sequence[str] = ()
) -> pd.DataFrame:
    """The columns of a CSV file, in that order; times are naive, missing numbers NaN, other missing cells None.

    A file in another form than that of programs is read as Brazilian spreadsheets write it, and a line on stderr says
    how. Raises WrongUse where it cannot be read, lacks a column, or holds a number or time that is none, or a time with
    an offset.
    """
    plain = read_plain(path, columns, times=times, numbers=numbers)
    if plain is not None:
        with suppress(WrongUse):
            return plain.assign(**{name: _times(plain[name], path) for name in times})
    frame, _ = read_export_with_texts(path, columns, times=times, numbers=numbers)
    return frame


def read_export_with_texts(
    path: Path, columns: Sequence[str], *, times: Sequence[str] = (), numbers: Sequence[str] = ()
) -> tuple[pd.DataFrame, CsvTable]:
    """As `read_export`, and the table that it was made of, with its cells as they stand in the file."""
    kinds: dict[str, CellKind] = {
        name: "time" if name in times else "number" if name in numbers else "text" for name in columns
    }
    table = read_csv(path, kinds)
    if table.note is not None:
        note(table.note)
    frame = pd.DataFrame({name: _cells(table.columns[name]) for name in columns}, columns=list(columns), dtype="str")
    for column in times:
        frame[column] = _times(frame[column], path)
    for column in numbers:
        frame[column] = pd.to_numeric(frame[column])
    return frame, table


def _cells(texts: list[str]) -> list[str | None]:
    return [text or None for text in texts]


def _times(texts: pd.Series, path: Path) -> pd.Series:
    given = texts.dropna()
    try:
        parsed = pd.to_datetime(given, format="ISO8601")
    except (ValueError, TypeError) as error:
        if "timezone" in str(error) or "UTC" in str(error):
            raise WrongUse(
                f"{path}: {texts.name} mixes times with and without an offset; give account-local ones"
            ) from None
        wrong = given[pd.to_datetime(given, format="ISO8601", errors="coerce").isna()]
        shown = wrong.iloc[0] if len(wrong) else given.iloc[0]
        raise WrongUse(
            f"{path}: {texts.name} has {str(shown)[:40]!r}, which is no ISO 8601 time and no dd/mm/yyyy"
        ) from None
    if not isinstance(parsed.dtype, pd.DatetimeTZDtype):
        return parsed.reindex(texts.index)
    raise WrongUse(f"{path}: {texts.name} has an offset; give the account's local time without one")
