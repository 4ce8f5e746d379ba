"""A question's words, each with what it means: the longest phrase of the lexicon first."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.lexicon.slips import is_slip, shortened
from fbads_pipeline.domain.chat.lexicon.vocabulary import LanguageLexicon, Vocabulary
from fbads_pipeline.domain.core.formatting import fold

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'(?!s\b)[^\W\d_]+)?|\w+")
_FEW, _MANY, _SHORT_NAME = 4, 8, 6
# Earlier groups win where two hold one phrase. Those without meanings of their own have the meaning `any`.
GROUPS: tuple[str, ...] = (
    "forbidden",
    "tax",
    "billing",
    "unknown_metric",
    "goal_cost",
    "metric",
    "objective",
    "same_time",
    "currency",
    "not_collected",
)
GROUPS += (
    "exclusion",
    "share",
    "reset",
    "fact",
    "so_far",
    "filler",
    "order",
    "comparison",
    "rank",
    "dimension",
    "segment",
    "status",
    "intent",
)
GROUPS += ("average",)


@dataclass(frozen=True)
class QuestionWord:
    """A word of the folded question and where it stands in it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class PhraseTag:
    """Words `start` to `end` (not included) stand for `kind`: `value`."""

    kind: str
    value: str
    start: int
    end: int
    said: str


def words_of(text: str) -> list[QuestionWord]:
    """The words and numbers of a folded text."""
    return [QuestionWord(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


class Lexicon:
    """Phrases → what they mean, in all languages at once: people mix them."""

    def __init__(self, vocabulary: Vocabulary, catalogue: Catalogue) -> None:
        self.vocabulary = vocabulary
        self._phrases: dict[tuple[str, ...], tuple[str, str]] = {}
        for group in GROUPS:
            for value, phrases in self._meanings(group, catalogue).items():
                for phrase in phrases:
                    self._phrases.setdefault(tuple(word.text for word in words_of(fold(phrase))), (group, value))
        self._longest = max(len(phrase) for phrase in self._phrases)
        self.words = frozenset(word for phrase in self._phrases for word in phrase)
        self._placed = self.words | vocabulary.words["stopwords"] | vocabulary.words["period_words"]
        orders = vocabulary.words["change_verbs"] | vocabulary.words["not_slips"]
        named_days = {word.text for name in vocabulary.holidays for word in words_of(name)} | set(vocabulary.weekdays)
        numbers = {*vocabulary.months, *vocabulary.numerals, *vocabulary.ordinals}
        of_days = vocabulary.words["period_words"] | named_days | numbers
        alone = {
            phrase[0]
            for phrase, meaning in self._phrases.items()
            if len(phrase) == 1 and meaning[0] != "filler" and meaning != ("intent", "greeting")
        }
        self._meaning = alone | (of_days - vocabulary.words["stopwords"])
        everything = self._placed | orders | named_days | numbers
        self._known = dict.fromkeys(sorted(everything))
        foreign = {code: self._foreign(code, catalogue) for code in vocabulary.languages}
        self._known_in = {code: dict.fromkeys(sorted(everything - words)) for code, words in foreign.items()}

    def knows(self, word: str) -> bool:
        """Whether the word has a meaning of its own here, so that alone it is no name."""
        return word in self._placed

    def is_outside(self, word: QuestionWord, phrase: re.Match[str]) -> bool:
        """Whether the word is outside of the phrase, or one that nothing knows between the phrase's own words."""
        if not phrase.start() <= word.start < phrase.end():
            return True
        return phrase.start() < word.start and word.end < phrase.end() and not self.knows(word.text)

    def tags(self, words: Sequence[str | None]) -> list[PhraseTag]:
        """Every phrase in the words, the longest first where two begin at one word; None is a word already taken."""
        found: list[PhraseTag] = []
        place = 0
        while place < len(words):
            tag = self._at(words, place)
            if tag is None:
                place += 1
                continue
            found.append(tag)
            place = tag.end
        return found

    def _foreign(self, language: str, catalogue: Catalogue) -> frozenset[str]:
        """Words that only other languages have: no slip of a question in this one was meant to be one of them."""

        def words(one: LanguageLexicon) -> set[str]:
            phrases = [phrase for meanings in one.phrases.values() for some in meanings.values() for phrase in some]
            found = {word.text for phrase in phrases for word in words_of(fold(phrase))}
            days = (*one.holidays, *one.weekdays, *(name for names in one.months for name in names))
            found |= {word for name in days for word in name.split()} | {*one.numerals, *one.ordinals}
            return found.union(*one.words.values())

        known = {code: words(one) for code, one in self.vocabulary.languages.items()}
        called = {word.text for _, one in catalogue.items() for phrase in one.called for word in words_of(fold(phrase))}
        others: set[str] = set().union(*(some for code, some in known.items() if code != language))
        return frozenset(others - known[language] - called)

    def mended(self, word: str, also: Collection[str], *, may_be_name: bool = False, language: str = "") -> str:
        """The word that a mistyped one was meant to be; the same where none is near, or several are.

        language: that of the question; without it a word of any language may be meant. may_be_name: what stands where
        names do ("for Acme") is no slip of a word that would be passed over.
        """
        if word in self.vocabulary.misspellings and word not in also:
            return self.vocabulary.misspellings[word]
        if word not in self._known and word not in also:
            short = next((one for one in shortened(word) if one in self._known or one in also), None)
            if short is not None:
                return short
        if len(word) < _FEW or word in self._known or word in also or not word.isalpha():
            return word
        if self.vocabulary.is_harmless(word):
            return word
        # rapidfuzz is heavy: imported where it is needed.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        allowed = 2 if len(word) >= _MANY else 1
        near: dict[str, float] = {}
        # ObjectNames are short and strange: only a long word with one slip is taken for a part of one.
        for known in (self._known_in.get(language, self._known), also if len(word) > _SHORT_NAME else ()):
            for candidate, distance, _ in process.extract(
                word, tuple(known), scorer=OSA.distance, score_cutoff=allowed, limit=None
            ):
                if len(candidate) >= _FEW and (candidate[0] == word[0] or sorted(candidate[:2]) == sorted(word[:2])):
                    near[candidate] = distance
        near = {one: far for one, far in near.items() if self._phrases.get((one,), ("",))[0] != "forbidden"}
        near = {one: far for one, far in near.items() if is_slip(word, one)}
        if not near:
            return word
        best = [candidate for candidate, distance in near.items() if distance == min(near.values())]
        # People leave letters out more often than they add some.
        best = [candidate for candidate in best if len(candidate) > len(word)] or best
        meanings = {self._phrases.get((one,), ("", one)) for one in best}
        if may_be_name and best[0] not in self._meaning and best[0] not in also:
            return word
        return best[0] if len(meanings) == 1 else word

    def _at(self, words: Sequence[str | None], place: int) -> PhraseTag | None:
        for length in range(min(self._longest, len(words) - place), 0, -1):
            phrase = tuple(word or "" for word in words[place : place + length])
            meaning = self._phrases.get(phrase)
            if meaning is not None:
                return PhraseTag(*meaning, place, place + length, " ".join(phrase))
        return None

    def _meanings(self, group: str, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
        """Meaning → phrases of one group; of metrics also the labels and synonyms of the catalogue."""
        found = self.vocabulary.phrases(group)
        if group != "metric":
            return found
        return {
            name: tuple(_both_numbers((*found.get(name, (name.replace("_", " "),)), *metric.called)))
            for name, metric in catalogue.items()
        }


def _both_numbers(phrases: Iterable[str]) -> Iterator[str]:
    """Phrases of several words also with their first word in the other number: "visita(s) na página"."""
    for phrase in phrases:
        yield phrase
    for phrase in phrases:
        first, _, rest = phrase.partition(" ")
        if rest and len(first) > _FEW:
            yield f"{first[:-1] if first.endswith('s') else first + 's'} {rest}"
