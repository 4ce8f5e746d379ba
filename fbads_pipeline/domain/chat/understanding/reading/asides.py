"""Words of a question that change no figure though nothing here knows them: talk around it, and verbs of everyday.

What they could change is asked back instead: a word after "of" or "with" may be a name or a condition, one that follows
"campaigns that" is a condition, and what stands between two names compares them. What is passed over is named.
"""

import re

from fbads_pipeline.domain.chat.plan import LEVELS
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion, level_words
from fbads_pipeline.domain.chat.understanding.tags import QuestionWord

_BEFORE_THE_QUESTION = re.compile(r"[.!?;:,]+ | - ")
_AFTER_THE_QUESTION = re.compile(r"[.!?]+ ")
_TALK = ("greeting",)
# What a clause that tells something mentions, and does not ask for.
_OF_STATEMENTS = ("metric", "goal_cost", "rank", "comparison", "average", "intent", "order", "dimension")
_WORRIES = ("anomalies",)
_WITHOUT_MEANING = ("filler", "so_far")
_REPEATED = re.compile(r"(?:k{2,}|(?:ha){2,}h?|(?:he){2,}|(?:rs){1,}|(?:hue){2,}|l+o+l+|a+f+|u+h+|h+m+)")


def pass_asides(parsed: ParsedQuestion) -> tuple[str, ...]:
    """Take them out of the words that are left, and say which."""
    spans = [*_talk_around(parsed), *_statements(parsed)]
    passed = [
        word
        for word in parsed.left
        if word not in parsed.qualifying
        and (
            any(first <= word.start < last for first, last in spans)
            or _REPEATED.fullmatch(word.text)
            or _is_plain_verb(parsed, word)
        )
    ]
    parsed.left = [word for word in parsed.left if word not in passed]
    said = tuple(word.text for word in passed if not _REPEATED.fullmatch(word.text))
    return (" ".join(said),) if said else ()


def _talk_around(parsed: ParsedQuestion) -> list[tuple[int, int]]:
    """A sentence before everything that has a meaning, and one after it."""
    meant = _meant(parsed)
    if not meant:
        return []
    first, last = min(start for start, _ in meant), max(end for _, end in meant)
    found = []
    before = [match.end() for match in _BEFORE_THE_QUESTION.finditer(parsed.text) if match.end() <= first]
    if before:
        found.append((0, before[-1]))
    after = [match.end() for match in _AFTER_THE_QUESTION.finditer(parsed.text) if match.start() >= last]
    if after and not _limits(parsed, after[0], len(parsed.text)):
        found.append((after[0], len(parsed.text)))
    return found


def _statements(parsed: ParsedQuestion) -> list[tuple[int, int]]:
    """Clauses that tell something before the one that asks: "não vi venda nenhuma ontem, quantas a loja fez?".

    Only where the asking clause has a metric of its own, and the other one words that nothing here knows: "em média,
    cada campanha …" and "das visualizações, quantos % …" tell nothing. What they mention is no part of the question.
    """
    clauses = _clauses(parsed)
    asks = [one for one in clauses if _asks(parsed, one)]
    if len(asks) != 1 or len(clauses) < 2:
        return []
    metrics = [tag for tag in parsed.tags if tag.kind in ("metric", "goal_cost")]
    asked = [tag for tag in metrics if asks[0][0] <= parsed.place(tag) < asks[0][1]]
    stated = [one for one in clauses if one[1] <= asks[0][0] and not _limits(parsed, *one, only_limits=True)]
    if not asked or parsed.has("intent", "why"):
        return []
    talked = [(a, b) for a, b in stated if any(a <= word.start < b for word in parsed.left)]
    parsed.tags = [
        tag
        for tag in parsed.tags
        if not (tag.kind in _OF_STATEMENTS and any(a <= parsed.place(tag) < b for a, b in talked))
        and not (tag.value in _WORRIES and any(a <= parsed.place(tag) < b for a, b in stated))
    ]
    return talked


def _clauses(parsed: ParsedQuestion) -> list[tuple[int, int]]:
    ends = [match.end() for match in _BEFORE_THE_QUESTION.finditer(parsed.text)]
    taken = [(one.start, one.end) for one in (*parsed.named, *parsed.excluded)]
    taken += [(one.start, one.end) for one in parsed.periods]
    ends = [end for end in ends if not any(a < end < b for a, b in taken)]
    return [(a, b) for a, b in zip([0, *ends], [*ends, len(parsed.text)], strict=True) if a < b]


def _asks(parsed: ParsedQuestion, clause: tuple[int, int]) -> bool:
    return parsed.vocabulary.has("question_word", parsed.text[clause[0] : clause[1]])


def _meant(parsed: ParsedQuestion) -> list[tuple[int, int]]:
    """Where everything stands that has a meaning for the figures."""
    found = [
        (parsed.place(tag), parsed.words[tag.end - 1].end)
        for tag in (*parsed.tags, *parsed.without)
        if tag.kind not in _WITHOUT_MEANING and not (tag.kind == "intent" and tag.value in _TALK)
    ]
    found += [(one.start, one.end) for one in (*parsed.named, *parsed.excluded)]
    found += [(one.start, one.end) for one in parsed.periods] + [(one.start, one.end) for one in parsed.computed]
    return found + [(one.start, one.end) for one in parsed.amounts] + [(one.start, one.end) for one in parsed.ages]


def _limits(parsed: ParsedQuestion, first: int, last: int, *, only_limits: bool = False) -> bool:
    """Whether a sentence has words that limit, or deny."""
    words = parsed.vocabulary.words
    limiting = words["limiting"] - words["negations"] if only_limits else words["negations"] | words["limiting"]
    return any(word.text in limiting for word in parsed.words if first <= word.start < last)


def _is_plain_verb(parsed: ParsedQuestion, word: QuestionWord) -> bool:
    """Whether an unknown word has the form of a verb, and the place of one that says nothing of its own."""
    vocabulary = parsed.vocabulary
    place = parsed.words.index(word)
    if _is_after_subject(parsed, place) and word.text.isalpha():
        return True
    if not vocabulary.may_be_verb(word.text) or len(parsed.named) > 1:
        return False
    before = [one.text for one in parsed.words[max(0, place - 3) : place]]
    if any(tag.kind in ("metric", "goal_cost") and tag.end == place for tag in parsed.tags):
        return False  # "vendas cancelaram": what is counted did it, so that it is a condition
    if before and before[-1] in vocabulary.words["before_nouns"] | set(level_words(vocabulary)):
        return False
    is_relative = any(one in vocabulary.words["relative"] for one in before[1:] or before)
    levels = level_words(vocabulary)
    if is_relative and any(one.text in levels for one in parsed.words[max(0, place - 4) : place]):
        return False
    return not _is_before_noun(parsed, place)


def _is_after_subject(parsed: ParsedQuestion, place: int) -> bool:
    """ "Que contas eu cuido": what follows a pronoun is a verb; a negation is none."""
    text, words = parsed.text[: parsed.words[place].start], parsed.vocabulary.words
    if parsed.words[place].text in words["negations"] | words["change_verbs"] | words["limiting"]:
        return False
    return parsed.vocabulary.expression(r"\b(?:{subject}) $").search(text) is not None


def _is_before_noun(parsed: ParsedQuestion, place: int) -> bool:
    """ "Boosted ads": before what is counted such a word is no verb but a condition."""
    tags = [tag for tag in parsed.tags if tag.start == place + 1]
    is_level = any(tag.kind == "dimension" and tag.value in LEVELS for tag in tags)
    is_next_left = any(one in parsed.left for one in parsed.words[place + 1 : place + 2])
    return is_next_left or is_level or any(tag.kind in ("metric", "goal_cost") for tag in tags)
