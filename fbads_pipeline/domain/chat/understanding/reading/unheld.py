"""What a question says and no plan can hold: days and hours that are left out, a day for each object, multiples.

Each would leave a plan that looks whole: it is kept with what is set against something, so that the answer names it.
"""

from fbads_pipeline.domain.chat.periods.phrases import FoundPeriod
from fbads_pipeline.domain.chat.understanding.figures.bounds import metric_tags
from fbads_pipeline.domain.chat.understanding.question import ObjectMention, ParsedQuestion

_LEFT_OUT = r"\b(?P<out>{excluding})(?: (?:{before_excluded}))*\W*$"
_NAMED_SO = r"\b(?:{naming}) (?P<name>\w+)"
_AVERAGE_OF = r"\b(?:{average_of})(?: (?:{before_excluded}))*(?: \d+)? (?:{ranking_words})\b"
_PAIRS = 2
_MONTHS = ("long_month", "short_month", "short_month_of_year")
_PARTS_OF_MONTHS = ("edge_of_month", "half_month", "week_of_month")


def read_unheld(parsed: ParsedQuestion) -> None:
    """Keep the words of each among what is set against something."""
    said = [*_days_left_out(parsed), *_hours_left_out(parsed), *_days_of_each(parsed), *_names_by_a_part(parsed)]
    said += [*_parts_of_two_months(parsed), *_two_sets_of_weekdays(parsed)]
    for name in (r"\b(?:{multiples})\b", _AVERAGE_OF):
        said += [match.group() for match in parsed.vocabulary.expression(name).finditer(parsed.text)]
    parsed.against += said


def _days_left_out(parsed: ParsedQuestion) -> list[str]:
    """ "De 10 a 14, menos dia 12": a day that the others are without. "Gastou menos ontem" leaves nothing out."""
    found = []
    said = [one for one in parsed.periods if not one.is_relative]
    for one in said:
        match = parsed.vocabulary.expression(_LEFT_OUT).search(parsed.text[: one.start])
        if match is None:
            continue
        is_less = parsed.vocabulary.expression("(?:{less_words})").fullmatch(match["out"]) is not None
        is_among_others = any(other.start < one.start for other in said)
        if not is_less or (is_among_others and not parsed.has("comparison", "pair")):
            found.append(parsed.text[match.start("out") : one.end].strip())
    return found


def _hours_left_out(parsed: ParsedQuestion) -> list[str]:
    """ "Sem a madrugada", "excluding Sunday morning": hours that are left out, by themselves or of a day."""
    if not parsed.said_hours:
        return []
    start = parsed.text.find(parsed.said_hours)
    before = parsed.text[:start]
    out = parsed.vocabulary.expression(_LEFT_OUT).search(before)
    days = parsed.said_weekdays
    is_of_days = bool(days) and before.rstrip().endswith(days) and parsed.vocabulary.has("excluding", days)
    return [parsed.said_hours] if out is not None or is_of_days else []


def _days_of_each(parsed: ParsedQuestion) -> list[str]:
    """ "A Loja Aurora ontem e a Northwind anteontem": two questions in one, each object with days of its own."""
    said: list[FoundPeriod | ObjectMention] = list(parsed.periods)
    if len(said) != _PAIRS or parsed.has("comparison") or parsed.has("intent", "why") or parsed.against:
        return []
    named = [one for one in parsed.named if one.objects]
    levels = {one.objects[0].level for one in named}
    order = [isinstance(one, ObjectMention) for one in sorted([*named, *said], key=lambda one: one.start)]
    is_each = len(levels) == 1 and order in ([True, False, True, False], [False, True, False, True])
    tags = metric_tags(parsed)
    metrics = [*((parsed.place(tag), True) for tag in tags), *((one.start, False) for one in said)]
    is_each |= len({tag.value for tag in tags}) == _PAIRS and [one for _, one in sorted(metrics)] == [True, False] * 2
    return [parsed.text[said[-1].start : said[-1].end].strip()] if is_each else []


def _parts_of_two_months(parsed: ParsedQuestion) -> list[str]:
    """ "Os primeiros 10 dias de outubro e de novembro": as many days of the second month are meant, and none said."""
    parts = [one for one in parsed.periods if one.kind in _PARTS_OF_MONTHS]
    whole = [one for one in parsed.periods if one.kind in _MONTHS and any(one.start > part.end for part in parts)]
    return [parsed.text[one.start : one.end].strip() for one in whole]


def _two_sets_of_weekdays(parsed: ParsedQuestion) -> list[str]:
    """ "Weekends vs weekdays": two sets of days of the week side by side."""
    if not parsed.weekdays or not parsed.has("comparison", "pair"):
        return []
    return [tag.said for tag in parsed.of("dimension") if tag.value == "weekday"]


def _names_by_a_part(parsed: ParsedQuestion) -> list[str]:
    """ "Campaigns named sale": a word of names, which is looked for as a name alone and has no other meaning."""
    return [
        match.group()
        for match in parsed.vocabulary.expression(_NAMED_SO).finditer(parsed.text)
        if not any(one.start <= match.start("name") < one.end for one in (*parsed.named, *parsed.excluded))
    ]
