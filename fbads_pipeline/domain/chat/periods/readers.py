"""What a phrase of days means: one reader per kind of phrase, each a period, or None where it is none after all.

The groups of a match: a, b (dates or days), m, m1, m2 (months), n (a number), u (a unit), w (a weekday), y (a year).
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from fbads_pipeline.domain.chat.periods import holidays
from fbads_pipeline.domain.chat.periods.dates import DateContext, ImpossibleDate, made_date, one_date, with_year
from fbads_pipeline.domain.chat.periods.resolution import ends, starts, years_back
from fbads_pipeline.domain.chat.plan import BEGINNING, RelativePeriod

Reader = Callable[[re.Match[str], DateContext], RelativePeriod | None]
_MOST_UNITS = 1200
_BARE_DAY = r"(?:(?:{day_prefix}) )?\d{1,2}(?:{day_ending})?"


def fixed(period: RelativePeriod) -> Reader:
    """Always this period."""
    return lambda match, context: period


def units_back(count: int) -> Reader:
    """The day, week, month … that lies so many units back; 0 is the current one."""
    return lambda match, context: RelativePeriod(context.vocabulary.units[match["u"]], count)


def unit_before(match: re.Match[str], context: DateContext) -> RelativePeriod:
    return RelativePeriod(context.vocabulary.units[match["u"]], 0, back=1)


def same_part(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """As much of the unit before as has come of this one; "the same day of last month" is one day."""
    unit, vocabulary, today = context.vocabulary.units[match["u"]], context.vocabulary, context.today
    if unit in ("month", "year") and vocabulary.expression(r"\b(?:{same}) (?:{one_day})\b").search(match.group()):
        first = starts(unit, today, 1)
        last = first if unit == "month" else date(first.year, today.month, 1)
        day = last.replace(day=min(today.day, ends("month", last).day))
        return RelativePeriod("between", first=day, last=day)
    named = [word for word in match.group().split()[:-2] if word in vocabulary.units]
    inner = vocabulary.units[named[0]] if named else unit
    if inner == "week" != unit:
        raise ImpossibleDate(match.group().strip())  # "a mesma semana do mês passado": no one knows which
    if unit == "year" and inner in ("month", "quarter"):
        first = years_back(starts(inner, today, 0), 1)  # "o mesmo mês do ano passado": all of it
        return RelativePeriod("between", first=first, last=ends(inner, first))
    return unit_before(match, context)


def last_units(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The last n days; of weeks as many days; of months, quarters and years whole months."""
    count, unit = counted(match["n"], context), context.vocabulary.units[match["u"]]
    if not count or count > _MOST_UNITS:
        raise ImpossibleDate(match.group())
    if unit == "day":
        return RelativePeriod("days", count)
    if unit == "week":
        return RelativePeriod("days", 7 * count)
    if unit == "month" and count == 1:
        return RelativePeriod("days", 30)
    months = {"month": 1, "quarter": 3, "year": 12}[unit] * count
    first = starts("month", context.today, months)
    return RelativePeriod("between", first=first, last=starts("month", context.today, 0) - timedelta(days=1))


def last_days(match: re.Match[str], context: DateContext) -> RelativePeriod:
    return RelativePeriod("days", counted(match["n"], context))


def days_before_those(match: re.Match[str], context: DateContext) -> RelativePeriod:
    return RelativePeriod("days", counted(match["n"], context), back=1)


def units_ago(match: re.Match[str], context: DateContext) -> RelativePeriod:
    return RelativePeriod(context.vocabulary.units[match["u"]], counted(match["n"], context))


def month_named(match: re.Match[str], context: DateContext) -> RelativePeriod:
    number = context.vocabulary.months[match["m"]]
    year = context.today.year - 1 if match["ly"] and not match["y"] else _year_of(match["y"], number, context)
    first = date(year, number, 1)
    if first == context.today.replace(day=1):  # the month that is not over is as long as its days that have come
        return RelativePeriod("month", 0)
    return RelativePeriod("between", first=first, last=ends("month", first))


def months_range(match: re.Match[str], context: DateContext) -> RelativePeriod | None:
    """From the first of one month to the end of another; "how did it change between" them asks for each by itself."""
    if _compares(match, context) or _lists(match, "m1", "m2", context):
        return None
    months = context.vocabulary.months
    last_month = months[match["m2"]]
    year = _year_of(match["y"], last_month, context)
    first = date(year, months[match["m1"]], 1)
    if first > date(year, last_month, 1):
        first = first.replace(year=year - 1)
    last = ends("month", date(year, last_month, 1))
    return RelativePeriod("between", first=first, last=min(last, max(context.today, first)))


def quarter(match: re.Match[str], context: DateContext) -> RelativePeriod:
    today = context.today
    number = ordinal(match["q"], context)
    first = date(int(match["y"]) if match["y"] else today.year, 3 * number - 2, 1)
    if not match["y"] and first > today:
        first = first.replace(year=first.year - 1)
    last = ends("quarter", first)
    return RelativePeriod("between", first=first, last=min(last, today) if first <= today else last)


def half_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    today = context.today
    month = today.replace(day=1)
    if match["m"]:
        number = context.vocabulary.months[match["m"]]
        month = date(_year_of(None, number, context), number, 1)
    if ordinal(match["h"], context) == 1:
        return RelativePeriod("between", first=month, last=month.replace(day=15))
    return RelativePeriod("between", first=month.replace(day=16), last=ends("month", month))


def half_year(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """January to June, or July to December; without a year of the latest such half that has begun."""
    today, month = context.today, 6 * ordinal(match["h"], context) - 5
    year = int(match["y"]) if match["y"] else today.year if month <= today.month else today.year - 1
    first = date(year, month, 1)
    last = date(year, 6, 30) if month == 1 else date(year, 12, 31)
    return RelativePeriod("between", first=first, last=min(last, today) if first <= today else last)


def whole_year(match: re.Match[str], context: DateContext) -> RelativePeriod:
    year, today = int(match["y"]), context.today
    last = date(year, 12, 31)
    return RelativePeriod("between", first=date(year, 1, 1), last=min(last, today) if year <= today.year else last)


def weekday(match: re.Match[str], context: DateContext) -> RelativePeriod:
    return RelativePeriod("day", _days_back(match, context))


def weekend(match: re.Match[str], context: DateContext) -> RelativePeriod:
    today = context.today
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    is_after_another = context.vocabulary.has("one_weekend", match.string[: match.start()])
    if match["previous"] and (today.weekday() >= 5 or is_after_another):
        saturday -= timedelta(days=7)
    if match["before_last"]:
        saturday -= timedelta(days=14 if today.weekday() >= 5 else 7)
    return RelativePeriod("between", first=saturday, last=min(saturday + timedelta(days=1), today))


def weekday_before_last(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """ "A sexta retrasada": seven days before the last one."""
    return RelativePeriod("day", _days_back(match, context) + 7)


def previous_weekday(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """ "A sexta anterior": beside another such day the one a week before it; alone the last one."""
    if context.vocabulary.expression(rf"\b{match['w']}\b").search(match.string[: match.start()]) is not None:
        return RelativePeriod("day", 0, back=7)
    return RelativePeriod("day", _days_back(match, context))


def weekday_range(match: re.Match[str], context: DateContext) -> RelativePeriod | None:
    """Monday to Friday of a week; without a week of the latest one that has come to its last day."""
    first, last = (context.vocabulary.weekdays[match[name]] for name in ("w1", "w2"))
    if first >= last or _lists(match, "w1", "w2", context):
        return None
    monday = starts("week", context.today, 0)
    weeks = {"last": 1, "before_last": 2, "this": 0}
    back = next((number for name, number in weeks.items() if match[name]), None)
    if back is None:
        back = 0 if monday + timedelta(days=last) <= context.today else 1
    monday -= timedelta(days=7 * back)
    return RelativePeriod("between", first=monday + timedelta(days=first), last=monday + timedelta(days=last))


def weekday_of_week(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The Friday of last week."""
    back = 1 if match["last"] else 2 if match["before_last"] else 0
    day = starts("week", context.today, back) + timedelta(days=context.vocabulary.weekdays[match["w"]])
    return RelativePeriod("between", first=day, last=day)


def named_day(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """Christmas, Carnival: of the year that is said, or the latest one."""
    rule = context.vocabulary.holidays[match["h"]]
    day = holidays.holiday(rule, int(match["y"])) if match["y"] else holidays.named_day(rule, context.today)
    return RelativePeriod("between", first=day, last=day)


def last_holiday(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The latest free day that is over."""
    vocabulary, before = context.vocabulary, context.today - timedelta(days=1)
    rules = [vocabulary.holidays[name] for name in sorted(vocabulary.public_holidays)]
    day = max(one for rule in rules for one in _over(rule, before))
    return RelativePeriod("between", first=day, last=day)


def _over(rule: str, latest: date) -> list[date]:
    found = (holidays.holiday(rule, year) for year in (latest.year, latest.year - 1))
    return [day for day in found if day <= latest]


def all_time(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """Since the first day that there is."""
    return RelativePeriod("since", first=BEGINNING)


def beside_a_day(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The day before, or after, a date or a day with a name."""
    rules = context.vocabulary.holidays
    named = one_date(match["a"], context) if match["a"] else holidays.named_day(rules[match["h"]], context.today)
    if match["a"] in context.vocabulary.days_ago:
        return RelativePeriod("day", context.vocabulary.days_ago[match["a"]] + (1 if match["before"] else -1))
    day = named + timedelta(days=-1 if match["before"] else 1)
    return RelativePeriod("between", first=day, last=day)


def last_half_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The latest half of a month that is over: the 1st to the 15th, or the 16th to the end."""
    month = context.today.replace(day=1)
    if context.today.day > 15:
        return RelativePeriod("between", first=month, last=month.replace(day=15))
    last = month - timedelta(days=1)
    return RelativePeriod("between", first=last.replace(day=16), last=last)


def date_range(match: re.Match[str], context: DateContext) -> RelativePeriod | None:
    """Between two dates, of which the first may be a bare day of the month."""
    if _compares(match, context) or _lists(match, "a", "b", context):
        return None
    last, start = one_date(match["b"], context), match["a"]
    if context.vocabulary.expression(_BARE_DAY).fullmatch(start):
        number = int(re.sub(r"\D", "", start))
        first = made_date(last.year, last.month, number, start)
        if first > last:
            first = made_date(*_month_away(first, -1), number, start)
    else:
        first = one_date(start, context, near=last)
    if first > last and re.search(r"\d", start) and not re.search(r"20\d\d|\d{4}-", start):
        first = years_back(first, 1)
    if first > last:
        first, last = last, first
    return RelativePeriod("between", first=first, last=last)


def days_of_named_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """November 1 to 15."""
    month, year = context.vocabulary.months[match["m"]], int(match["y"]) if match["y"] else None
    first, last = (with_year(year, month, int(match[end]), match.group(), context.today) for end in ("a", "b"))
    return RelativePeriod("between", first=first, last=last)


def week_of(match: re.Match[str], context: DateContext) -> RelativePeriod:
    first = starts("week", one_date(match["a"], context), 0)
    return RelativePeriod("between", first=first, last=first + timedelta(days=6))


def days_of_month(match: re.Match[str], context: DateContext) -> RelativePeriod | None:
    """The days a to b of this month, or of the last one where both are still to come."""
    if _lists(match, "a", "b", context):
        return None
    a, b = int(match["a"]), int(match["b"])
    today = context.today
    month = (today.year, today.month) if b <= today.day or a <= today.day else _month_away(today, -1)
    first, last = (made_date(*month, number, match.group()) for number in (a, b))
    return RelativePeriod("between", first=first, last=last)


def since_date(match: re.Match[str], context: DateContext) -> RelativePeriod:
    return RelativePeriod("since", first=one_date(match["a"], context))


def after_date(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """Since the day after a date."""
    return RelativePeriod("since", first=one_date(match["a"], context) + timedelta(days=1))


def until_yesterday(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The current week, month, quarter or year without today."""
    first, yesterday = starts(context.vocabulary.units[match["u"]], context.today, 0), context.today - timedelta(days=1)
    return RelativePeriod("between", first=min(first, yesterday), last=yesterday)


def since_month(match: re.Match[str], context: DateContext) -> RelativePeriod:
    number = context.vocabulary.months[match["m"]]
    return RelativePeriod("since", first=date(_year_of(match["y"], number, context), number, 1))


def since_weekday(match: re.Match[str], context: DateContext) -> RelativePeriod:
    return RelativePeriod("since", first=context.today - timedelta(days=_days_back(match, context)))


def since_unit(back: int) -> Reader:
    """Since the first day of the week, month, quarter or year so many units back."""
    return lambda match, context: RelativePeriod(
        "since", first=starts(context.vocabulary.units[match["u"]], context.today, back)
    )


def one_day(match: re.Match[str], context: DateContext) -> RelativePeriod:
    text = match["a"]
    if text in context.vocabulary.days_ago:
        return RelativePeriod("day", context.vocabulary.days_ago[text])
    day = one_date(text, context)
    return RelativePeriod("between", first=day, last=day)


def day_number(match: re.Match[str], context: DateContext) -> RelativePeriod:
    number, today = int(match["d"]), context.today
    month = (today.year, today.month) if number <= today.day else _month_away(today, -1)
    day = made_date(*month, number, match.group())
    return RelativePeriod("between", first=day, last=day)


def until_day_number(match: re.Match[str], context: DateContext) -> RelativePeriod | None:
    """From the first of the month until that day of it; none where another day is said to begin the stretch."""
    begins = context.vocabulary.expression(r"(?:{weekday}|{day_word}|{date}|\d)(?:[- ]feira)?\W*$")
    if begins.search(match.string[: match.start()]):
        return None
    last = day_number(match, context).last
    assert last is not None
    return RelativePeriod("between", first=last.replace(day=1), last=last)


def week_of_day_number(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """The week of that day of this month, or of the last one where it has not come yet."""
    day = day_number(match, context).first
    assert day is not None
    first = starts("week", day, 0)
    return RelativePeriod("between", first=first, last=first + timedelta(days=6))


def since_day_number(match: re.Match[str], context: DateContext) -> RelativePeriod:
    """Since that day of this month, or of the last one where it has not come yet."""
    return RelativePeriod("since", first=day_number(match, context).first)


def counted(text: str, context: DateContext) -> int:
    return int(text) if text.isdigit() else context.vocabulary.numerals[text]


def ordinal(text: str, context: DateContext) -> int:
    """The number of "3", "3rd", "terceira"."""
    digits = re.match(r"\d+", text)
    return int(digits[0]) if digits else context.vocabulary.ordinals[text]


def month_of(match: re.Match[str], context: DateContext) -> date:
    """The first day of the month that a phrase names, or of this or the last one."""
    if match["m"]:
        number = context.vocabulary.months[match["m"]]
        return date(_year_of(match["y"], number, context), number, 1)
    return starts("month", context.today, 1 if match["previous"] else 0)


def _days_back(match: re.Match[str], context: DateContext) -> int:
    """Days since that weekday, 1 to 7."""
    return (context.today.weekday() - context.vocabulary.weekdays[match["w"]]) % 7 or 7


def _year_of(text: str | None, month: int, context: DateContext) -> int:
    """The year in the text; without one the year of the latest such month that has begun."""
    if text:
        return int(text)
    return context.today.year if month <= context.today.month else context.today.year - 1


def _compares(match: re.Match[str], context: DateContext) -> bool:
    """Whether "between" two periods of a question about a change names two periods, not a range."""
    vocabulary = context.vocabulary
    is_between = vocabulary.expression(r"(?:{between})").match(match.group()) is not None
    is_change = is_between and vocabulary.expression(r"\b(?:{changes})").search(match.string) is not None
    return is_change or (match.groupdict().get("m1") is not None and vocabulary.has("moved_from", match.string))


def _lists(match: re.Match[str], one: str, other: str, context: DateContext) -> bool:
    """Whether "10/11 e 12/11" lists two days or months; "entre 10/11 e 12/11" is the stretch from one to the other."""
    expression, between = context.vocabulary.expression, match.string[match.end(one) : match.start(other)]
    is_and = expression(r"\b(?:{and})\b").search(between) is not None
    return is_and and expression(r"\b(?:{between})\b").search(match.string[: match.start(one)][-16:]) is None


def _month_away(day: date, months: int) -> tuple[int, int]:
    """Year and month so many months away."""
    number = day.year * 12 + day.month - 1 + months
    return number // 12, number % 12 + 1
