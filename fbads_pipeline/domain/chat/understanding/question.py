"""A question, read: which of its words are names, days, bounds, phrases, and which are left over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from fbads_pipeline.domain.chat.lexicon.question_words import DIMENSIONS
from fbads_pipeline.domain.chat.lexicon.small_words import STOPWORDS
from fbads_pipeline.domain.chat.periods.phrases import Found, find_periods
from fbads_pipeline.domain.chat.plan import Level
from fbads_pipeline.domain.chat.understanding.amounts import Amount, Marked, find_ages, find_amounts, find_limit
from fbads_pipeline.domain.chat.understanding.entities import Mention, NamedObject, Names
from fbads_pipeline.domain.chat.understanding.normalise import fold, listed
from fbads_pipeline.domain.chat.understanding.tags import Lexicon, Tag, Word, words_of
from fbads_pipeline.domain.core.formatting import Language

_QUOTED = re.compile(r"[\"“”«»](?P<name>[^\"“”«»]+)[\"“”«»]|(?<!\w)'(?P<single>[^']{3,})'(?!\w)")
_BEFORE_NAMES = listed("chamada chamado de da do named called the a o com nome d")
_LEVEL_WORDS: dict[str, Level] = {
    word: level  # type: ignore[misc]
    for level in ("account", "campaign", "adset", "ad")
    for phrase in DIMENSIONS[level].split("|")
    for word in phrase.split()
    if word not in ("de", "set", "sets")
}
_LEVEL_WORDS |= {"conta": "account", "contas": "account", "conjunto": "adset", "conjuntos": "adset"}
_LEVEL_WORDS |= {"anuncios": "ad", "anuncio": "ad", "ad": "ad", "ads": "ad", "cliente": "account"}


@dataclass
class Named:
    """Objects that a question names, where, and which level it says they are."""

    start: int
    end: int
    objects: tuple[NamedObject, ...]
    said: str
    level: Level | None
    is_plural: bool


@dataclass
class Reading:
    """Everything that was found in a question; places are those of the folded text, in characters."""

    text: str
    words: list[Word]
    tags: list[Tag] = field(default_factory=list)
    periods: list[Found] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    ages: list[Marked] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    missing: list[tuple[str, Level | None]] = field(default_factory=list)
    limit: int | None = None
    left: list[Word] = field(default_factory=list)

    def of(self, kind: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.kind == kind]

    def has(self, kind: str, value: str | None = None) -> bool:
        return any(tag.kind == kind and value in (None, tag.value) for tag in self.tags)

    def place(self, tag: Tag) -> int:
        """Where a tag begins in the text."""
        return self.words[tag.start].start


def read(question: str, *, language: Language, names: Names, lexicon: Lexicon, today: date) -> Reading:
    """The parts of a normalised question. Raises AmbiguousDate and ImpossibleDate."""
    text = _mend(fold(question), lexicon, names)
    reading = Reading(text, words_of(text))
    taken = [False] * len(text)
    _read_quotes(reading, taken, names)
    _read_names(reading, taken, names, lexicon)
    reading.ages = find_ages(_open(text, taken))
    _take(taken, reading.ages)
    reading.amounts = find_amounts(_open(text, taken), language)
    _take(taken, reading.amounts)
    limit = find_limit(_open(text, taken))
    if limit:
        reading.limit = int(limit.value)
        _take(taken, [limit])
    reading.periods = find_periods(_open(text, taken), language, today)
    _take(taken, reading.periods)
    free = [None if any(taken[word.start : word.end]) else word.text for word in reading.words]
    reading.tags = lexicon.tags(free)
    for tag in reading.tags:
        free[tag.start : tag.end] = [None] * (tag.end - tag.start)
    reading.left = [w for w, f in zip(reading.words, free, strict=True) if f is not None and not _is_filler(f)]
    return reading


def level_said(words: Sequence[Word], place: int) -> tuple[Level | None, bool]:
    """Which level the word before this place says ("campanha"), and whether it says several."""
    back = place - 1
    while back >= 0 and words[back].text in _BEFORE_NAMES and place - back < 4:
        back -= 1
    if back < 0 or words[back].text not in _LEVEL_WORDS:
        return None, False
    return _LEVEL_WORDS[words[back].text], words[back].text.endswith("s")


def _mend(text: str, lexicon: Lexicon, names: Names) -> str:
    mended, at = [], 0
    for word in words_of(text):
        mended += [text[at : word.start], lexicon.mended(word.text, names.words)]
        at = word.end
    return "".join([*mended, text[at:]])


def _read_quotes(reading: Reading, taken: list[bool], names: Names) -> None:
    for match in _QUOTED.finditer(reading.text):
        said = match["name"] or match["single"]
        place = sum(word.start < match.start() for word in reading.words)
        level, plural = level_said(reading.words, place)
        objects = names.quoted(said, level)
        if objects:
            reading.named.append(Named(match.start(), match.end(), objects, said.strip(), level, plural))
        else:
            reading.missing.append((said.strip(), level))
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())


def _read_names(reading: Reading, taken: list[bool], names: Names, lexicon: Lexicon) -> None:
    words = reading.words
    texts = [word.text for word in words]
    place = 0
    while place < len(words):
        if any(taken[words[place].start : words[place].end]):
            place += 1
            continue
        level, plural = level_said(words, place)
        one = names.by_id(texts[place])
        if one is not None:
            mention: Mention | None = Mention(place, place + 1, (one,))
        else:
            mention = names.longest_at(texts, place, level)
            if mention is None and level is not None:
                # "conjuntos da Coleção Verão": the word before is what is asked about, not what is named.
                level, plural = None, False
                mention = names.longest_at(texts, place, None)
            if mention is not None and not _is_name(mention, texts, level, names, lexicon):
                mention = None
        if mention is None:
            place += 1
            continue
        start, end = words[mention.start].start, words[mention.end - 1].end
        said = reading.text[start:end]
        reading.named.append(Named(start, end, mention.objects, said, level, plural))
        taken[start:end] = [True] * (end - start)
        place = mention.end


def _is_name(mention: Mention, texts: Sequence[str], level: Level | None, names: Names, lexicon: Lexicon) -> bool:
    """A run of words is a name where one of them means nothing else, or where it is a whole name."""
    run = texts[mention.start : mention.end]
    own = [word for word in run if not lexicon.knows(word) and (len(word) > 2 or level is not None)]
    if any(not word.isdigit() for word in own):
        return True
    return names.is_full_name(mention, texts) and (len(run) > 1 or level is not None)


def _is_filler(word: str) -> bool:
    return word in STOPWORDS


def _open(text: str, taken: list[bool]) -> str:
    """The text with what is taken blotted out, as long as it was."""
    return "".join("\x00" if is_taken else character for character, is_taken in zip(text, taken, strict=True))


def _take(taken: list[bool], found: Sequence[Marked | Amount | Found]) -> None:
    for one in found:
        taken[one.start : one.end] = [True] * (one.end - one.start)
