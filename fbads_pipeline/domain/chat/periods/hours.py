"""Hours of the day that a question limits itself to: "ontem de manhã", "até as 15h", "between 9am and noon"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary

_NOON, _MIDNIGHT = 12, 24
# A day, said between the clock and what follows it.
_DAY = r"(?:(?:{night_day_lead}) )*(?:(?:{weekday})(?:[- ]feira)?|(?:{day_word})|(?:{date}))(?!\w)"
# Parts of a day by name: from the first hour until the second one begins.
_PARTS = {"dawn": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
_PART = r"\b(?:(?:(?P<today>{this_part})|(?P<yesterday>{last_part})|{part_lead}) )*(?:NAME)\b"
_CLOCK = (
    r"(?:(?P<SIDEn>\d{1,2})(?P<SIDEu>:00| ?(?:{hour_unit})(?:00)?)?(?P<SIDEm> ?(?:(?P<SIDEb>{before_noon})|"
    r"(?P<SIDEa>{after_noon})))?|(?P<SIDEw>{noon})|(?P<SIDEz>{midnight}))(?![\w/:]|[.,]\d)"
)
_FIRST, _SECOND = _CLOCK.replace("SIDE", "a"), _CLOCK.replace("SIDE", "b")
_BETWEEN = rf"\b(?:{{hours_open}}) {_FIRST} (?:{{hours_join}}) {_SECOND}"
_CLEARLY_BETWEEN = rf"\b(?:{{clock_open}}) {_FIRST} (?:{{clock_join}}) {_SECOND}"
# "Das 22h de sábado até as 2h de domingo", "from Saturday 11pm to 3am Sunday": the days between are read as days.
_OVER_DAYS = (
    rf"\b(?P<open>(?:{{hours_open}}) {_FIRST}) (?P<day>{_DAY}) (?P<close>(?:{{hours_join}}) {_SECOND})"
    rf"(?P<next> {_DAY})?",
    rf"\b(?:{{hours_open}}) (?P<day>{_DAY}) (?P<open>(?:(?:{{hours_at}}) )?{_FIRST} (?:{{hours_join}}))"
    rf"(?P<next> {_DAY})? (?P<close>(?:(?:{{hours_at}}) )?{_SECOND})",
)
_UNTIL, _CLEARLY_UNTIL = rf"\b(?:{{hours_until}}) {_FIRST}", rf"\b(?:{{clock_until}}) {_FIRST}"
_SINCE, _CLEARLY_SINCE = rf"\b(?:{{hours_since}}) {_FIRST}", rf"\b(?:{{clock_since}}) {_FIRST}"
_AT = rf"\b(?:{{hours_at}}) {_FIRST}"
# Template, and whether its words say that the number is a clock without a unit beside it.
_FORMS = (
    ("between", _BETWEEN, False),
    ("between", _CLEARLY_BETWEEN, True),
    ("until", _UNTIL, False),
    ("until", _CLEARLY_UNTIL, True),
    ("since", _SINCE, False),
    ("since", _CLEARLY_SINCE, True),
    ("at", _AT, False),
)


@dataclass(frozen=True)
class FoundHours:
    """Hours of a day in a text: its first and last character (not included); days_ago: of "this morning" and "last
    night", which name their day; is_over_days: the words have a day between them.

    hours: an end after 24 is one of the next day: 22 to 26 is a night.
    """

    start: int
    end: int
    hours: tuple[int, int]
    days_ago: int | None = None
    is_over_days: bool = False


def find_hours(text: str, vocabulary: Vocabulary) -> list[FoundHours]:
    """The hours that a folded question is limited to: from the first one until the second one begins. Several where it
    says the same ones of two days; of two different stretches only the one that is found first."""
    found: list[FoundHours] = []
    for one in _all_hours(text, vocabulary):
        is_apart = all(one.end <= other.start or other.end <= one.start for other in found)
        if is_apart and (not found or one.hours == found[0].hours):
            found.append(one)
    return found


def _all_hours(text: str, vocabulary: Vocabulary) -> Iterator[FoundHours]:
    for template in _OVER_DAYS:
        for match in vocabulary.expression(template).finditer(text):
            hours = next((one for one in _read("between", match, False) if _is_stretch(one)), None)
            if hours is None:
                continue
            is_next = hours[1] > _MIDNIGHT and _is_next_weekday(match, vocabulary)
            for start, end in (match.span(piece) for piece in ("open", "close", *(["next"] if is_next else []))):
                yield FoundHours(start, end, hours, is_over_days=True)
    for form, template, is_clear in _FORMS:
        for match in vocabulary.expression(template).finditer(text):
            hours = next((one for one in _read(form, match, is_clear) if _is_stretch(one)), None)
            if hours is not None:
                yield FoundHours(match.start(), match.end(), hours)
    for name, hours in _PARTS.items():
        for part in vocabulary.expression(_PART.replace("NAME", f"{{{name}}}")).finditer(text):
            yield FoundHours(part.start(), part.end(), hours, 0 if part["today"] else 1 if part["yesterday"] else None)


def _is_next_weekday(match: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whether the second day that a stretch over midnight names is the weekday after the first: it says no more."""
    found = [vocabulary.expression("{weekday}").search(match[name] or "") for name in ("day", "next")]
    first, after = (vocabulary.weekdays[one[0]] if one is not None else None for one in found)
    return first is not None and after == (first + 1) % 7


def _is_stretch(hours: tuple[int, int]) -> bool:
    first, after = hours
    is_night = _NOON <= first < _MIDNIGHT < after <= _MIDNIGHT + _NOON
    return 0 <= first < after <= _MIDNIGHT or is_night


def _read(form: str, match: re.Match[str], is_clear: bool) -> Iterator[tuple[int, int]]:
    """What the match can mean, the likeliest first."""
    if not is_clear and not _has_unit(match, "a") and not (form == "between" and _has_unit(match, "b")):
        return
    if form == "between":
        last = _hour(match, "b", None)
        if last > _MIDNIGHT:
            return
        if match["aw"] and not _half(match, "b") and 0 < last < _NOON:
            yield _NOON, last + _NOON  # "between noon and 2"
            return
        # "Between 8 and 10 pm": the second clock says which half of the day the first one is of.
        yield _hour(match, "a", _half(match, "b")), last
        yield _hour(match, "a", None), last
        if match["az"]:
            yield 0, last  # "from midnight to 6am"
        if last < _MIDNIGHT:
            yield _hour(match, "a", None), last + _MIDNIGHT
        if _half(match, "b") == "b":  # "between 10 and 2 am"
            yield _hour(match, "a", "a"), last + _MIDNIGHT
        return
    clock = _hour(match, "a", None)
    yield {"until": (0, clock), "since": (clock, _MIDNIGHT), "at": (clock % _MIDNIGHT, clock % _MIDNIGHT + 1)}[form]


def _has_unit(match: re.Match[str], side: str) -> bool:
    return any(match[f"{side}{one}"] for one in "umwz")


def _half(match: re.Match[str], side: str) -> str | None:
    """The half of the day that a clock is said to be of: `a` after noon, `b` before it."""
    return next((one for one in "ab" if match[f"{side}{one}"]), None)


def _hour(match: re.Match[str], side: str, otherwise: str | None) -> int:
    """The hour of a clock from 0 to 24. otherwise: its half of the day where it names none."""
    if match[f"{side}w"]:
        return _NOON
    if match[f"{side}z"]:
        return _MIDNIGHT
    number, half = int(match[f"{side}n"]), _half(match, side) or otherwise
    if half == "a" and number < _NOON:
        return number + _NOON
    return 0 if half == "b" and number == _NOON else number
