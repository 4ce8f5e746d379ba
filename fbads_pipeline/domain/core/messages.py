"""Sentences as data: the key of a catalogue and the facts that fill it, rendered when somebody reads it.

A `Message` is stored as JSON and knows no language. Its values are facts with their kind (an amount with its currency,
an account-local day, an instant with its zone), so that a reader's language decides how they are written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.core.formatting import plain_line


@dataclass(frozen=True)
class Count:
    """A number without unit: at most two decimals."""

    value: Decimal | int


@dataclass(frozen=True)
class Percent:
    """A fraction (0.012 reads 1.2 %). apart_from: a second fraction that it must not read like."""

    fraction: Decimal
    apart_from: Decimal | None = None


@dataclass(frozen=True)
class Money:
    """An amount in major units of a currency (ISO 4217). apart_from: an amount that it must not read like; is_whole:
    from 100 on without decimals, as a title says it."""

    amount: Decimal
    currency: str
    apart_from: Decimal | None = None
    is_whole: bool = False


@dataclass(frozen=True)
class Day:
    """An account-local day. is_short: without its year."""

    day: date
    is_short: bool = False


@dataclass(frozen=True)
class Days:
    """The days from first to last, both included. begins_sentence: written with a capital letter."""

    first: date
    last: date
    begins_sentence: bool = False


@dataclass(frozen=True)
class Instant:
    """An aware instant, read in `zone` (a name of the tz database)."""

    at: datetime
    zone: str


@dataclass(frozen=True)
class Name:
    """A name that a stranger wrote, kept without invisible characters; `instead` where nothing of it is left."""

    name: str | None
    instead: "Message | str"

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", plain_line(self.name or "") or None)


@dataclass(frozen=True)
class Joined:
    """Several parts with a separator between them. The separator is punctuation or a line end, never a word."""

    parts: tuple["Value", ...]
    separator: str = "\n"


@dataclass(frozen=True)
class LegacyText:
    """A text that was stored per language before there were catalogues; English for a language without one."""

    texts: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The text as it was stored."""
        return self.texts.get(language) or self.texts.get("en") or next(iter(self.texts.values()), "")


@dataclass(frozen=True)
class Headline:
    """A title of at most 60 characters: whom it concerns, what happened, and details, the most important first.

    Where it is too long, names are shortened, then details left out from the last on, and a later one stays alone where
    the first does not fit: figures and units are whole or not there. mark: stands before it, and stays.
    """

    who: "Value"
    what: "Value"
    details: tuple["Value", ...] = ()
    mark: "Value" = ""


@dataclass(frozen=True)
class Message:
    """key: `<catalogue>.<name>`; values: what its placeholders are filled with; count: which plural form it takes, and
    the placeholder `{count}`."""

    key: str
    values: Mapping[str, "Value"] = field(default_factory=dict)
    count: Decimal | int | None = None


Value = str | Count | Percent | Money | Day | Days | Instant | Name | Joined | LegacyText | Headline | Message

_KINDS: dict[str, type[Any]] = {
    "count": Count,
    "percent": Percent,
    "money": Money,
    "day": Day,
    "days": Days,
    "instant": Instant,
    "name": Name,
    "joined": Joined,
    "legacy": LegacyText,
    "headline": Headline,
    "message": Message,
}
_KIND_OF = {made: kind for kind, made in _KINDS.items()}


def message(key: str, *, count: Decimal | int | None = None, **values: Value) -> Message:
    """A message with its values as keywords."""
    return Message(key, values, count)


def lines(*parts: Value) -> Joined:
    """Parts on lines of their own; an empty text is an empty line."""
    return Joined(parts, "\n")


def sentences(*parts: Value) -> Joined:
    """Parts one after the other, with a blank between them."""
    return Joined(parts, " ")


def to_json(value: Value) -> Any:
    """Plain JSON: a text, or an object with `kind`; decimals are strings that keep every digit, instants ISO 8601."""
    if isinstance(value, str):
        return value
    return {"kind": _KIND_OF[type(value)]} | {
        name: _plain(part)
        for name, part in vars(value).items()
        if part is not None and part is not False and part != {}
    }


def from_json(stored: Any) -> Value:
    """What `to_json` wrote; raises ValueError for anything else."""
    if isinstance(stored, str):
        return stored
    try:
        read: Value = _READERS[stored["kind"]](stored)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as wrong:
        raise ValueError(f"no stored message: {stored!r:.80}") from wrong
    return read


def _plain(part: Any) -> Any:
    if isinstance(part, datetime | date):
        return part.isoformat()
    if isinstance(part, Decimal):
        return str(part)
    if isinstance(part, tuple):
        return [to_json(one) for one in part]
    if isinstance(part, Mapping):
        return {name: to_json(one) for name, one in part.items()}
    return part if isinstance(part, str | int) else to_json(part)


def _number(stored: Any) -> Decimal | int:
    return stored if isinstance(stored, int) else Decimal(stored)


def _maybe(stored: Any) -> Decimal | None:
    return None if stored is None else Decimal(stored)


def _values(stored: Sequence[Any]) -> tuple[Value, ...]:
    return tuple(from_json(one) for one in stored)


def _name(stored: Any) -> Name:
    instead = from_json(stored["instead"])
    if not isinstance(instead, str | Message):
        raise TypeError(instead)
    return Name(stored.get("name"), instead)


_READERS: Mapping[str, Any] = {
    "count": lambda one: Count(_number(one["value"])),
    "percent": lambda one: Percent(Decimal(one["fraction"]), _maybe(one.get("apart_from"))),
    "money": lambda one: Money(
        Decimal(one["amount"]), one["currency"], _maybe(one.get("apart_from")), one.get("is_whole", False)
    ),
    "day": lambda one: Day(date.fromisoformat(one["day"]), one.get("is_short", False)),
    "days": lambda one: Days(
        date.fromisoformat(one["first"]), date.fromisoformat(one["last"]), one.get("begins_sentence", False)
    ),
    "instant": lambda one: Instant(datetime.fromisoformat(one["at"]), one["zone"]),
    "name": _name,
    "joined": lambda one: Joined(_values(one["parts"]), one["separator"]),
    "legacy": lambda one: LegacyText({code: str(text) for code, text in one["texts"].items()}),
    "headline": lambda one: Headline(
        from_json(one["who"]), from_json(one["what"]), _values(one.get("details", [])), from_json(one.get("mark", ""))
    ),
    "message": lambda one: Message(
        one["key"],
        {name: from_json(value) for name, value in one.get("values", {}).items()},
        None if one.get("count") is None else _number(one["count"]),
    ),
}
