"""Single values of Meta's JSON, read to the last digit or refused with a reason.

Every scalar of an insight is a string at Meta; budgets are strings in minor units; instants carry an offset.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from fbads_pipeline.domain.collection.pages import UnreadableRow

_LONGEST_PAYLOAD = 20_000
_LARGEST_EXPONENT = 60


class UnreadableValue(ValueError):
    """Why a row cannot be stored: one sentence that names the field and quotes its value."""


def unreadable_row(row: Any, reason: UnreadableValue) -> UnreadableRow:
    """The row as it came, with the day that it names."""
    try:
        payload = orjson.dumps(row).decode()[:_LONGEST_PAYLOAD].replace("\\u0000", "")
    except (TypeError, ValueError):
        payload = repr(row)[:_LONGEST_PAYLOAD].replace("\x00", "")
    try:
        day = date.fromisoformat(str(row.get("date_start")))
    except (AttributeError, ValueError):
        day = None
    return UnreadableRow(str(reason), payload, day)


def as_object(row: Any) -> Mapping[str, Any]:
    """The row, where it is a JSON object."""
    if not isinstance(row, dict):
        raise UnreadableValue(f"{str(row)[:40]!r} is no row")
    return row


def object_id(value: Any, field: str) -> str:
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise UnreadableValue(f"{field} {value!r} is no id")
    return text


def count(value: Any, field: str) -> int | None:
    """A whole number; None where Meta reports none."""
    if value is None:
        return None
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    number = _number(text, field)
    if not number.is_finite() or number != number.to_integral_value() or abs(number) >= 2**63:
        raise UnreadableValue(f"{field} {text[:40]!r} is no whole number")
    return int(number)


def count_text(value: Any, field: str) -> str | None:
    """As `count`, as the text that Meta sent where that is plain digits."""
    if value.__class__ is str and value.isdigit() and value.isascii() and len(value) < 19:
        return value  # type: ignore[no-any-return]
    number = count(value, field)
    return None if number is None else str(number)


def optional_count(value: Any, field: str) -> int | None:
    """As `count`; an empty text means none."""
    return None if value == "" else count(value, field)


def decimal(value: Any, field: str) -> Decimal | None:
    """A number with every digit that Meta printed; None where Meta reports none."""
    if value is None:
        return None
    number = _number(str(value), field)
    if not (number.is_finite() and -_LARGEST_EXPONENT < number.adjusted() < _LARGEST_EXPONENT):
        problem = "has too many digits" if number.is_finite() else "is not finite"
        raise UnreadableValue(f"{field} {str(value)[:40]!r} {problem}")
    return number


def decimal_text(value: Any, field: str) -> str | None:
    """As `decimal`, as the text that Meta sent where that is plain digits with at most one point."""
    is_short = value.__class__ is str and len(value) < _LARGEST_EXPONENT
    if is_short and value.isascii() and value.replace(".", "", 1).isdigit():
        return value  # type: ignore[no-any-return]
    number = decimal(value, field)
    return None if number is None else str(number)


def _number(text: str, field: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise UnreadableValue(f"{field} {text[:40]!r} is no number") from None


def text(value: Any) -> str | None:
    """The value as text without NUL, which PostgreSQL refuses."""
    return None if value is None else str(value).replace("\x00", "")


def instant(value: Any) -> datetime | None:
    """An instant in UTC; Meta's 1970 means none; what is no instant is None (objects live on without it)."""
    try:
        at = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    if at is None or at.date() <= date(1970, 1, 2):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
