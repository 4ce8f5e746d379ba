"""CSV as programs read it, or as a Brazilian spreadsheet opens it: `;`, a decimal comma, a byte order mark."""

import csv
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TextIO

import orjson

_BYTE_ORDER_MARK = "\ufeff"
# Before what a spreadsheet takes for the beginning of a formula (wide signs too): at the start of a text,
# and behind each of the separators and quotes at which it may split the file.
_CELL_STARTS = re.compile(r"""(\A|[,;|\t\r\n"])([ \u00a0]*)(?=[=+\-@＝＋－＠]|(?<=\A)[\t\r])""")


class CsvStyle(StrEnum):
    """plain: commas and decimal points; brazilian: as spreadsheets in Brazil open and write it."""

    PLAIN = "plain"
    BRAZILIAN = "brazilian"


class CsvWriter:
    """Writes rows of values into a text file. Numbers are written with every digit that they have, days in ISO 8601."""

    def __init__(self, out: TextIO, style: CsvStyle = CsvStyle.PLAIN) -> None:
        self._style = style
        if style is CsvStyle.BRAZILIAN:
            out.write(_BYTE_ORDER_MARK)
        self._rows = csv.writer(out, delimiter=";" if style is CsvStyle.BRAZILIAN else ",", lineterminator="\n")

    def write(self, row: Iterable[Any]) -> None:
        """One row; a missing value is an empty cell."""
        self._rows.writerow([cell_text(one, self._style) for one in row])


def cell_text(value: Any, style: CsvStyle) -> str:
    """The value as a cell. Text stands as it is for programs; a spreadsheet's computes nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | float):
        return decimal_text(format(value, "f") if isinstance(value, Decimal) else repr(value), style)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=str).decode()
    return inert(str(value)) if style is CsvStyle.BRAZILIAN else str(value)


def decimal_text(number: str, style: CsvStyle) -> str:
    """A number that is written with a decimal point, with the style's mark."""
    return number.replace(".", ",") if style is CsvStyle.BRAZILIAN else number


def inert(text: str) -> str:
    """The text as a spreadsheet shows it, and computes nothing, at whichever separator or quote it begins a cell."""
    return _CELL_STARTS.sub(r"\1\2'", text)
