"""Titles that fit a lock screen: names give way, figures and units never do."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from fbads_pipeline.domain.core.formatting import LONGEST_NAME
from fbads_pipeline.domain.core.messages import Headline, Joined, Message, Name, Value

LONGEST_TITLE = 60
# Characters that a name is shortened to, from the longest on, before a detail is left out; and afterwards.
_BEFORE_DETAILS = (LONGEST_NAME, 40, 32, 28, 24, 21, 18, 16, 14, 12, 10)
_WITHOUT_DETAILS = (8, 6, 4, 3, 2, 1)
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAGS = range(0x1F1E6, 0x1F200)
_LOOSE_ENDS = " |-–—·:,›"
_IN_NUMBERS = frozenset(".,:/%  \u00a0\u202f")


def fitted(headline: Headline, render: Callable[[Value], str]) -> str:
    """The title in at most 60 characters, on one line. render: a part in the reader's language."""
    shown = ""
    for details, longest in _attempts(headline.details):
        short = [shortened(one, longest) for one in (headline.who, headline.what, *details)]
        shown = _written(headline.mark, short, render)
        if len(shown) <= LONGEST_TITLE:
            return shown
    return shown


def shortened(value: Value, longest: int) -> Value:
    """The same value with every name in it at most that long."""
    match value:
        case Name(name=str() as name):
            return replace(value, name=shortened_name(name, longest))
        case Message():
            return replace(value, values={key: shortened(one, longest) for key, one in value.values.items()})
        case Joined():
            return replace(value, parts=tuple(shortened(one, longest) for one in value.parts))
        case Headline():
            details = tuple(shortened(one, longest) for one in value.details)
            return replace(
                value, who=shortened(value.who, longest), what=shortened(value.what, longest), details=details
            )
        case _:
            return value


def shortened_name(name: str, longest: int) -> str:
    """The name's beginning with an ellipsis: never half a character as people see it, nor half a number. Of an id,
    which is nothing but digits, the end: that is what tells ids apart."""
    if len(name) <= longest:
        return name
    if name.isdecimal():
        return "…" + name[len(name) - longest + 1 :]
    kept = ""
    for piece in graphemes(name):
        if len(kept) + len(piece) > longest - 1:
            break
        kept += piece
    whole = _without_half_number(kept, name[len(kept) :]).rstrip(_LOOSE_ENDS)
    return (whole or name[: longest - 1]) + "…"


def graphemes(text: str) -> list[str]:
    """The text in characters as people see them: an emoji of several, or a letter with its marks, is one."""
    pieces: list[str] = []
    for character in text:
        if pieces and _continues(pieces[-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _attempts(details: Sequence[Value]) -> list[tuple[Sequence[Value], int]]:
    """The first details before the later ones, each alone before none: since when fits where the money does not."""
    kept = [details[:count] for count in range(len(details), 0, -1)]
    kept += [details[one : one + 1] for one in range(1, len(details))] + [()]
    return [(one, longest) for one in kept for longest in _BEFORE_DETAILS] + [((), one) for one in _WITHOUT_DETAILS]


def _written(marked: Value, parts: Sequence[Value], render: Callable[[Value], str]) -> str:
    mark, who, *said = map(render, (marked, *parts))
    title = f"{who}: {', '.join(one for one in said if one)}"
    return f"{mark} {title}" if mark else title


def _continues(before: str, character: str) -> bool:
    code, last = ord(character), before[-1]
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Mc", "Me"):
        return True
    if character == _ZERO_WIDTH_JOINER or last == _ZERO_WIDTH_JOINER or code in _SKIN_TONES or code in _TAGS:
        return True
    return code in _FLAGS and len(before) == 1 and ord(last) in _FLAGS


def _without_half_number(kept: str, rest: str) -> str:
    """Without the number at its end that the rest continues."""
    if not kept or not rest or not _is_of_number(kept[-1]) or not _is_of_number(rest[0]):
        return kept
    at = len(kept)
    while at and _is_of_number(kept[at - 1]):
        at -= 1
    return kept[:at] if any(one.isdecimal() for one in kept[at:] + rest[:1]) else kept


def _is_of_number(character: str) -> bool:
    return character.isdecimal() or character in _IN_NUMBERS
