"""Days by their place in a month: "a última sexta de outubro", "the first week of November"."""

import re
from datetime import date, timedelta

from fbads_pipeline.domain.chat.periods.dates import DateContext, ImpossibleDate
from fbads_pipeline.domain.chat.periods.holidays import named_day
from fbads_pipeline.domain.chat.periods.readers import counted, day_number, month_of, ordinal
from fbads_pipeline.domain.chat.periods.resolution import ends
from fbads_pipeline.domain.chat.plan import RelativePeriod

_SATURDAY = 5


def nth_weekday_of_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """That day alone; a fifth one that the month does not have is none."""
    day = _nth(match, context.vocabulary.weekdays[match["w"]], context)
    return RelativePeriod("between", first=day, last=day)


def nth_weekend_of_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """A Saturday and its Sunday. Where a month shares its last one with the next, nothing is guessed."""
    saturday = _nth(match, _SATURDAY, context)
    sunday = saturday + timedelta(days=1)
    if match["end"] and sunday.month != saturday.month:
        raise ImpossibleDate(match.group().strip())
    return RelativePeriod("between", first=saturday, last=sunday)


def week_of_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The first, second … seven days of a month; the last ones are its last seven."""
    month = month_of(match, context)
    if match["end"]:
        last = ends("month", month)
        return RelativePeriod("between", first=last - timedelta(days=6), last=last)
    first = month + timedelta(days=7 * (ordinal(match["n"], context) - 1))
    return RelativePeriod("between", first=first, last=min(first + timedelta(days=6), ends("month", month)))


def edge_of_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The first or last days of a month, or its first or last day."""
    first = month_of(match, context)
    last, count = ends("month", first), timedelta(days=(counted(match["n"], context) if match["n"] else 1) - 1)
    return (
        RelativePeriod("between", first=last - count, last=last)
        if match["end"]
        else RelativePeriod("between", first=first, last=min(first + count, last))
    )


def after_day_number(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """ "Depois do dia 10": since the day after that one of this month, or of the last where it has not come yet."""
    day = day_number(match, context).first
    assert day is not None
    return RelativePeriod("since", first=day + timedelta(days=1))


def since_named_day(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """ "Desde o Dia das Crianças", "since Halloween": since the latest such day."""
    return RelativePeriod("since", first=named_day(context.vocabulary.holidays[match["h"]], context.today))


def _nth(match: re.Match[str], weekday: int, context: DateContext) -> date:
    month = month_of(match, context)
    last = ends("month", month)
    if match["end"]:
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    day = month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (ordinal(match["n"], context) - 1))
    if day > last:
        raise ImpossibleDate(match.group().strip())
    return day
