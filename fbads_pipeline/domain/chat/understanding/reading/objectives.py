"""Several objectives side by side: "campanhas de vendas e de leads", "sales and traffic campaigns"."""

from functools import lru_cache

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion, level_words
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag

# Kinds that the word of an objective may have been taken for.
_OTHERS = ("metric", "unknown_metric", "dimension")


def join_objectives(parsed: ParsedQuestion) -> None:
    """Read what is joined to an objective as one too, where a metric is left besides, or it says "and those of"."""
    names = _objective_words(parsed.vocabulary)
    for tag in parsed.of("objective"):
        after = _joined(parsed, tag.end, 1)
        before = _joined(parsed, tag.start - 1, -1)
        for place in (after, before):
            if place is not None and parsed.words[place].text in names:
                _become(parsed, place, names[parsed.words[place].text], is_sure=_is_sure(parsed, tag, place))


def _joined(parsed: ParsedQuestion, place: int, step: int) -> int | None:
    """The word that "and" or a comma joins to the place, in that direction; None where nothing is joined."""
    words, vocabulary = parsed.words, parsed.vocabulary
    passed = vocabulary.words["before_nouns"] | vocabulary.words["stopwords"] | set(level_words(vocabulary))
    joins = vocabulary.expression(r"(?:{and}|{or})")
    is_joined = False
    while 0 <= place < len(words):
        text = words[place].text
        if joins.fullmatch(text):
            is_joined = True
        elif not is_joined or text not in passed:
            return place if is_joined else None
        place += step
    return None


def _is_sure(parsed: ParsedQuestion, tag: PhraseTag, place: int) -> bool:
    """Whether a preposition or a level stands before the joined word, as before the first one: "e nas de leads"."""
    before = parsed.words[place - 1].text if place else ""
    return place < tag.start or before in parsed.vocabulary.words["before_nouns"]


def _become(parsed: ParsedQuestion, place: int, objective: str, *, is_sure: bool) -> None:
    word = parsed.words[place]
    taken = [one for one in parsed.tags if one.start <= place < one.end]
    if any(one.kind not in _OTHERS or one.end - one.start > 1 for one in taken):
        return
    others = [one for one in parsed.tags if one.kind in ("metric", "goal_cost") and one not in taken]
    if taken and not (others or is_sure or parsed.has("intent", "overview")):
        return
    parsed.tags = [one for one in parsed.tags if one not in taken]
    parsed.tags.append(PhraseTag("objective", objective, place, place + 1, word.text))
    parsed.left = [one for one in parsed.left if one != word]


@lru_cache(maxsize=8)
def _objective_words(vocabulary: Vocabulary) -> dict[str, str]:
    """A word that says an objective after "campaigns of" → the objective."""
    passed = vocabulary.words["stopwords"] | set(level_words(vocabulary)) | vocabulary.words["objective_lead"]
    return {
        word: meaning
        for meaning, phrases in vocabulary.phrases("objective").items()
        for phrase in phrases
        for word in phrase.split()
        if word not in passed
    }
