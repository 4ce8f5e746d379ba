"""CSV exports as programs write them, read column by column at the speed of pandas.

What leaves nothing to decide is read here, to the same frame that `csv_exports` makes of any file: UTF-8, commas, no
quotes, rows as long as the header, decimal points. Every other file is left to that one, which understands or refuses
it.
"""

from collections.abc import Sequence
from io import BytesIO
from operator import methodcaller
from pathlib import Path
from typing import Any

import pandas as pd

from fbads_pipeline.domain.core.spreadsheet_values import are_decimal_points, are_plain

# Quotes may hold separators and ends of lines, and are not understood alike by all readers.
_UNDECIDED = (b'"', b"\0", b"\t")
# So many rows show in nearly every file that a column's points are decimal ones.
_SHOWN_ROWS = 1000
_COMMAS = methodcaller("count", b",")


def read_plain(
    path: Path, columns: Sequence[str], *, times: Sequence[str], numbers: Sequence[str]
) -> pd.DataFrame | None:
    """Those columns: numbers as numbers, times as they stand, other texts without blanks around them, what is missing
    as NaN; None where the file is not plain, or cannot be read."""
    try:
        content = path.read_bytes()
        names = [one.strip().lower() for one in content[: content.find(b"\n")].decode("utf-8-sig").split(",")]
        if not set(columns) <= set(names) or len(set(names)) < len(names) or not _is_plain(content, len(names)):
            return None
        frame = _columns(content, names, columns, texts=[one for one in columns if one not in numbers])
        if not all(_is_number(content, names, frame[name]) for name in numbers) or frame.isna().all(axis=1).any():
            return None
    except (OSError, ValueError):
        return None
    for name in (one for one in columns if one not in (*numbers, *times)):
        frame[name] = _stripped(frame[name])
    return frame


def _is_plain(content: bytes, width: int) -> bool:
    """Whether every line has the header's cells, and no character that readers see in different ways. Raises
    UnicodeDecodeError, a ValueError."""
    if any(one in content for one in _UNDECIDED):
        return False
    content.decode()
    return set(map(_COMMAS, content.splitlines())) == {width - 1}


def _columns(
    content: bytes, names: Sequence[str], columns: Sequence[str], *, texts: Sequence[str], rows: int | None = None
) -> pd.DataFrame:
    """Raises ParserError, a ValueError."""
    options: dict[str, Any] = {"keep_default_na": False, "na_values": [""], "skipinitialspace": True}
    frame: pd.DataFrame = pd.read_csv(
        BytesIO(content),
        header=0,
        names=list(names),
        usecols=list(columns),
        dtype=dict.fromkeys(texts, "str"),
        nrows=rows,
        low_memory=False,
        index_col=False,
        **options,
    )
    return frame[list(columns)]


def _is_number(content: bytes, names: Sequence[str], column: "pd.Series[Any]") -> bool:
    """Whether its cells are numbers, and its points decimal ones beyond doubt."""
    if column.dtype == "int64":
        return True
    if column.dtype != "float64":
        return False
    name = str(column.name)
    shown = _columns(content, names, [name], texts=[name], rows=_SHOWN_ROWS)[name].dropna()
    if are_decimal_points(shown.tolist()):
        return True
    return are_plain(_columns(content, names, [name], texts=[name])[name].fillna("").tolist())


def _stripped(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    """Texts repeat: few of them are looked at."""
    if all(text == text.strip() for text in texts.dropna().unique()):
        return texts
    return texts.str.strip().replace("", None)
