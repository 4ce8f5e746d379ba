"""The words of every language that the chat understands, read together: people mix languages in one question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from fbads_pipeline.domain.chat.lexicon.gaps import with_gaps_kept
from fbads_pipeline.domain.chat.plan import PeriodKind

_Value = TypeVar("_Value")
_LONG_ENDING = 6
_OF_UNIT = 6
_SHORTEST_STEM = 3
_SLOT = re.compile(r"\{([a-z][a-z_0-9]*)\}")
_DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?|\d{1,2}\.\d{1,2}\.\d{4}|"
    r"(?:(?:{day_prefix}) )?\d{1,2}(?:{day_ending})? (?:(?:{of}) )?{month}(?:,? (?:(?:{of}) )?20\d\d)?|"
    r"{month} \d{1,2}(?:{day_ending})?(?!\d)(?:,? 20\d\d)?|{day_word})"
)
_YEAR = r"(?:(?:,? ?(?:{of_year}|/|') ?|,? )(?P<y>20\d\d)\b)?"


@dataclass(frozen=True)
class LanguageLexicon:
    """One language's words, folded (lower case, no accents), as its file `chat_lexicon.yml` declares them.

    letters, detection_words: by which a question is recognised as of this language. currencies: word → ISO code, or
    None where the word leaves the country open. days_ago: `hoje` → 0. holidays: name → rule (periods/holidays.py).
    phrases: group → meaning → phrases. patterns: name → alternatives of a regular expression. periods: kind of period →
    regular expressions. harmless: every form of the verbs that say nothing of their own ("entraram", "came in");
    harmless_endings: of adverbs ("-mente", "-ly"). verb_endings: by which a word that nothing else knows is taken for a
    verb; participle_endings: by which it limits what is counted; metric_verbs: every form of those that say a metric.
    public_holidays: names of days that are free. rewordings: a regular expression, and the words that it is read
    as.
    """

    letters: frozenset[str]
    detection_words: frozenset[str]
    thousands_separator: str
    numerals: Mapping[str, int]
    ordinals: Mapping[str, int]
    currencies: Mapping[str, str | None]
    slashed_dates_are_ambiguous: bool
    months: tuple[tuple[str, ...], ...]
    short_months: frozenset[str]
    weekdays: tuple[str, ...]
    days_ago: Mapping[str, int]
    units: Mapping[str, PeriodKind]
    holidays: Mapping[str, str]
    phrases: Mapping[str, Mapping[str, tuple[str, ...]]]
    words: Mapping[str, frozenset[str]]
    misspellings: Mapping[str, str]
    patterns: Mapping[str, tuple[str, ...]]
    periods: Mapping[str, tuple[str, ...]]
    harmless: frozenset[str] = frozenset()
    harmless_endings: tuple[str, ...] = ()
    verb_endings: tuple[str, ...] = ()
    participle_endings: tuple[str, ...] = ()
    metric_verbs: frozenset[str] = frozenset()
    public_holidays: frozenset[str] = frozenset()
    rewordings: tuple[tuple[str, str], ...] = ()


class Vocabulary:
    """Every language's lexicon by its code, and their union."""

    def __init__(self, languages: Mapping[str, LanguageLexicon]) -> None:
        self.languages = dict(languages)
        every = tuple(self.languages.values())
        self.numerals = _merged([one.numerals for one in every])
        self.ordinals = _merged([one.ordinals for one in every])
        self.currencies = _merged([one.currencies for one in every])
        self.days_ago = _merged([one.days_ago for one in every])
        self.units = _merged([one.units for one in every])
        self.holidays = _merged([one.holidays for one in every])
        self.misspellings = _merged([one.misspellings for one in every])
        self.public_holidays = frozenset[str]().union(*(one.public_holidays for one in every))
        self.rewordings = tuple(with_gaps_kept(*rule) for one in every for rule in one.rewordings)
        self.months = {name: number for one in every for number, names in enumerate(one.months, 1) for name in names}
        self.weekdays = {name: number for one in every for number, name in enumerate(one.weekdays)}
        self.short_months = frozenset[str]().union(*(one.short_months for one in every))
        self.words = {
            name: frozenset[str]().union(*(one.words.get(name, ()) for one in every)) for name in _names(every, "words")
        }
        self._harmless = frozenset[str]().union(*(one.harmless for one in every))
        self._endings = tuple(ending for one in every for ending in one.harmless_endings)
        self._slots = self._computed_slots() | {
            name: "|".join(self.alternatives(name)) for name in _names(every, "patterns")
        }
        self._compiled: dict[str, re.Pattern[str]] = {}

    def of(self, language: str) -> LanguageLexicon:
        """The lexicon of a language; the first one's where that language has none."""
        return self.languages.get(language) or next(iter(self.languages.values()))

    def is_harmless(self, word: str) -> bool:
        """Whether a word without a meaning here can change no figure, so that it may be passed over."""
        if word in self._harmless and word not in self.words["how_often"]:
            return True
        return len(word) > _LONG_ENDING and word.endswith(self._endings) and not self._says_how_often(word)

    def may_be_verb(self, word: str) -> bool:
        """Whether an unknown word has the form of a verb in one of the languages."""
        return any(
            word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM
            for one in self.languages.values()
            for ending in one.verb_endings
        )

    def is_verb(self, word: str) -> bool:
        """Whether a word that says a metric is a form of a verb: "converteram", "vendidos", "converted"."""
        if word in self.words["irregular_verbs"]:
            return True
        return any(word in one.metric_verbs for one in self.languages.values()) or any(
            len(word) - len(ending) >= _SHORTEST_STEM and word.endswith(ending)
            for one in self.languages.values()
            for ending in (*one.verb_endings, *one.participle_endings)
        )

    def _says_how_often(self, word: str) -> bool:
        """Whether an adverb is made of a unit of time: "quarterly", "trimestralmente"."""
        return word in self.words["how_often"] or any(word.startswith(one[:_OF_UNIT]) for one in self.units)

    def phrases(self, group: str) -> dict[str, tuple[str, ...]]:
        """Meaning → phrases of all languages."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.languages.values():
            for meaning, phrases in one.phrases.get(group, {}).items():
                found[meaning] = found.get(meaning, ()) + phrases
        return found

    def first(self, pattern: str, language: str) -> str:
        """The first alternative of that pattern in a language: words that people can be offered."""
        return self.of(language).patterns[pattern][0]

    def alternatives(self, pattern: str) -> tuple[str, ...]:
        """The alternatives of that pattern in all languages."""
        return tuple(dict.fromkeys(text for one in self.languages.values() for text in one.patterns.get(pattern, ())))

    def expression(self, template: str) -> re.Pattern[str]:
        """The compiled template: `{name}` stands for the alternatives of that pattern in all languages."""
        if template not in self._compiled:
            self._compiled[template] = re.compile(self._filled(template))
        return self._compiled[template]

    def has(self, pattern: str, text: str) -> bool:
        """Whether one of the pattern's alternatives stands in the text as whole words."""
        return self.expression(rf"\b(?:{{{pattern}}})\b").search(text) is not None

    def period_expressions(self, kind: str) -> list[re.Pattern[str]]:
        """The regular expressions of all languages for that kind of period."""
        return [self.expression(text) for one in self.languages.values() for text in one.periods.get(kind, ())]

    def _filled(self, template: str) -> str:
        """Slots replaced, also those within what replaces them; an empty list of alternatives matches nothing."""
        return _SLOT.sub(lambda slot: self._filled(self._slots[slot[1]]) or r"(?!)", template)

    def _computed_slots(self) -> dict[str, str]:
        long_months = [one for one in self.months if one not in self.short_months]
        return {
            "month": rf"(?:{_alternatives(self.months)})\b",
            "long_month": rf"(?:{_alternatives(long_months)})\b",
            "short_month": _alternatives(self.short_months),
            "weekday": _alternatives(self.weekdays),
            "unit": f"(?P<u>{_alternatives(self.units)})",
            "count": rf"\d{{1,3}}|{_alternatives(self.numerals)}",
            "n": rf"(?P<n>\d{{1,4}}|{_alternatives(self.numerals)})",
            "currency_word": _alternatives(self.currencies),
            "day_word": _alternatives(self.days_ago),
            "holiday": _alternatives(self.holidays),
            "ordinal": _alternatives(self.ordinals),
            "date": _DATE,
            "year": _YEAR,
        }


def _alternatives(words: Mapping[str, object] | frozenset[str] | list[str]) -> str:
    """The longest first, so that `sept` is tried before `sep`; the same in every process."""
    return "|".join(sorted(words, key=lambda one: (-len(one), one)))


def _merged(mappings: list[Mapping[str, _Value]]) -> dict[str, _Value]:
    return {name: value for one in mappings for name, value in one.items()}


def _names(languages: tuple[LanguageLexicon, ...], section: str) -> list[str]:
    return list(dict.fromkeys(name for one in languages for name in getattr(one, section)))
