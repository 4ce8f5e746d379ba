"""A question's words, each with what it stands for: the longest phrase of the vocabulary first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.lexicon import metric_words, question_words, small_words
from fbads_pipeline.domain.chat.understanding.normalise import fold, listed

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'(?!s\b)[^\W\d_]+)?|\w+")
_FEW, _MANY, _SHORT_NAME = 4, 8, 6
# Words of periods, so that a typo in one of them is mended too.
_PERIOD_WORDS = listed(
    "hoje ontem anteontem semana semanas mes meses passado passada ultimos ultimas ultimo ultima anterior "
    "trimestre quinzena janeiro"
    " fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro today yesterday week weeks "
    "month months last"
    " quarter previous january february april june july august september october november december desde since "
    "dias days year ano"
    " segunda terca quarta quinta sexta sabado domingo monday tuesday wednesday thursday friday saturday sunday "
    "feira weekend"
    " acima abaixo maior menor maiores menores superior inferior above below over under greater higher less lower "
    "fewer larger smaller than"
    " passou passaram exceed exceeding exceeded exceeds pelo menos minimo maximo least most entre between cento "
    "percent reais dolares dollars"
    " passadas retrasada retrasado atras ago atual corrente current past trailing prior preceding before mesmo "
    "mesma periodo period same"
    " primeira primeiro first second segundo third terceiro fourth quarto janeiro half year years anos dias abril "
    "fim final inicio comeco"
    " relacao comparado comparada comparison compared versus contra"
)


@dataclass(frozen=True)
class Word:
    """A word of the folded question and where it stands in it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Tag:
    """Words `start` to `end` (not included) stand for `kind`: `value`."""

    kind: str
    value: str
    start: int
    end: int
    said: str


def words_of(text: str) -> list[Word]:
    """The words and numbers of a folded text."""
    return [Word(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


class Lexicon:
    """Phrases → what they stand for, in both languages at once: people mix them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._phrases: dict[tuple[str, ...], tuple[str, str]] = {}
        for kind, meanings in _groups(catalogue):
            for value, phrases in meanings.items():
                for phrase in phrases:
                    self._phrases.setdefault(tuple(word.text for word in words_of(fold(phrase))), (kind, value))
        self._longest = max(len(phrase) for phrase in self._phrases)
        self.words = frozenset(word for phrase in self._phrases for word in phrase)
        self._placed = self.words | small_words.STOPWORDS | _PERIOD_WORDS
        self._known = self._placed | small_words.NOT_SLIPS

    def knows(self, word: str) -> bool:
        """Whether the word has a meaning of its own here, so that alone it is no name."""
        return word in self._placed

    def tags(self, words: Sequence[str | None]) -> list[Tag]:
        """Every phrase in the words, the longest first where two begin at one word; None is a word already taken."""
        found: list[Tag] = []
        place = 0
        while place < len(words):
            tag = self._at(words, place)
            if tag is None:
                place += 1
                continue
            found.append(tag)
            place = tag.end
        return found

    def mended(self, word: str, also: frozenset[str]) -> str:
        """The word that a mistyped one was meant to be; the same where none is near, or several are."""
        if word in small_words.MISSPELLINGS and word not in also:
            return small_words.MISSPELLINGS[word]
        if len(word) < _FEW or word in self._known or word in also or not word.isalpha():
            return word
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        allowed = 2 if len(word) >= _MANY else 1
        near: dict[str, float] = {}
        # Names are short and strange: only a long word with one slip is taken for a part of one.
        for known in (self._known, also if len(word) > _SHORT_NAME else frozenset[str]()):
            for candidate, distance, _ in process.extract(
                word, known, scorer=OSA.distance, score_cutoff=allowed, limit=4
            ):
                if len(candidate) >= _FEW and (candidate[0] == word[0] or sorted(candidate[:2]) == sorted(word[:2])):
                    near[candidate] = distance
        if not near:
            return word
        best = [candidate for candidate, distance in near.items() if distance == min(near.values())]
        # People leave letters out more often than they add some.
        best = [candidate for candidate in best if len(candidate) > len(word)] or best
        meanings = {self._phrases.get((one,), ("", one)) for one in best}
        return best[0] if len(meanings) == 1 else word

    def _at(self, words: Sequence[str | None], place: int) -> Tag | None:
        for length in range(min(self._longest, len(words) - place), 0, -1):
            phrase = tuple(word or "" for word in words[place : place + length])
            meaning = self._phrases.get(phrase)
            if meaning is not None:
                return Tag(*meaning, place, place + length, " ".join(phrase))
        return None


def _groups(catalogue: Catalogue) -> list[tuple[str, dict[str, list[str]]]]:
    """Earlier groups win where two hold one phrase."""
    metrics = {name: metric_words.METRICS.get(name, name.replace("_", " ")).split("|") for name in catalogue.metrics}
    for name, metric in catalogue.metrics.items():
        for language in metric.labels:
            metrics[name] += [metric.labels[language], *metric.synonyms.get(language, ())]
    segments = {f"{dimension}={value}": said.split("|") for (dimension, value), said in question_words.SEGMENTS.items()}
    return [
        ("forbidden", {"": question_words.FORBIDDEN.split("|")}),
        ("unknown", _split(metric_words.UNKNOWN_METRICS)),
        ("goal_cost", _split(metric_words.COSTS_PER_GOAL)),
        ("metric", metrics),
        ("objective", _split(question_words.OBJECTIVES)),
        ("not_collected", {"": question_words.NOT_COLLECTED.split("|")}),
        ("exclusion", {"": question_words.EXCLUSIONS.split("|")}),
        ("so_far", {"": question_words.SO_FAR.split("|")}),
        ("filler", {"": question_words.FILLERS.split("|")}),
        ("order", _split(question_words.ORDERS)),
        ("compare", _split(question_words.COMPARISONS)),
        ("rank", _split(question_words.RANKS)),
        ("dimension", _split(question_words.DIMENSIONS)),
        ("segment", segments),
        ("status", _split(question_words.STATUSES)),
        ("intent", _split(question_words.INTENTS)),
        ("average", {"": ["medio", "media", "medios", "medias", "average", "avg", "mean", "em media", "on average"]}),
    ]


def _split(phrases: Mapping[str, str]) -> dict[str, list[str]]:
    return {value: said.split("|") for value, said in phrases.items()}
