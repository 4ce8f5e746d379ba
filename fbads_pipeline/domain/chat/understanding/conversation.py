"""Greetings, help and definitions: what is answered without figures."""

from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.understanding.figures.bounds import metric_tags
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion
from fbads_pipeline.domain.chat.understanding.subjects import SUBJECTS

# Of a longer question with days, names or unknown words "how does it work" is no more than a part.
_SHORT = 8
_DEFINED = r"^(?:\W*(?:(?:{before_definition}) )*)(?:{definition})"
_EXPLAINED = r"^(?:(?:{before_explanation}) )*(?:{explanation})"


def conversation(parsed: ParsedQuestion) -> Plan | None:
    """Greetings, help, and definitions: no figures."""
    if parsed.has("metric") or parsed.has("goal_cost"):
        return _definition(parsed)
    busy = parsed.periods or parsed.named or parsed.amounts or parsed.left or parsed.missing
    said = {tag.value for tag in parsed.of("intent")}
    if not busy and said == {"greeting"} and not parsed.has("dimension"):
        return Plan("greeting")
    if "help" in said and not (said & set(SUBJECTS)) and not (busy and len(parsed.words) > _SHORT):
        return Plan("help")
    return None


def _definition(parsed: ParsedQuestion) -> Plan | None:
    vocabulary, text = parsed.vocabulary, parsed.text
    difference = _difference_of_words(parsed)
    if difference is not None:
        return difference
    is_explained = vocabulary.expression(_EXPLAINED).match(text) is not None
    is_defined = vocabulary.expression(_DEFINED).match(text) is not None or vocabulary.has("meaning", text)
    busy = parsed.periods or parsed.named or parsed.amounts or parsed.has("dimension") or parsed.has("rank")
    if not (is_explained or is_defined) or busy or parsed.left or parsed.missing or parsed.has("comparison"):
        return None
    if parsed.has("intent", "why") and not is_explained:
        return None
    metrics = tuple(dict.fromkeys(tag.value for tag in parsed.of("metric")))
    return Plan("definition", metrics=metrics or ("cpa",))


def _difference_of_words(parsed: ParsedQuestion) -> Plan | None:
    """ "What is the difference between CPA and CPL?": both definitions, where nothing limits figures."""
    if parsed.vocabulary.expression(r"\b(?:{difference_between})\b").search(parsed.text) is None:
        return None
    metrics = tuple(dict.fromkeys(tag.value for tag in metric_tags(parsed) if tag.kind == "metric"))
    costs = tuple(dict.fromkeys(tag.value for tag in metric_tags(parsed) if tag.kind == "goal_cost"))
    busy = parsed.periods or parsed.named or parsed.amounts or parsed.has("rank") or parsed.missing or parsed.left
    if busy or parsed.has("dimension") or parsed.has("segment") or len(metrics) + len(costs) < 2:  # noqa: PLR2004
        return None
    return Plan("definition", metrics=tuple(dict.fromkeys((*metrics, *(("cpa",) if costs else ())))))
