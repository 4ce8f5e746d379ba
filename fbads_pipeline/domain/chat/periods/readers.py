"""What a phrase of days means: one reader per kind of phrase, each a period or None where it is none after all."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from fbads_pipeline.domain.chat.periods.dates import MONTHS, ImpossibleDate, made_date, one_date
from fbads_pipeline.domain.chat.periods.resolution import ends, starts, years_back
from fbads_pipeline.domain.chat.plan import Period, PeriodKind
from fbads_pipeline.domain.core.formatting import Language

COUNTS = {
    word: number
    for number, words in enumerate(
        (
            "um uma one",
            "dois duas two",
            "tres three",
            "quatro four",
            "cinco five",
            "seis six",
            "sete seven",
            "oito eight",
            "nove nine",
            "dez ten",
        ),
        start=1,
    )
    for word in words.split()
} | {"quinze": 15, "quatorze": 14, "fourteen": 14, "thirty": 30, "trinta": 30, "noventa": 90, "vinte": 20, "doze": 12}
COUNTS |= {"twelve": 12, "twenty": 20, "fifteen": 15, "ninety": 90, "sessenta": 60, "sixty": 60}
UNITS: dict[str, PeriodKind] = {
    "dia": "day",
    "day": "day",
    "semana": "week",
    "week": "week",
    "mes": "month",
    "month": "month",
}
UNITS |= {"trimestre": "quarter", "quarter": "quarter", "ano": "year", "year": "year", "meses": "month"}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "segunda segunda-feira monday",
            "terca terca-feira tuesday",
            "quarta quarta-feira wednesday",
            "quinta quinta-feira thursday",
            "sexta sexta-feira friday",
            "sabado saturday",
            "domingo sunday",
        )
    )
    for name in names.split()
}
Reader = Callable[[re.Match[str], Language, date], Period | None]
_CHANGES = re.compile(
    r"\b(?:mud|vari|chang|differ|diferenc|compar|cresc|evol|aument|diminu|grew|grow|increas|decreas|drop|caiu|subiu)"
)


def counted(words: str) -> int:
    return int(words) if words.isdigit() else COUNTS[words]


def last_n(match: re.Match[str], language: Language, today: date) -> Period | None:
    count, unit = counted(match["n"]), UNITS[match["u"]]
    if not count or count > 1200:
        raise ImpossibleDate(match.group())
    if unit == "day":
        return Period("days", count)
    if unit == "week":
        return Period("days", 7 * count)
    months = {"month": 1, "quarter": 3, "year": 12}[unit] * count
    if unit == "month" and count == 1:
        return Period("days", 30)
    first = starts("month", today, months)
    return Period("between", first=first, last=starts("month", today, 0) - timedelta(days=1))


def n_ago(match: re.Match[str], language: Language, today: date) -> Period | None:
    count, unit = counted(match["n"]), UNITS[match["u"]]
    return Period(unit, count)


def unit_back(count: int) -> Reader:
    return lambda match, language, today: Period(UNITS[match["u"]], count)


def fixed(period: Period) -> Reader:
    return lambda match, language, today: period


def before_unit(match: re.Match[str], language: Language, today: date) -> Period | None:
    return Period(UNITS[match["u"]], 0, back=1)


def month_named(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = MONTHS[match["m"]]
    if match["y"]:
        year = int(match["y"])
    elif match["ly"]:
        year = today.year - 1
    else:
        year = today.year if number <= today.month else today.year - 1
    first = date(year, number, 1)
    return Period("between", first=first, last=ends("month", first))


def months_named(match: re.Match[str], language: Language, today: date) -> Period | None:
    """From the first of one month to the end of another; "how did it change between" them asks for each by itself."""
    if match.group().startswith(("entre", "between")) and _CHANGES.search(match.string):
        return None
    last_month = MONTHS[match["m2"]]
    year = int(match["y"]) if match["y"] else today.year if last_month <= today.month else today.year - 1
    first = date(year, MONTHS[match["m1"]], 1)
    if first > date(year, last_month, 1):
        first = first.replace(year=year - 1)
    return Period("between", first=first, last=min(ends("month", date(year, last_month, 1)), max(today, first)))


def quarter(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = int(match["q"])
    year = int(match["y"]) if match["y"] else today.year
    first = date(year, 3 * number - 2, 1)
    if not match["y"] and first > today:
        first = first.replace(year=year - 1)
    last = ends("quarter", first)
    return Period("between", first=first, last=min(last, today) if first <= today else last)


def half(match: re.Match[str], language: Language, today: date) -> Period | None:
    first_half = match["h"] in ("1", "primeira", "primeiro", "first")
    month = month_of(match, today)
    if first_half:
        return Period("between", first=month, last=month.replace(day=15))
    return Period("between", first=month.replace(day=16), last=ends("month", month))


def month_of(match: re.Match[str], today: date) -> date:
    if not match["m"]:
        return today.replace(day=1)
    number = MONTHS[match["m"]]
    return date(today.year if number <= today.month else today.year - 1, number, 1)


def year_read(match: re.Match[str], language: Language, today: date) -> Period | None:
    year = int(match["y"])
    last = date(year, 12, 31)
    return Period("between", first=date(year, 1, 1), last=min(last, today) if year <= today.year else last)


def weekday(match: re.Match[str], language: Language, today: date) -> Period | None:
    back = (today.weekday() - _WEEKDAYS[match["w"]]) % 7 or 7
    return Period("day", back)


def weekend(match: re.Match[str], language: Language, today: date) -> Period | None:
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    if "passad" in match.group() or "last" in match.group():
        saturday -= timedelta(days=7) if today.weekday() >= 5 else timedelta()
    return Period("between", first=saturday, last=min(saturday + timedelta(days=1), today))


def range_read(match: re.Match[str], language: Language, today: date) -> Period | None:
    if match.group().startswith(("entre", "between")) and _CHANGES.search(match.string):
        return None
    last = one_date(match["b"], language, today)
    start = match["a"]
    if re.fullmatch(r"(?:dia )?\d{1,2}(?:o|st|nd|rd|th)?", start):
        number = int(re.sub(r"\D", "", start))
        first = made_date(last.year, last.month, number, start)
        if first > last:
            first = made_date(*divmod_month(first, -1), number, start)
    else:
        first = one_date(start, language, today, near=last)
    if first > last and re.search(r"\d", start) and not re.search(r"20\d\d|\d{4}-", start):
        first = years_back(first, 1)
    if first > last:
        first, last = last, first
    return Period("between", first=first, last=last)


def week_of(match: re.Match[str], language: Language, today: date) -> Period | None:
    first = starts("week", one_date(match["a"], language, today), 0)
    return Period("between", first=first, last=first + timedelta(days=6))


def days_of_month(match: re.Match[str], language: Language, today: date) -> Period | None:
    a, b = int(match["a"]), int(match["b"])
    month = today if b <= today.day or a <= today.day else date(*divmod_month(today, -1), 1)
    return Period(
        "between",
        first=made_date(month.year, month.month, a, match.group()),
        last=made_date(month.year, month.month, b, match.group()),
    )


def since(match: re.Match[str], language: Language, today: date) -> Period | None:
    return Period("since", first=one_date(match["a"], language, today))


def since_month(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = MONTHS[match["m"]]
    year = int(match["y"]) if match["y"] else today.year if number <= today.month else today.year - 1
    return Period("since", first=date(year, number, 1))


def since_weekday(match: re.Match[str], language: Language, today: date) -> Period | None:
    back = (today.weekday() - _WEEKDAYS[match["w"]]) % 7 or 7
    return Period("since", first=today - timedelta(days=back))


def since_unit(match: re.Match[str], language: Language, today: date) -> Period | None:
    return Period("since", first=starts(UNITS[match["u"]], today, 0))


def one_day(match: re.Match[str], language: Language, today: date) -> Period | None:
    words = match["a"]
    if words in ("hoje", "today"):
        return Period("day", 0)
    if words in ("ontem", "yesterday"):
        return Period("day", 1)
    if words == "anteontem":
        return Period("day", 2)
    day = one_date(words, language, today)
    return Period("between", first=day, last=day)


def day_number(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = int(match["d"] or match["e"])
    month = today if number <= today.day else date(*divmod_month(today, -1), 1)
    day = made_date(month.year, month.month, number, match.group())
    return Period("between", first=day, last=day)


def quarter_words(match: re.Match[str], today: date) -> Period:
    order = ("primeiro first", "segundo second", "terceiro third", "quarto fourth")
    number = next(place for place, words in enumerate(order, start=1) if match["qw"] in words)
    year = int(match["y"]) if match["y"] else today.year
    first = date(year, 3 * number - 2, 1)
    if not match["y"] and first > today:
        first = first.replace(year=year - 1)
    return Period("between", first=first, last=max(min(ends("quarter", first), today), first))


def divmod_month(day: date, months: int) -> tuple[int, int]:
    """Year and month so many months away."""
    number = day.year * 12 + day.month - 1 + months
    return number // 12, number % 12 + 1
