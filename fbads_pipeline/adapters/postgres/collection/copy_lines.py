"""Insight rows as lines of PostgreSQL's COPY in text format.

Source: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
"""

from collections.abc import Sequence

from fbads_pipeline.domain.collection.pages import INSIGHT_COLUMNS, InsightRow

# Python writes an absent value as None, and no line needs a look at which of its values are absent.
COPY_INCOMING = f"copy incoming ({', '.join(INSIGHT_COLUMNS)}) from stdin with (null 'None')"
_LINES_AT_ONCE = 200
_LINE = "\t".join(["%s"] * len(INSIGHT_COLUMNS)) + "\n"
_TABS = len(INSIGHT_COLUMNS) - 1
_BREAKDOWN_VALUE = INSIGHT_COLUMNS.index("breakdown_value")
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


class CopyFile:
    """Rows as a file for COPY: a line per row, columns as in INSIGHT_COLUMNS; only some lines at a time are text."""

    def __init__(self, rows: Sequence[InsightRow]) -> None:
        self._rows, self._next = rows, 0

    def read(self, size: int = -1) -> bytes:
        """The next lines, whatever their size; empty at the end."""
        rows = self._rows[self._next : self._next + _LINES_AT_ONCE]
        self._next += _LINES_AT_ONCE
        lines = "".join([_LINE % row for row in rows])
        if not _is_plain(lines, len(rows)) or "None" in [row[_BREAKDOWN_VALUE] for row in rows]:
            lines = "".join([_LINE % _escaped(row) for row in rows])
        return lines.encode()


def _is_plain(lines: str, count: int) -> bool:
    """Whether no value holds a character that COPY reads as something else: few do, so all are looked at together."""
    are_separators = lines.count("\t") == _TABS * count and lines.count("\n") == count
    return are_separators and "\\" not in lines and "\r" not in lines


def _escaped(row: InsightRow) -> InsightRow:
    values = [value if value is None else _escaped_text(value) for value in row]
    if row[_BREAKDOWN_VALUE] == "None":
        values[_BREAKDOWN_VALUE] = "\\None"
    return tuple(values)


def _escaped_text(text: str) -> str:
    for character, escape in _ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    return text
