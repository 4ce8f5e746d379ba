"""Stretches of days, relative to an account's today."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from fbads_pipeline.domain.chat.plan import RelativePeriod

_SHORTEST_UNIT = 6
_SATURDAY = 6


def resolve(period: RelativePeriod, today: date) -> tuple[date, date]:
    """First and last day, both included; of stretches that hold today, today is the last."""
    first, last = _span(period, today)
    for _ in range(period.back):
        first, last = _before(period, first, last)
    return first, last


def previous(period: RelativePeriod) -> RelativePeriod:
    """The stretch before: the month before a month, the 7 days before 7 days; of an unfinished one as many days; of a
    Saturday and Sunday the weekend before, for Thursday and Friday are no such days."""
    first, last = period.first, period.last
    if first is not None and last is not None and not period.back:
        is_weekend = first.isoweekday() == _SATURDAY and last - first == timedelta(days=1)
        if is_weekend:
            return replace(period, first=first - timedelta(days=7), last=last - timedelta(days=7))
    return replace(period, back=period.back + 1)


def after(before: RelativePeriod) -> RelativePeriod:
    """What "the week before" is before where nothing else is said: the last whole day or week; else the current one."""
    if before.kind in ("day", "week") and not before.count:
        return replace(before, count=1, back=0)
    return replace(before, back=0)


def equal_stretch(period: RelativePeriod, earlier: RelativePeriod, today: date) -> RelativePeriod:
    """What a period is compared with: of one that is not over yet as many days of the earlier one as have come."""
    (first, last), (begins, ends_) = resolve(period, today), resolve(earlier, today)
    come = min(last, today) - first
    if last < today or come >= ends_ - begins or (ends_ - begins).days < _SHORTEST_UNIT:
        return earlier
    if period.kind == earlier.kind and period.kind in ("week", "month", "quarter", "year"):
        return replace(period, back=period.back + earlier.count - period.count)
    if (begins.day, first.day) == (1, 1):
        return RelativePeriod("between", first=begins, last=begins + come)
    return earlier


def a_year_before(period: RelativePeriod, today: date) -> RelativePeriod:
    """The same dates one year earlier."""
    first, last = resolve(period, today)
    return RelativePeriod("between", first=years_back(first, 1), last=years_back(last, 1))


def _span(period: RelativePeriod, today: date) -> tuple[date, date]:
    back = period.count
    match period.kind:
        case "days":
            return today - timedelta(days=back), today - timedelta(days=1)
        case "days_with_today":
            return today - timedelta(days=back - 1), today
        case "day":
            return today - timedelta(days=back), today - timedelta(days=back)
        case "since":
            return _set(period.first), today
        case "between":
            return _set(period.first), _set(period.last)
    first = starts(period.kind, today, back)
    return first, min(ends(period.kind, first), today)


def _before(period: RelativePeriod, first: date, last: date) -> tuple[date, date]:
    length = last - first
    kind = period.kind
    if kind == "between" and first.day == 1 and last == ends("month", first):
        kind = "month"
    if kind in ("week", "month", "quarter", "year"):
        earlier = starts(kind, first, 1)
        whole = ends(kind, earlier)
        return earlier, whole if last == ends(kind, first) else min(earlier + length, whole)
    return first - length - timedelta(days=1), first - timedelta(days=1)


def starts(kind: str, day: date, back: int) -> date:
    if kind == "day":
        return day - timedelta(days=back)
    if kind == "week":
        return day - timedelta(days=day.weekday() + 7 * back)
    if kind == "year":
        return date(day.year - back, 1, 1)
    months = {"month": 1, "quarter": 3}[kind]
    number = day.year * 12 + (day.month - 1) // months * months - back * months
    return date(number // 12, number % 12 + 1, 1)


def ends(kind: str, first: date) -> date:
    if kind == "week":
        return first + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)


def years_back(day: date, years: int) -> date:
    year = day.year - years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _set(day: date | None) -> date:
    if day is None:
        raise ValueError("a period between dates needs both")
    return day
