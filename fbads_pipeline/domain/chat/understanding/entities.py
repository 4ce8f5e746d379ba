"""Which of a user's own objects a question means: by id, by name, by a part of the name; without accents or case."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fbads_pipeline.domain.chat.plan import LEVELS, Level
from fbads_pipeline.domain.core.formatting import fold

_TOKEN = re.compile(r"\w+")
_ID = re.compile(r"(?:act_)?(\d{5,25})")
CHOICES = 5
_SHORTEST_SLIP = 4
_SHORTEST_JOINED = 5
_PAIR = re.compile(r"(?<!\w)(?P<one>[^\W\d_]+)(?P<gap>[ -])(?=(?P<other>[^\W\d_]+)(?!\w))")


@dataclass(frozen=True)
class NamedObject:
    """An account, campaign, ad set or ad that the user may see."""

    level: Level
    object_id: str
    account_id: str
    name: str


@dataclass(frozen=True)
class NameMatch:
    """Tokens `start` to `end` (not included) of a question name one or more objects of one level."""

    start: int
    end: int
    objects: tuple[NamedObject, ...]

    @property
    def is_one(self) -> bool:
        return len(self.objects) == 1


class ObjectNames:
    """The names of everything that one user may see, ready to be looked up."""

    def __init__(self, objects: Iterable[NamedObject]) -> None:
        self.objects = tuple(objects)
        self._tokens = [tuple(_TOKEN.findall(fold(one.name))) for one in self.objects]
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, tokens in enumerate(self._tokens):
            for place, token in enumerate(tokens[:40]):
                self._places[token].append((number, place))
        pairs = {a + b: f"{a} {b}" for tokens in self._tokens for a, b in pairwise(tokens[:40])}
        long = [one for one in pairs if len(one) >= _SHORTEST_JOINED and one not in self._places]
        self._apart = {one: pairs[one] for one in long}
        self._by_id = {one.object_id: one for one in self.objects}

    @property
    def words(self) -> Collection[str]:
        """Every word of every name, folded, in the order of the objects."""
        return self._places.keys()

    def without_names(self, text: str) -> str:
        """The words of a text that stand in no name."""
        return " ".join(
            one for one in text.split() if not all(part in self.words for part in _TOKEN.findall(fold(one)))
        )

    def apart(self, word: str) -> str:
        """Two words of a name that someone writes as one, with the gap between them: "ebook" of "E-book Grátis"; empty
        of any other word."""
        return self._apart.get(word, "")

    def joined(self, text: str, is_known: Callable[[str], bool]) -> str:
        """The text with a word of a name that someone writes as two in one: "e-book" of "Ebook"."""

        def whole(pair: re.Match[str]) -> str:
            one, other = pair["one"], pair["other"]
            is_own = other in self._places or is_known(other) and is_known(one)
            is_whole = len(one + other) >= _SHORTEST_JOINED and one + other in self._places
            return one if is_whole and not is_own else pair.group()

        return _PAIR.sub(whole, text)

    def by_id(self, words: str) -> NamedObject | None:
        """The object with this id, with or without `act_`."""
        match = _ID.fullmatch(words)
        return self._by_id.get(match[1]) if match else None

    def object_by_id(self, object_id: str) -> NamedObject | None:
        """The object with exactly this id."""
        return self._by_id.get(object_id)

    def accounts_of(self, object_ids: Iterable[str]) -> frozenset[str]:
        """The accounts that these objects belong to."""
        return frozenset(self._by_id[one].account_id for one in object_ids if one in self._by_id)

    def longest_at(self, words: Sequence[str], start: int, level: Level | None) -> NameMatch | None:
        """The longest run of words from `start` that stands in names in the same order, then narrowed by what follows.

        level: only objects of this level; without it the highest level that has one.
        """
        found = [
            (number, place)
            for number, place in self._places.get(words[start], ())
            if level is None or self.objects[number].level == level
        ]
        if not found:
            return None
        end = start + 1
        while end < len(words):
            longer = [(n, p) for n, p in found if self._has(n, p + end - start, words[end])]
            if not longer:
                break
            found, end = longer, end + 1
        numbers = {number for number, _ in found}
        while end < len(words):
            narrowed = {number for number in numbers if words[end] in self._tokens[number]}
            if not narrowed:
                break
            numbers, end = narrowed, end + 1
        return NameMatch(start, end, self._chosen(numbers, tuple(words[start:end])))

    def meant_after(self, before: str, word: str) -> str:
        """The word of a name that an unknown one is meant to be: the only one that begins so ("promo"), or the one that
        follows `before` in some name and is one slip away; empty where none is."""
        if word in self._places or len(word) < _SHORTEST_SLIP or not word.isalpha():
            return ""
        longer = [one for one in self._places if one.startswith(word)]
        if len(longer) == 1:
            return longer[0]
        following = {
            self._tokens[n][place + 1] for n, place in self._places.get(before, ()) if place + 1 < len(self._tokens[n])
        }
        if not following:
            return ""
        # rapidfuzz is heavy: imported where it is needed.
        from rapidfuzz.distance import OSA

        near = sorted(one for one in following if OSA.distance(one, word, score_cutoff=1) <= 1)
        return near[0] if len(near) == 1 else ""

    def is_full_name(self, mention: NameMatch, words: Sequence[str]) -> bool:
        """Whether the words are the whole name of what is mentioned."""
        said = tuple(words[mention.start : mention.end])
        return any(tuple(_TOKEN.findall(fold(one.name))) == said for one in mention.objects)

    def quoted(self, words: str, level: Level | None) -> tuple[NamedObject, ...]:
        """Objects called exactly so, or, where there is none, whose name holds these words."""
        wanted = " ".join(_TOKEN.findall(fold(words)))
        if not wanted:
            return ()
        texts = [(number, " ".join(tokens)) for number, tokens in enumerate(self._tokens)]
        there = [(n, t) for n, t in texts if level is None or self.objects[n].level == level]
        exact = {n for n, t in there if t == wanted}
        return self._highest(exact or {n for n, t in there if f" {wanted} " in f" {t} "})

    def near(self, words: str, level: Level | None) -> tuple[str, ...]:
        """Up to five names that read like these words; none where nothing does."""
        # rapidfuzz is heavy: imported where it is needed.
        from rapidfuzz import fuzz, process

        names = {one.name: fold(one.name) for one in self.objects if level is None or one.level == level}
        found = process.extract(fold(words), names, scorer=fuzz.token_set_ratio, limit=CHOICES, score_cutoff=65)
        return tuple(name for _, _, name in found)

    def _has(self, number: int, place: int, word: str) -> bool:
        tokens = self._tokens[number]
        return place < len(tokens) and tokens[place] == word

    def _chosen(self, numbers: set[int], said: tuple[str, ...]) -> tuple[NamedObject, ...]:
        exact = {number for number in numbers if self._tokens[number] == said}
        return self._highest(exact or numbers)

    def _highest(self, numbers: set[int]) -> tuple[NamedObject, ...]:
        for level in LEVELS:
            there = [self.objects[number] for number in sorted(numbers) if self.objects[number].level == level]
            if there:
                return tuple(there)
        return ()
