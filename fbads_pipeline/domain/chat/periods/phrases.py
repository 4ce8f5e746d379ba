"""Every kind of period that is understood, the more particular ones first, and what the text says of each.

How a language phrases a kind is in its lexicon (`periods`); what has the same form in all of them is a template here.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.periods import nth_days, readers
from fbads_pipeline.domain.chat.periods.dates import DateContext
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import RelativePeriod

_FROM = r"\b(?:(?:{range_open}) )*"
_TO = r" ?(?:{range_join}|-) ?(?:(?:{range_join_after}) )?"
_DAY = r"(?:(?:{day_prefix}) )?\d{1,2}(?:{day_ending})?"
_KINDS: tuple[tuple[str, readers.Reader, str | None], ...] = (
    ("nth_weekday_of_month", nth_days.nth_weekday_of_month, None),
    ("nth_weekend_of_month", nth_days.nth_weekend_of_month, None),
    ("after_day_number", nth_days.after_day_number, None),
    ("since_named_day", nth_days.since_named_day, None),
    ("all_time", readers.all_time, None),
    ("last_holiday", readers.last_holiday, None),
    ("weekend", readers.weekend, None),
    ("same_day_last_week", readers.fixed(RelativePeriod("day", 0, back=7)), None),
    ("weekday_range", readers.weekday_range, None),
    ("week_of_month", nth_days.week_of_month, None),
    ("weekday_of_week", readers.weekday_of_week, None),
    ("edge_of_month", nth_days.edge_of_month, None),
    ("weekday_before_last", readers.weekday_before_last, None),
    ("previous_weekday", readers.previous_weekday, None),
    ("beside_a_day", readers.beside_a_day, None),
    ("named_day", readers.named_day, r"\b(?:(?:{holiday_lead}) )*(?P<h>{holiday})(?: (?:{of} )?(?P<y>20\d\d))?(?!\w)"),
    ("since_earlier_unit", readers.since_unit(1), None),
    ("week_of", readers.week_of, None),
    ("same_part_of_earlier_unit", readers.same_part, None),
    ("year_ago", readers.fixed(RelativePeriod("year", 0, back=1)), None),
    ("date_range", readers.date_range, rf"{_FROM}(?P<a>{{date}}){_TO}(?P<b>{{date}})(?!\w)"),
    (
        "days_to_date",
        readers.date_range,
        rf"{_FROM}(?P<a>{_DAY}){_TO}(?P<b>{_DAY} (?:(?:{{of}}) )?{{month}}(?:,? (?:(?:{{of}}) )?20\d\d)?|"
        r"\d{1,2}/\d{1,2}(?:/\d{2,4})?)(?!\w)",
    ),
    ("days_of_named_month", readers.days_of_named_month, None),
    ("days_of_month", readers.days_of_month, None),
    ("after_date", readers.after_date, None),
    ("until_yesterday", readers.until_yesterday, None),
    ("since_date", readers.since_date, None),
    ("since_day_number", readers.since_day_number, None),
    ("since_month", readers.since_month, None),
    ("until_day_number", readers.until_day_number, None),
    ("week_of_day_number", readers.week_of_day_number, None),
    ("since_weekday", readers.since_weekday, None),
    ("since_unit_start", readers.since_unit(0), None),
    ("days_before_those", readers.days_before_those, None),
    ("last_units", readers.last_units, None),
    ("last_days_short", readers.last_days, None),
    ("units_ago", readers.units_ago, None),
    ("unit_before_last", readers.units_back(2), None),
    ("day_before_yesterday", readers.fixed(RelativePeriod("day", 2)), None),
    ("last_unit", readers.units_back(1), None),
    ("unit_before", readers.unit_before, None),
    ("this_unit", readers.units_back(0), None),
    ("month_to_date", readers.fixed(RelativePeriod("month", 0)), None),
    ("quarter_to_date", readers.fixed(RelativePeriod("quarter", 0)), None),
    ("year_to_date", readers.fixed(RelativePeriod("year", 0)), None),
    ("week_to_date", readers.fixed(RelativePeriod("week", 0)), None),
    ("half_year", readers.half_year, None),
    ("half_month", readers.half_month, None),
    ("last_half_month", readers.last_half_month, None),
    ("quarter", readers.quarter, None),
    ("months_range", readers.months_range, None),
    ("one_day", readers.one_day, r"\b(?:(?:{date_lead}) )*(?P<a>{date})(?!\w)"),
    ("day_number", readers.day_number, None),
    (
        "long_month",
        readers.month_named,
        r"\b(?:(?:{month_lead}) )*(?P<m>{long_month})(?P<ly> (?:{of_last_year}))?{year}(?!\w)",
    ),
    (
        "short_month",
        readers.month_named,
        r"\b(?:(?:{month_lead}|{short_month_lead}) )+(?P<m>{short_month})\b(?P<ly> (?:{of_last_year}))?{year}(?!\w)",
    ),
    (
        "short_month_of_year",
        readers.month_named,
        r"\b(?P<m>{short_month})(?P<ly>\b)? ?(?:(?:{of}) |/|')? ?(?P<y>20\d\d)\b",
    ),
    ("led_year", readers.whole_year, r"\b(?:(?:{year_lead}) )+(?P<y>20\d\d)\b"),
    ("weekday", readers.weekday, None),
    ("bare_year", readers.whole_year, r"(?<![\w/-])(?P<y>20\d\d)(?![\w/-])"),
    ("unit_now", readers.units_back(0), None),
)
LEXICON_KINDS = frozenset(kind for kind, _, template in _KINDS if template is None)


@dataclass(frozen=True)
class FoundPeriod:
    """A period in a text: its first and last character (not included), whether it only says "the one before", and the
    kind of phrase that says it."""

    start: int
    end: int
    period: RelativePeriod
    is_relative: bool = False
    kind: str = ""


def find_periods(text: str, context: DateContext) -> list[FoundPeriod]:
    """Every period in a folded question, in the order of the text; none overlaps another.

    Raises AmbiguousDate and ImpossibleDate.
    """
    found: list[FoundPeriod] = []
    taken = [False] * (len(text) + 1)
    for kind, pattern, read in _expressions(context.vocabulary):
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            period = read(match, context)
            if period is None:
                continue
            found.append(FoundPeriod(match.start(), match.end(), period, period.back > 0, kind))
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    return _ranges(sorted(found, key=lambda one: one.start), text, context)


def _ranges(found: list[FoundPeriod], text: str, context: DateContext) -> list[FoundPeriod]:
    """Two days that "until" joins as the stretch from one to the other: "de terça até ontem"."""
    joins = context.vocabulary.expression(r" ?(?:{range_to})(?: (?:the|o|a))? ?")
    made: list[FoundPeriod] = []
    for one in found:
        before = made[-1] if made else None
        opens = before is not None and (before.period.kind == "since" or _are_days(before))
        if before is not None and opens and _are_days(one) and joins.fullmatch(text[before.end : one.start]):
            (first, _), (_, last) = (resolve(each.period, context.today) for each in (before, one))
            if first < last:
                period = RelativePeriod("between", first=first, last=last)
                made[-1] = FoundPeriod(before.start, one.end, period, kind="date_range")
                continue
        made.append(one)
    return made


def _are_days(*some: FoundPeriod) -> bool:
    """Whether each is one day, by itself."""
    is_day = [
        one.period.kind == "day" or (one.period.first is not None and one.period.first == one.period.last)
        for one in some
    ]
    return all(is_day) and not any(one.is_relative for one in some)


@lru_cache(maxsize=8)
def _expressions(vocabulary: Vocabulary) -> list[tuple[str, re.Pattern[str], readers.Reader]]:
    return [
        (kind, pattern, read)
        for kind, read, template in _KINDS
        for pattern in ([vocabulary.expression(template)] if template else vocabulary.period_expressions(kind))
    ]
