"""What a question says and no plan can hold: days and hours that are left out, a day for each object, multiples.

Each would leave a plan that looks whole: it is kept with what is set against something, so that the answer names it.
"""

from itertools import pairwise

from fbads_pipeline.domain.chat.periods.phrases import FoundPeriod
from fbads_pipeline.domain.chat.plan import LEVELS
from fbads_pipeline.domain.chat.understanding.figures.bounds import metric_tags
from fbads_pipeline.domain.chat.understanding.question import ObjectMention, ParsedQuestion

_LEFT_OUT = r"\b(?P<out>{excluding})(?: (?:{before_excluded}))*\W*$"
_NAMED_SO = r"\b(?:{naming}) (?P<name>\w+)"
_AVERAGE_OF = r"\b(?:{average_of})(?: (?:{before_excluded}))*(?: \d+)? (?:{ranking_words})\b"
_PAIRS = 2
# Characters between what happened and its days.
_NEXT = 4
_MONTHS = ("long_month", "short_month", "short_month_of_year")
_PARTS_OF_MONTHS = ("edge_of_month", "half_month", "week_of_month", "days_to_date", "days_of_named_month", "one_day")
_STEPS = ("day", "week", "month", "hour")


def read_unheld(parsed: ParsedQuestion) -> None:
    """Keep the words of each among what is set against something."""
    said = [*_days_left_out(parsed), *_hours_left_out(parsed), *_days_of_each(parsed), *_names_by_a_part(parsed)]
    said += [*_parts_of_two_months(parsed), *_two_sets_of_weekdays(parsed), *_sums_that_go_on(parsed)]
    said += [*_two_changes(parsed), *_one_metric_above_another(parsed), *_others_of_an_account(parsed)]
    said += [*_all_against_one(parsed), *_subtracted(parsed), *_until_a_part_of_a_day(parsed), *_happened(parsed)]
    said += [*_between_named_days(parsed), *_workdays_against_weekends(parsed)]
    said += _counted_twice(parsed)
    for name in (r"\b(?:{multiples})\b", _AVERAGE_OF):
        said += [match.group() for match in parsed.vocabulary.expression(name).finditer(parsed.text)]
    parsed.against += said


def _counted_twice(parsed: ParsedQuestion) -> list[str]:
    """ "Quantas campanhas tem e quantas estão ativas": two counts of objects, of which a list has one."""
    counts = [tag for tag in parsed.of("intent") if tag.said in parsed.vocabulary.words["how_many"]]
    return [counts[1].said] if len(counts) > 1 and parsed.has("status") and not metric_tags(parsed) else []


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


def _sums_that_go_on(parsed: ParsedQuestion) -> list[str]:
    """ "Vendas acumuladas por dia": each row with those before it; without rows it is the sum that there is anyway."""
    match = parsed.vocabulary.expression(r"\b(?:{cumulative})\b").search(parsed.text)
    steps = any(tag.value in _STEPS for tag in parsed.of("dimension"))
    return [match.group()] if match is not None and steps else []


def _two_changes(parsed: ParsedQuestion) -> list[str]:
    """ "Quais campanhas melhoraram o CPA mas gastaram menos": two changes that both are conditions of a list."""
    metrics = {tag.value for tag in metric_tags(parsed)}
    moved = [tag for tag in parsed.of("comparison") if tag.value == "moved"]
    also = moved[1:] or [tag for tag in parsed.of("rank") if tag.value in ("most", "least")]
    lists = any(tag.value in LEVELS for tag in parsed.of("dimension"))
    if not (lists and moved and also) or len(metrics) < _PAIRS or parsed.has("intent", "why"):
        return []
    between = sorted((moved[0].end, moved[0].start, also[0].start, also[0].end))
    words = [word.text for word in parsed.words[between[1] : between[2]]]
    joins = parsed.vocabulary.expression(r"(?:{and}|{but})")
    return [also[0].said] if any(joins.fullmatch(one) for one in words) else []


def _one_metric_above_another(parsed: ParsedQuestion) -> list[str]:
    """ "Mais vendas que cliques": a bound of one metric that is another one of the same row."""
    tags = metric_tags(parsed)
    more = parsed.vocabulary.expression(r"\b(?:{more_words}|{less_words}) $")
    than = parsed.vocabulary.expression(r" (?:do )?(?:{than_words}) ")
    for one, other in pairwise(tags):
        between = parsed.text[parsed.words[one.end - 1].end : parsed.place(other)]
        if one.value != other.value and more.search(parsed.text[: parsed.place(one)]) and than.fullmatch(between):
            return [parsed.text[parsed.place(one) : parsed.words[other.end - 1].end]]
    return []


def _others_of_an_account(parsed: ParsedQuestion) -> list[str]:
    """ "As outras campanhas da conta": of the account of what the question before was about."""
    match = parsed.vocabulary.expression(r"\b(?:{of_its_account})\b").search(parsed.text)
    is_named = any(one.objects[0].level == "account" for one in parsed.named)
    return [match.group()] if match is not None and not is_named else []


def _all_against_one(parsed: ParsedQuestion) -> list[str]:
    """ "A gastou mais que B e C juntas": one object beside several that are added up."""
    match = parsed.vocabulary.expression(r"\b(?:{added_up})\b").search(parsed.text)
    than = parsed.vocabulary.expression(r"\b(?:{than_words})\b").search(parsed.text)
    compares = parsed.has("comparison", "pair") or parsed.has("rank", "most") or parsed.has("rank", "least")
    are_several = match is not None and sum(one.end <= match.start() for one in parsed.named) >= _PAIRS
    is_after = match is not None and than is not None and than.start() < match.start()
    return [match.group()] if match is not None and compares and are_several and is_after else []


def _subtracted(parsed: ParsedQuestion) -> list[str]:
    """ "O gasto da Loja Aurora menos o da Northwind": an account that is taken from another, and is no part of it."""
    accounts = {one.objects[0].account_id for one in parsed.named}
    return [
        one.said
        for one in parsed.excluded
        if accounts and one.objects[0].level == "account" and one.objects[0].account_id not in accounts
    ]


def _until_a_part_of_a_day(parsed: ParsedQuestion) -> list[str]:
    """ "De segunda até hoje de manhã": where a stretch of several days ends, not a part of each of them."""
    if not parsed.said_hours:
        return []
    before = parsed.text[: parsed.text.find(parsed.said_hours)]
    match = parsed.vocabulary.expression(r"\b(?:{until_when}) (?:(?:{day_word}|{weekday}) ?)$").search(before)
    begins = [one for one in parsed.periods if match is None or one.start < match.start()]
    return [parsed.said_hours] if match is not None and begins else []


def _happened(parsed: ParsedQuestion) -> list[str]:
    """ "O gasto das que foram pausadas semana passada": what happened then; only the state now is held."""
    if not parsed.has("status") or not parsed.periods or not metric_tags(parsed):
        return []
    match = parsed.vocabulary.expression(r"\b(?:{happened})\b").search(parsed.text)
    ends = [one.start for one in parsed.periods if match is not None and 0 <= one.start - match.end() <= _NEXT]
    return [match.group()] if match is not None and ends else []


def _between_named_days(parsed: ParsedQuestion) -> list[str]:
    """ "Entre o Natal e o Ano Novo": from one day that has a name to another."""
    pattern = r"\b(?:{between_days}) (?:[oa] |the )?(?:{holiday}) (?:{and}|{until_when}) (?:[oa] |the )?(?:{holiday})\b"
    match = parsed.vocabulary.expression(pattern).search(parsed.text)
    return [match.group()] if match is not None else []


def _workdays_against_weekends(parsed: ParsedQuestion) -> list[str]:
    """ "Weekday vs weekend", "fim de semana contra dia útil": two sets of days of the week."""
    if not parsed.has("comparison", "pair") and not parsed.has("rank"):
        return []
    work, end = r"(?:{workdays}|{one_workday})", r"(?:{weekends}|{one_weekend})"
    joined = r" (?:\w+ ){0,3}?"
    both = rf"\b(?:{work}{joined}{end}|{end}{joined}{work})\b"
    match = parsed.vocabulary.expression(both).search(parsed.text)
    return [match.group()] if match is not None else []
