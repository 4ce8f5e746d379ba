"""Words that a team teaches the chat: each stands for a metric, an object or days, and for nothing else already."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate, ImpossibleDate
from fbads_pipeline.domain.chat.understanding.entities import ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion, read
from fbads_pipeline.domain.chat.understanding.tags import Lexicon, words_of
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import fold
from fbads_pipeline.domain.core.messages import Message, Name, Value, message

SynonymKind = Literal["metric", "object", "period"]
KINDS: tuple[SynonymKind, ...] = get_args(SynonymKind)
LONGEST_PHRASE, MOST_WORDS = 60, 6


class UnusableSynonym(WrongUse):
    """A synonym that cannot be kept. message: what to change, one sentence without its full stop."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.message: Message = why


@dataclass(frozen=True)
class Synonym:
    """phrase: folded words. meaning: a metric's name, an object's id, or words for days; account_id: the object's."""

    phrase: str
    kind: SynonymKind
    meaning: str
    account_id: str = ""


@dataclass(frozen=True)
class SynonymVersion:
    """What a phrase stood for from `set_at` on; synonym None: for nothing any more."""

    version: int
    phrase: str
    synonym: Synonym | None
    set_by: str
    set_at: datetime


def checked(phrase: str, kind: SynonymKind, meaning: str, context: PlanningContext) -> Synonym:
    """The synonym as it may be kept; raises UnusableSynonym.

    Its phrase has a word that means nothing yet, so that no question of before changes, or one that is asked back.
    """
    said = _without_articles([word.text for word in words_of(fold(phrase))], context.lexicon)
    if not said or len(said) > LONGEST_PHRASE or len(said.split()) > MOST_WORDS:
        raise UnusableSynonym(message("chat.synonym_length", most=str(MOST_WORDS), letters=str(LONGEST_PHRASE)))
    if not any(word.isalpha() and len(word) > 1 for word in said.split()):
        raise UnusableSynonym(message("chat.synonym_no_word"))
    parsed = _read(said, context)
    is_open = said in context.lexicon.vocabulary.words["said_for_two"]  # "contatos": which of its two is for the team
    if not parsed.left and not parsed.missing and not is_open:
        raise UnusableSynonym(message("chat.synonym_taken", phrase=said, meaning=_meaning_now(parsed, context)))
    if kind == "metric":
        (name,) = context.catalogue.called(meaning)[:1] or ("",)
        if not name or not _spoken(name, context.lexicon, context.catalogue):
            near = ", ".join(context.catalogue.near(meaning, count=3))
            raise UnusableSynonym(message("chat.synonym_no_metric", meaning=Name(meaning[:60], "?"), near=near))
        return Synonym(said, kind, name)
    if kind == "object":
        found = context.names.by_id(meaning.strip()) or next(iter(context.names.quoted(meaning, None)), None)
        if found is None or len(context.names.quoted(meaning, None)) > 1:
            raise UnusableSynonym(message("chat.synonym_no_object", meaning=Name(meaning[:60], "?")))
        return Synonym(said, kind, found.object_id, found.account_id)
    return _of_days(said, meaning, context)


def applied(text: str, synonyms: Sequence[Synonym], names: ObjectNames, lexicon: Lexicon, catalogue: Catalogue) -> str:
    """The question with what its taught words stand for; a phrase that is a name of one's own stays a name."""
    folded = fold(text)
    usable = [one for one in synonyms if f" {one.phrase} " in f" {' '.join(w.text for w in words_of(folded))} "]
    for one in sorted(usable, key=lambda each: -len(each.phrase)):
        words = one.phrase.split()
        if all(word in names.words for word in words) and names.quoted(one.phrase, None):
            continue
        meant = _expansion(one, names, lexicon, catalogue)
        if meant:
            pattern = r"\W+".join(re.escape(word) for word in words)
            folded = re.sub(rf"(?<!\w){pattern}(?!\w)", meant.replace("\\", r"\\"), folded)
    return folded if usable else text


def meaning_of(one: Synonym, names: ObjectNames, catalogue: Catalogue) -> Value | None:
    """What people read of it; None where its metric or object is not there any more."""
    if one.kind == "metric":
        return message(f"metrics.{one.meaning}") if one.meaning in catalogue.metrics else None
    if one.kind == "object":
        found = names.object_by_id(one.meaning)
        return None if found is None else Name(found.name, found.object_id)
    return one.meaning


def _expansion(one: Synonym, names: ObjectNames, lexicon: Lexicon, catalogue: Catalogue) -> str:
    """Words that the grammar reads as exactly that; empty where there are none."""
    if one.kind == "metric":
        return _spoken(one.meaning, lexicon, catalogue)
    if one.kind == "object":
        return one.meaning if names.by_id(one.meaning) else ""
    return one.meaning


def _spoken(name: str, lexicon: Lexicon, catalogue: Catalogue) -> str:
    """The first of the metric's names that means it and nothing else."""
    if name not in catalogue.metrics:
        return ""
    open_ones = lexicon.vocabulary.words["said_for_two"]
    phrases = lexicon.vocabulary.phrases("metric").get(name, ())
    for words in (*catalogue[name].called, name.replace("_", " "), *phrases):
        if fold(words) in open_ones:
            continue
        tags = lexicon.tags([word.text for word in words_of(fold(words))])
        if [(tag.kind, tag.value) for tag in tags] == [("metric", name)] and len(words_of(words)) == tags[0].end:
            return fold(words)
    return ""


def _without_articles(words: Sequence[str], lexicon: Lexicon) -> str:
    """ "a galinha dourada" is said "da galinha dourada" too."""
    small = lexicon.vocabulary.words["stopwords"]
    first = next((place for place, word in enumerate(words) if word not in small), 0)
    return " ".join(words[first:])


def _of_days(said: str, meaning: str, context: PlanningContext) -> Synonym:
    words = " ".join(meaning.split())[:LONGEST_PHRASE]
    parsed = _read(words, context)
    others = parsed.tags or parsed.named or parsed.left or parsed.missing or parsed.amounts
    if len(parsed.periods) != 1 or others:
        raise UnusableSynonym(message("chat.synonym_no_days", meaning=Name(meaning[:60], "?")))
    return Synonym(said, "period", fold(words))


def _read(words: str, context: PlanningContext) -> ParsedQuestion:
    try:
        return read(words, language=context.language, names=context.names, lexicon=context.lexicon, today=context.today)
    except (AmbiguousDate, ImpossibleDate):
        raise UnusableSynonym(message("chat.synonym_no_days", meaning=Name(words[:60], "?"))) from None


def _meaning_now(parsed: ParsedQuestion, context: PlanningContext) -> Value:
    """What the words mean already."""
    if parsed.named:
        return Name(parsed.named[0].objects[0].name, parsed.named[0].objects[0].object_id)
    for tag in parsed.of("metric"):
        return message(f"metrics.{tag.value}")
    if parsed.periods:
        return message("chat.synonym_is_days")
    return message("chat.synonym_is_word")


def differences(before: Mapping[str, object], now: Mapping[str, object]) -> tuple[str, ...]:
    """The fields in which two plans differ, as they are kept; texts and offers aside."""
    aside = ("language", "ignored", "offers", "mentions")
    return tuple(name for name in sorted({*before, *now}) if name not in aside and before.get(name) != now.get(name))
