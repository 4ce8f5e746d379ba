"""Insight rows as lines of PostgreSQL's COPY in text format.

Source: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
"""

from collections.abc import Sequence

from fbads_pipeline.domain.collection.pages import INSIGHT_COLUMNS, INSIGHT_IDENTITY, RAW_FIGURES, InsightRow

# Python writes an absent value as None, and no line needs a look at which of its values are absent.
COPY_INCOMING = f"copy incoming ({', '.join(INSIGHT_COLUMNS)}) from stdin with (null 'None')"
_LINES_AT_ONCE = 200
_LINE = "\t".join(["%s"] * len(INSIGHT_COLUMNS)) + "\n"
_KEYS = len(INSIGHT_IDENTITY)
_PART = INSIGHT_IDENTITY.index("breakdown_value")
# The columns that carry Meta's own text; ids are digits, currencies letters, the rest numbers and days.
_TEXTS = tuple(_KEYS + place for place, figure in enumerate(RAW_FIGURES) if figure.type == "actions")
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


class CopyFile:
    """Rows as a file for COPY: a line per row, columns as in INSIGHT_COLUMNS; only some lines at a time are text."""

    def __init__(self, rows: Sequence[InsightRow]) -> None:
        self._rows, self._next = rows, 0

    def read(self, size: int = -1) -> bytes:
        """The next lines, whatever their size; empty at the end."""
        rows = self._rows[self._next : self._next + _LINES_AT_ONCE]
        self._next += _LINES_AT_ONCE
        return "".join([_line(row) for row in rows]).encode()


def _line(row: InsightRow) -> str:
    values = [*row[:_KEYS], *row.figures]
    if row.breakdown_value:
        values[_PART] = _escaped_part(row.breakdown_value)
    for place in _TEXTS:
        values[place] = _escaped(values[place])
    return _LINE % tuple(values)


def _escaped_part(text: str) -> str:
    return "\\None" if text == "None" else _escaped(text)


def _escaped(text: object) -> str:
    written = str(text)
    for character, escape in _ESCAPES:
        if character in written:
            written = written.replace(character, escape)
    return written
