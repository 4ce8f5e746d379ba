"""Comparisons that name no number.

"Acima do de ontem" sets a day against another. "Com CPA maior que o da Spring Sale" and "acima da média" are bounds of
the rows that the question asks for, and figures themselves; without such rows nothing is measured by them.
"""

import re
from collections.abc import Iterator

from fbads_pipeline.domain.chat.plan import LEVELS, Plan
from fbads_pipeline.domain.chat.understanding.figures.bounds import metric_tags
from fbads_pipeline.domain.chat.understanding.figures.groups import introduces_name
from fbads_pipeline.domain.chat.understanding.question import (
    BoundDirection,
    ComputedBound,
    ObjectMention,
    ParsedQuestion,
)
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag, QuestionWord

_DIRECTIONS: tuple[BoundDirection, ...] = ("at_least", "at_most", "above", "below", "better", "worse")
# The words of each direction; of those that come apart ("a higher CPC than …") the second part is named.
_WORDS = {
    "at_least": r"\b(?:{at_least})\b",
    "at_most": r"\b(?:{at_most})\b",
    "above": r"\b(?:{above})\b|\b(?:{more_words})(?= (?:\w+ ){1,4}(?P<then>{than_words})\b)",
    "below": r"\b(?:{below})\b|\b(?:{less_words})(?= (?:\w+ ){1,4}(?P<then>{than_words})\b)",
    "better": r"\b(?:{better_than})\b|\b(?:{better_words})(?= (?:\w+ ){1,4}(?P<then>{than_words})\b)",
    "worse": r"\b(?:{worse_than})\b|\b(?:{worse_words})(?= (?:\w+ ){1,4}(?P<then>{than_words})\b)",
}
# Meanings that a comparison can be a part of without being one itself.
_ITSELF = ("rank", "comparison", "average", "exclusion")
_TAIL = 3
_SHORT = 10


def read_comparators(parsed: ParsedQuestion, last: Plan | None = None) -> None:
    """Mark a comparison with a stretch of days as one, and keep what is set against an object or an average.

    last: the plan of the turn before, whose rows "só as que estão acima da média" bounds.
    """
    for direction, match in _matches(parsed):
        start, end = match.span()
        spans = [(start, end)]
        if "then" in match.re.groupindex and match["then"]:
            spans.append(match.span("then"))
        end = spans[-1][1]
        if _is_taken(parsed, start, spans[0][1]):
            continue
        follows = _follows(parsed, end, spans)
        if any(one.start <= follows < one.end for one in parsed.periods):
            if direction in ("better", "worse") and not any(one.value in LEVELS for one in parsed.of("dimension")):
                parsed.tags = [
                    one for one in parsed.tags if one.kind != "rank" or parsed.place(one) not in range(start, end)
                ]
            if len(spans) == 1:
                _set_against_days(parsed, start, end)
            elif not any(tag.value in LEVELS for tag in parsed.of("dimension")):
                _set_against_days(parsed, *spans[-1])
        elif _is_against(parsed, start, follows):
            _set_against(parsed, direction, spans, follows, last)
    _refuse_order_of_one(parsed)


def _matches(parsed: ParsedQuestion) -> Iterator[tuple[BoundDirection, re.Match[str]]]:
    """The comparisons of the text, none within another one."""
    taken: list[tuple[int, int]] = []
    for direction in _DIRECTIONS:
        for match in parsed.vocabulary.expression(_WORDS[direction]).finditer(parsed.text):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                yield direction, match


def _follows(parsed: ParsedQuestion, end: int, spans: list[tuple[int, int]]) -> int:
    """Where the words begin that something is set against: after small words, the metric said again ("o CPA da …") and
    the level of a name."""
    passed = [tag for tag in metric_tags(parsed) if tag.start and parsed.place(tag) >= end]
    again = {parsed.place(tag) for tag in passed if any(one.value == tag.value for one in metric_tags(parsed)[:1])}
    levels = {parsed.place(tag) for tag in parsed.of("dimension") if tag.value in LEVELS}
    skipped: set[int] = set()
    for tag in parsed.tags:
        if parsed.place(tag) in again | levels:
            skipped |= {parsed.words[place].start for place in range(tag.start, tag.end)}
    after = [word for word in parsed.words if word.start >= end and _matters(parsed, word)]
    for word in after:
        if word.start not in skipped or _named_at(parsed, word.start) is not None:
            return word.start
    return -1


def _is_against(parsed: ParsedQuestion, start: int, follows: int) -> bool:
    """Whether an object that nothing else is set beside, or an average, follows."""
    is_object = _named_at(parsed, follows) is not None
    is_average = any(tag.kind == "average" and parsed.place(tag) == follows for tag in parsed.tags)
    return is_average or (is_object and not _are_side_by_side(parsed, start))


def _set_against(
    parsed: ParsedQuestion, direction: BoundDirection, spans: list[tuple[int, int]], follows: int, last: Plan | None
) -> None:
    """Keep the bound, and take its words out of the question; without rows to bound it is only kept as not held."""
    mention = _named_at(parsed, follows)
    said = parsed.text[spans[0][0] : spans[0][1]]
    tail = [] if mention is not None else _tail_of_average(parsed, follows)
    rows = [
        tag
        for tag in parsed.of("dimension")
        if tag.value in LEVELS and tag not in tail and not _names(parsed, tag, mention)
    ]
    known = last if last is not None and len(parsed.words) <= _SHORT and set(last.dimensions) & set(LEVELS) else None
    asks = (
        bool(rows)
        or parsed.vocabulary.has("which_ones", parsed.text)
        or known is not None
        or (mention is not None and parsed.vocabulary.has("which", parsed.text))
    )
    metric = known.metrics[0] if known is not None and known.metrics else ""
    if mention is not None and parsed.vocabulary.expression("(?:{inside_of})").fullmatch(said) is not None:
        asks = parsed.text[mention.end :].startswith("'s")  # "spend under Spring Sale": within it as often as below its
    if not asks or (mention is not None and len(mention.objects) > 1) or not (metric_tags(parsed) or metric):
        parsed.against.append(said)
        return
    parsed.computed.append(ComputedBound(spans[0][0], spans[-1][1], direction, said, mention, metric))
    if mention is not None:
        parsed.named.remove(mention)
    within = [(a, b) for a, b in spans]
    averages = [tag for tag in parsed.of("average") if parsed.place(tag) >= spans[0][0]] if mention is None else []
    naming = [tag for tag in parsed.of("dimension") if mention is not None and _names(parsed, tag, mention)]
    dropped = [*tail, *averages, *naming]
    parsed.tags = [
        tag
        for tag in parsed.tags
        if tag not in dropped and not (tag.kind in _ITSELF and any(a <= parsed.place(tag) < b for a, b in within))
    ]
    parsed.left = [word for word in parsed.left if not any(a <= word.start < b for a, b in within)]


def _named_at(parsed: ParsedQuestion, place: int) -> ObjectMention | None:
    """What the word that begins there names, in quotes or without."""
    return next((one for one in parsed.named if one.start <= place < one.end), None)


def _tail_of_average(parsed: ParsedQuestion, follows: int) -> list[PhraseTag]:
    """The level that the average is said to be of: "acima da média da conta", "above the account average"."""
    place = next(number for number, word in enumerate(parsed.words) if word.start == follows)
    beside = [tag for tag in parsed.of("dimension") if tag.value in LEVELS and tag.start > 0]
    first = min((tag.start for tag in parsed.of("dimension") if tag.value in LEVELS), default=0)
    return [tag for tag in beside if tag.start != first and -_TAIL <= tag.start - place <= _TAIL]


def _names(parsed: ParsedQuestion, tag: PhraseTag, mention: ObjectMention | None) -> bool:
    """Whether the level only introduces the name that something is set against: "que a campanha Spring Sale"."""
    if mention is None:
        return False
    end = parsed.words[tag.end - 1].end
    return 0 <= mention.start - end <= 5


def _refuse_order_of_one(parsed: ParsedQuestion) -> None:
    """ "Quais campanhas com CPA melhor … Spring Sale": an order of the rows of one named object orders nothing, so that
    what the name is set against was not understood."""
    if parsed.computed or not parsed.has("rank") or parsed.has("comparison"):
        return
    levels = {tag.value for tag in parsed.of("dimension") if not introduces_name(parsed, tag)}
    for one in parsed.named:
        is_one = len(one.objects) == 1 and one.objects[0].level in levels and one.objects[0].level != "account"
        if is_one and len(parsed.named) == 1:
            parsed.against.append(one.said)


def _matters(parsed: ParsedQuestion, word: QuestionWord) -> bool:
    """Whether the word is more than a small one: it begins a phrase with a meaning, or is none of the small words."""
    begins = {parsed.place(tag) for tag in parsed.tags}
    return (
        word.start in begins
        or _named_at(parsed, word.start) is not None
        or word.text not in parsed.vocabulary.words["stopwords"]
    )


def _is_taken(parsed: ParsedQuestion, start: int, end: int) -> bool:
    """Whether the words belong to an amount, a name, a period, or another meaning."""
    others = [
        (one.start, one.end) for some in (parsed.amounts, parsed.named, parsed.periods, parsed.ages) for one in some
    ]
    others += [(parsed.place(tag), parsed.words[tag.end - 1].end) for tag in parsed.tags if tag.kind not in _ITSELF]
    return any(a <= start < b for a, b in others)


def _are_side_by_side(parsed: ParsedQuestion, start: int) -> bool:
    """Whether another object of the same level is named before: "a Northwind gastou mais que a Loja Aurora"."""
    after = {one.objects[0].level for one in parsed.named if one.start > start}
    return any(one.start < start and one.objects[0].level in after for one in parsed.named)


def _set_against_days(parsed: ParsedQuestion, start: int, end: int) -> None:
    places = [place for place, word in enumerate(parsed.words) if start <= word.start < end]
    used = {place for tag in parsed.tags for place in range(tag.start, tag.end)}
    levels = [tag for tag in parsed.of("dimension") if tag.value in LEVELS and not introduces_name(parsed, tag)]
    if levels and used.intersection(places):  # "campanhas que venderam menos que ontem": a bound of each row
        parsed.against.append(parsed.text[start:end])
    if not places or parsed.has("comparison") or used.intersection(places):
        return
    parsed.tags.append(PhraseTag("comparison", "pair", places[0], places[-1] + 1, parsed.text[start:end]))
    parsed.left = [word for word in parsed.left if not start <= word.start < end]
