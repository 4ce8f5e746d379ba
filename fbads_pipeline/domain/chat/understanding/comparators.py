"""Comparisons that name no number.

"Acima do de ontem" sets a day against another; "mais que a Spring Sale" and "acima da média" are bounds that no plan
holds.
"""

from fbads_pipeline.domain.chat.plan import LEVELS
from fbads_pipeline.domain.chat.understanding.figures.groups import introduces_name
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag, QuestionWord

_COMPARED = r"\b(?:{above}|{below}|{at_least}|{at_most})\b"
# Meanings that a comparison can be a part of without being one itself.
_ITSELF = ("rank", "comparison", "average")


def read_comparators(parsed: ParsedQuestion) -> None:
    """Mark a comparison with a stretch of days as one, and keep what is set against an object or an average."""
    for match in parsed.vocabulary.expression(_COMPARED).finditer(parsed.text):
        start, end = match.span()
        if _is_taken(parsed, start, end):
            continue
        follows = min((word.start for word in parsed.words if word.start >= end and _matters(parsed, word)), default=-1)
        if any(one.start <= follows < one.end for one in parsed.periods):
            _set_against_days(parsed, start, end)
        elif _is_against(parsed, start, follows):
            parsed.against.append(parsed.text[start:end])


def _is_against(parsed: ParsedQuestion, start: int, follows: int) -> bool:
    """Whether an object that nothing else is set beside, or an average, follows."""
    is_object = any(one.start == follows for one in parsed.named)
    is_average = any(tag.kind == "average" and parsed.place(tag) == follows for tag in parsed.tags)
    return is_average or (is_object and not _are_side_by_side(parsed, start))


def _matters(parsed: ParsedQuestion, word: QuestionWord) -> bool:
    """Whether the word is more than a small one: it begins a phrase with a meaning, or is none of the small words."""
    begins = {parsed.place(tag) for tag in parsed.tags}
    return word.start in begins or word.text not in parsed.vocabulary.words["stopwords"]


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
