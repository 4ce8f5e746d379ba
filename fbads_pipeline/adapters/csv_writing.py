"""CSV as programs read it, or as a Brazilian spreadsheet opens it: `;`, a decimal comma, a byte order mark."""

import csv
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TextIO

import orjson

_BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet takes for the beginning of a formula; signs in their wide forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


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
    """The value as a cell; text stands as it is."""
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
    return str(value)


def decimal_text(number: str, style: CsvStyle) -> str:
    """A number that is written with a decimal point, with the style's mark."""
    return number.replace(".", ",") if style is CsvStyle.BRAZILIAN else number


def inert(text: str) -> str:
    """The text as a spreadsheet shows it, and computes nothing."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
