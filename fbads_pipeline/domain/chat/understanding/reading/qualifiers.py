"""Words that limit what is counted though something else knows them: "leads convertidos", "first-time", "duas vezes".

Each of them would be passed over, or taken for a figure beside the one that is asked for. They are asked back instead.
"""

import re

from fbads_pipeline.domain.chat.understanding.figures.bounds import is_rate, metric_tags, none_words
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag, QuestionWord

_COMPOUND = re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+)+(?![\w-])")


def read_qualifiers(parsed: ParsedQuestion) -> None:
    """Put them among the words that are left, and no meaning on them."""
    for tag in _verbs_that_qualify(parsed):
        parsed.tags.remove(tag)
        _leave(parsed, parsed.words[tag.start : tag.end])
    for words in _half_known_compounds(parsed):
        _leave(parsed, words)
        parsed.periods = [one for one in parsed.periods if not words[0].start <= one.start < words[-1].end]
    _leave(parsed, _times(parsed))


def _leave(parsed: ParsedQuestion, words: list[QuestionWord]) -> None:
    parsed.qualifying += words
    parsed.left = sorted({*parsed.left, *words}, key=lambda word: word.start)


def _verbs_that_qualify(parsed: ParsedQuestion) -> list[PhraseTag]:
    """ "Leads convertidos", "spend of campaigns that sold": a verb right after what is counted, or after "that"."""
    tags, vocabulary = metric_tags(parsed), parsed.vocabulary
    roles = parsed.has("rank") or parsed.has("comparison") or is_rate(parsed) or bool(parsed.amounts or parsed.computed)
    roles = roles or any(none_words(tag, parsed) for tag in tags)
    if len({tag.value for tag in tags}) < 2 or roles or vocabulary.has("costs_each", parsed.text):  # noqa: PLR2004
        return []
    found = []
    for tag in tags:
        before = parsed.words[tag.start - 1].text if tag.start else ""
        is_after = any(other.end == tag.start and other.value != tag.value for other in tags)
        qualifies = is_after or before in vocabulary.words["relative"]
        if qualifies and vocabulary.is_verb(tag.said.split()[-1]):
            found.append(tag)
    return found


def _half_known_compounds(parsed: ParsedQuestion) -> list[list[QuestionWord]]:
    """ "First-time", of which "first" was taken for a day: a word joined by hyphens means what it says as a whole."""
    found = []
    taken = [(one.start, one.end) for one in (*parsed.named, *parsed.excluded)]
    spans = [(parsed.place(tag), parsed.words[tag.end - 1].end) for tag in (*parsed.tags, *parsed.without)]
    spans += [(one.start, one.end) for one in parsed.periods] + [(one.start, one.end) for one in parsed.amounts]
    for match in _COMPOUND.finditer(parsed.text):
        words = [word for word in parsed.words if match.start() <= word.start < match.end()]
        if any(a <= match.start() and match.end() <= b for a, b in (*taken, *spans)):
            continue
        known = [any(a < word.end and word.start < b for a, b in spans) for word in words]
        passed = [
            word
            for word, is_known in zip(words, known, strict=True)
            if not is_known and word.text not in parsed.vocabulary.words["before_nouns"]
        ]
        if any(known) and passed and not any(a < match.end() and match.start() < b for a, b in taken):
            found.append(words)
    return found


def _times(parsed: ParsedQuestion) -> list[QuestionWord]:
    """ "Duas vezes", "3 times": how often something was done is a condition, and no number of rows."""
    places = [match.span("times") for match in parsed.vocabulary.expression(_TIMES).finditer(parsed.text)]
    taken = [(parsed.place(tag), parsed.words[tag.end - 1].end) for tag in parsed.tags if tag.kind == "metric"]
    return [
        word
        for word in parsed.words
        if any(a <= word.start < b for a, b in places) and not any(a <= word.start < b for a, b in taken)
    ]


_TIMES = r"\b(?:{count}) (?P<times>{how_many_times})\b"
