"""Days of the week that a question limits itself to: "nos fins de semana", "on Tuesdays", "sem contar domingo"."""

import re
from dataclasses import dataclass

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.weekdays import without

_WEEKEND, _WORKDAYS = (6, 7), (1, 2, 3, 4, 5)
_FEIRA = r"(?:[- ]feiras?)?"
_ONE = rf"(?:{{weekday}}){_FEIRA}"
_MANY = rf"(?:{{weekday}})(?:s{_FEIRA}|[- ]feiras)"
_EACH = rf"(?:(?:(?:{{every_one}}) (?:{_ONE}|(?:{{one_weekend}}))|{_MANY}|(?:{{weekends}}))\b)"
_ANY = rf"(?:(?:{_MANY}|{_ONE}|(?:{{weekends}}|{{one_weekend}}|{{workdays}}))\b(?! (?:{{ranked_things}})))"
_JOIN = r"(?:,|,? (?:{and}|{or}))"
_LEAD = r"(?:(?:{weekday_lead}) )*"
_LIMITED = (
    rf"\b{_LEAD}{_EACH}(?:{_JOIN} {_LEAD}{_EACH})*(?: (?:{{only_those}})\b)?",
    r"\b(?:(?:{weekday_lead}) )+(?:{workdays})\b(?: (?:{only_those})\b)?",
    r"\b(?:{workdays}) (?:{only_those})\b",
)
_LEFT_OUT = rf"\b(?:{{excluding}}) (?:(?:{{before_excluded}}|{{weekday_lead}}) )*{_ANY}(?:{_JOIN} {_LEAD}{_ANY})*"
_SPLIT_BEFORE = r"\b(?:{splits_by}) $"


@dataclass(frozen=True)
class FoundWeekdays:
    """Days of the week in a text (1 is Monday): its first and last character (not included)."""

    start: int
    end: int
    weekdays: tuple[int, ...]


def find_weekdays(text: str, vocabulary: Vocabulary) -> FoundWeekdays | None:
    """The days of the week that a folded question is limited to, by naming them or those that are left out."""
    match = vocabulary.expression(_LEFT_OUT).search(text)
    if match is not None:
        return FoundWeekdays(match.start(), match.end(), without(_named(match.group(), vocabulary)))
    for template in _LIMITED:
        for match in vocabulary.expression(template).finditer(text):
            if vocabulary.expression(_SPLIT_BEFORE).search(text[: match.start()]) is None:
                return FoundWeekdays(match.start(), match.end(), _named(match.group(), vocabulary))
    return None


def _named(words: str, vocabulary: Vocabulary) -> tuple[int, ...]:
    found = set()
    if vocabulary.expression(r"\b(?:{weekends}|{one_weekend})\b").search(words):
        found |= set(_WEEKEND)
    if vocabulary.expression(r"\b(?:{workdays})\b").search(words):
        found |= set(_WORKDAYS)
    found |= {vocabulary.weekdays[one] + 1 for one in re.findall(vocabulary.expression(r"\b({weekday})s?\b"), words)}
    return tuple(sorted(found))
