"""Numbers and days as spreadsheets write them: 1.234,56 and 1,234.56, dd/mm/yyyy and ISO.

What one text leaves open ("1.234") its column decides, then the other columns of the file; what nothing decides is
refused, because either reading would be a guess.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id
from fbads_pipeline.domain.core.errors import WrongUse

DecimalMark = Literal[".", ","]
MISSING = frozenset({"", "-", "–", "n/a", "na", "nan", "null", "none", "#n/a", "#n/d"})
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE)
# Decimal mark → numbers whose thousands the other mark groups.
_GROUPED: Mapping[DecimalMark, re.Pattern[str]] = {
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?"),
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?"),
}
_COMMA = re.compile(r"[+-]?(\d+,\d*|,\d+)(e[+-]?\d+)?", re.IGNORECASE)
_OPEN = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
# What a number of a program does not hold.
_ODD = re.compile(r"[^0-9.eE+\n-]")
_CURRENCY = re.compile(r"^([+-]?)\s*(?:R\$|US\$|\$|€|£)\s*")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_LOCAL = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class ValueRefused(WrongUse):
    """A text that is no number or day, or that could be two; column and text are named in one sentence.

    text: the text as it stands, so that whoever has the rows can say where; reason: without file, row and column.
    """

    def __init__(self, column: str, text: str, reason: str) -> None:
        super().__init__(f"column {column}: {reason}")
        self.column, self.text, self.reason = column, text, reason


@dataclass(frozen=True)
class MarkEvidence:
    """What a column says of its decimal mark. mark: None where it says nothing; open_text: one that needs it known."""

    mark: DecimalMark | None
    open_text: str | None


def mark_evidence(column: str, texts: Iterable[str]) -> MarkEvidence:
    """The mark that the column's texts agree on. Raises ValueRefused where two contradict, or one is no number."""
    mark: DecimalMark | None = None
    open_text: str | None = None
    for text in texts:
        bare = bare_number(text)
        if bare in MISSING or ("." not in bare and "," not in bare and _PLAIN.fullmatch(bare)):
            continue
        if _OPEN.fullmatch(bare):
            open_text = text
            continue
        known = _mark_of(bare)
        if known is None:
            raise ValueRefused(column, text, f"{text[:40]!r} is no number")
        if mark is not None and known != mark:
            other = "decimal comma" if mark == "," else "decimal point"
            raise ValueRefused(column, text, f"{text[:40]!r} contradicts the {other} of the rows above it")
        mark = known
    return MarkEvidence(mark, open_text)


def decided_marks(evidence: Mapping[str, MarkEvidence]) -> dict[str, DecimalMark]:
    """Column → its mark: its own, else the one that the other columns agree on, else the point where no text needs one.

    Raises ValueRefused for a column that holds a text such as 1.234 and nothing that decides.
    """
    known: set[DecimalMark] = {one.mark for one in evidence.values() if one.mark is not None}
    common = next(iter(known)) if len(known) == 1 else None
    marks: dict[str, DecimalMark] = {}
    for column, one in evidence.items():
        mark = one.mark or common
        if mark is None and one.open_text is not None:
            raise ValueRefused(
                column,
                one.open_text,
                f"{one.open_text[:40]!r} can be read as thousands or as a decimal, and no other row decides:"
                " write it without a thousands separator, or with other than three decimals",
            )
        marks[column] = mark or "."
    return marks


def plain_number(text: str, mark: DecimalMark) -> str:
    """The number with a decimal point and no groups, every digit kept; empty where it is missing."""
    bare = bare_number(text)
    if bare in MISSING:
        return ""
    group = "," if mark == "." else "."
    return bare.replace(group, "").replace(mark, ".")


def bare_number(text: str) -> str:
    """Without spaces, currency symbol and capitals: `- R$ 1.234,56` is -1.234,56."""
    if text.isdigit():
        return text
    return _CURRENCY.sub(r"\1", _SPACES.sub("", text)).replace("\u2212", "-").lower()


def iso_moment(column: str, text: str) -> str:
    """dd/mm/yyyy (also with dots or dashes, and a time behind it) as ISO 8601; what is not of this form as it stands.

    Raises ValueRefused for a day that the calendar does not have, such as one of month 25: months stand second.
    """
    bare = text.strip()
    found = _LOCAL.fullmatch(bare)
    if found is None:
        return "" if bare.lower() in MISSING else bare
    day, _, month, year, hour, minute, second = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        raise ValueRefused(column, text, f"{bare[:40]!r} is no day as dd/mm/yyyy") from None
    return str(moment.date()) if hour is None else moment.isoformat(sep=" ")


def iso_day(column: str, text: str) -> str:
    """As `iso_moment`, of a day without a time. Raises ValueRefused for anything else than a day."""
    moment = iso_moment(column, text)
    if moment and not _is_day(moment):
        raise ValueRefused(column, text, f"{text.strip()[:40]!r} is no day: write 2026-11-30 or 30/11/2026")
    return moment


def plain_account(column: str, text: str) -> str:
    """The digits of an account's id, in whatever form. Raises ValueRefused for what is none, such as 1,2E+15, which
    spreadsheets make of long numbers."""
    try:
        return parse_account_id(text)
    except InvalidAccountId:
        reason = f"{text.strip()[:40]!r} is no id of an account: write its digits, as text"
        raise ValueRefused(column, text, reason) from None


def is_local(text: str) -> bool:
    """Whether a day is written as dd/mm/yyyy."""
    return _LOCAL.fullmatch(text.strip()) is not None


def are_plain(texts: Sequence[str]) -> bool:
    """Whether all are numbers as programs write them, and decide so by themselves; fast, so that most files need no
    second look. False says nothing."""
    together = "\n".join(texts)
    if _ODD.search(together) is not None:
        return False
    if "." in together and not are_decimal_points(texts):
        return False
    try:
        for text in texts:
            if text:
                float(text)
    except ValueError:
        return False
    return True


def are_decimal_points(texts: Iterable[str]) -> bool:
    """Whether a point in one of these numbers cannot group thousands, as those of 1.234 can."""
    return any("." in text and _OPEN.fullmatch(text) is None for text in texts)


def are_iso(texts: Sequence[str]) -> bool:
    """Whether none is written as dd/mm/yyyy, or missing; fast. False says nothing."""
    return all(text[4:5] == "-" for text in texts)


def _mark_of(bare: str) -> DecimalMark | None:
    if _PLAIN.fullmatch(bare):
        return "."
    if _COMMA.fullmatch(bare):
        return ","
    return next((mark for mark, grouped in _GROUPED.items() if grouped.fullmatch(bare)), None)


def _is_day(text: str) -> bool:
    if _ISO_DAY.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
