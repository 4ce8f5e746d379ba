"""Stretches of days in everyday Portuguese and English. The account's today is given from outside."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fbads_pipeline.domain.chat.plan import Period
from fbads_pipeline.domain.words import Language

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janeiro january jan",
            "fevereiro february fev feb",
            "marco march mar",
            "abril april abr apr",
            "maio may mai",
            "junho june jun",
            "julho july jul",
            "agosto august ago aug",
            "setembro september set sep sept",
            "outubro october out oct",
            "novembro november nov",
            "dezembro december dez dec",
        ),
        start=1,
    )
    for name in names.split()
}
# Alone these are everyday words: a month only beside a day or a year.
_SHORT = {"mar", "may", "mai", "set", "out", "ago", "dez", "jan", "fev", "feb", "abr", "apr", "jun", "jul", "aug"}
_SHORT |= {"sep", "sept", "oct", "nov", "dec", "march"}
_COUNTS = {
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
_COUNTS |= {"twelve": 12, "twenty": 20, "fifteen": 15, "ninety": 90, "sessenta": 60, "sixty": 60}
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
_N = r"(?P<n>\d{1,4}|" + "|".join(_COUNTS) + ")"
_MONTH = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b"
_LONG_MONTH = r"(?:" + "|".join(sorted((m for m in _MONTHS if m not in _SHORT), key=len, reverse=True)) + r")\b"
_YEAR = r"(?:(?:,? ?(?:de|of|do ano de|/|') ?|,? )(?P<{0}>20\d\d)\b)?"
_UNITS = {"dia": "day", "day": "day", "semana": "week", "week": "week", "mes": "month", "month": "month"}
_UNITS |= {"trimestre": "quarter", "quarter": "quarter", "ano": "year", "year": "year", "meses": "month"}
_UNIT = r"(?P<u>dia|day|semana|week|mes|month|trimestre|quarter|ano|year)"
_DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?|\d{1,2}\.\d{1,2}\.\d{4}|"
    rf"(?:dia )?\d{{1,2}}(?:st|nd|rd|th|o|a)? (?:de |of )?{_MONTH}(?:,? (?:de |of )?20\d\d)?|"
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,? 20\d\d)?|hoje|ontem|anteontem|today|yesterday)"
)

_Reader = Callable[[re.Match[str], Language, date], Period | None]

_CHANGES = re.compile(
    r"\b(?:mud|vari|chang|differ|diferenc|compar|cresc|evol|aument|diminu|grew|grow|increas|decreas|drop|caiu|subiu)"
)


class AmbiguousDate(ValueError):
    """05/06 in English: the fifth of June, or May the sixth? `readings` holds both, as ISO dates."""

    def __init__(self, words: str, readings: tuple[str, ...]) -> None:
        super().__init__(words)
        self.words, self.readings = words, readings


class ImpossibleDate(ValueError):
    """31/02: there is no such day."""


@dataclass(frozen=True)
class Found:
    """A period in a text: where it stands (of the folded text), and whether it only says "the one before"."""

    start: int
    end: int
    period: Period
    is_relative: bool = False


def find_periods(text: str, language: Language, today: date) -> list[Found]:
    """Every period in a folded question, in the order of the text; none overlaps another.

    Raises AmbiguousDate and ImpossibleDate.
    """
    found: list[Found] = []
    taken = [False] * (len(text) + 1)
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            period = read(match, language, today)
            if period is None:
                continue
            found.append(Found(match.start(), match.end(), period, period.back > 0))
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    return sorted(found, key=lambda one: one.start)


def resolve(period: Period, today: date) -> tuple[date, date]:
    """First and last day, both included; of stretches that hold today, today is the last."""
    first, last = _span(period, today)
    for _ in range(period.back):
        first, last = _before(period, first, last)
    return first, last


def previous(period: Period) -> Period:
    """The stretch before: the month before a month, the 7 days before 7 days; of an unfinished one as many days."""
    return replace(period, back=period.back + 1)


def a_year_before(period: Period, today: date) -> Period:
    """The same dates one year earlier."""
    first, last = resolve(period, today)
    return Period("between", first=_years_back(first, 1), last=_years_back(last, 1))


def _span(period: Period, today: date) -> tuple[date, date]:
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
    first = _starts(period.kind, today, back)
    return first, min(_ends(period.kind, first), today)


def _before(period: Period, first: date, last: date) -> tuple[date, date]:
    length = last - first
    kind = period.kind
    if kind == "between" and first.day == 1 and last == _ends("month", first):
        kind = "month"
    if kind in ("week", "month", "quarter", "year"):
        earlier = _starts(kind, first, 1)
        whole = _ends(kind, earlier)
        return earlier, whole if last == _ends(kind, first) else min(earlier + length, whole)
    return first - length - timedelta(days=1), first - timedelta(days=1)


def _starts(kind: str, day: date, back: int) -> date:
    if kind == "week":
        return day - timedelta(days=day.weekday() + 7 * back)
    if kind == "year":
        return date(day.year - back, 1, 1)
    months = {"month": 1, "quarter": 3}[kind]
    number = day.year * 12 + (day.month - 1) // months * months - back * months
    return date(number // 12, number % 12 + 1, 1)


def _ends(kind: str, first: date) -> date:
    if kind == "week":
        return first + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)


def _years_back(day: date, years: int) -> date:
    year = day.year - years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _set(day: date | None) -> date:
    if day is None:
        raise ValueError("a period between dates needs both")
    return day


def _number(words: str) -> int:
    return int(words) if words.isdigit() else _COUNTS[words]


def _last_n(match: re.Match[str], language: Language, today: date) -> Period | None:
    count, unit = _number(match["n"]), _UNITS[match["u"]]
    if not count or count > 1200:
        raise ImpossibleDate(match.group())
    if unit == "day":
        return Period("days", count)
    if unit == "week":
        return Period("days", 7 * count)
    months = {"month": 1, "quarter": 3, "year": 12}[unit] * count
    if unit == "month" and count == 1:
        return Period("days", 30)
    first = _starts("month", today, months)
    return Period("between", first=first, last=_starts("month", today, 0) - timedelta(days=1))


def _n_ago(match: re.Match[str], language: Language, today: date) -> Period | None:
    count, unit = _number(match["n"]), _UNITS[match["u"]]
    return Period(unit, count)  # type: ignore[arg-type]


def _unit_back(count: int) -> _Reader:
    return lambda match, language, today: Period(_UNITS[match["u"]], count)  # type: ignore[arg-type]


def _fixed(period: Period) -> _Reader:
    return lambda match, language, today: period


def _before_unit(match: re.Match[str], language: Language, today: date) -> Period | None:
    return Period(_UNITS[match["u"]], 0, back=1)  # type: ignore[arg-type]


def _month_named(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = _MONTHS[match["m"]]
    if match["y"]:
        year = int(match["y"])
    elif match["ly"]:
        year = today.year - 1
    else:
        year = today.year if number <= today.month else today.year - 1
    first = date(year, number, 1)
    return Period("between", first=first, last=_ends("month", first))


def _months_named(match: re.Match[str], language: Language, today: date) -> Period | None:
    """From the first of one month to the end of another; "how did it change between" them asks for each by itself."""
    if match.group().startswith(("entre", "between")) and _CHANGES.search(match.string):
        return None
    last_month = _MONTHS[match["m2"]]
    year = int(match["y"]) if match["y"] else today.year if last_month <= today.month else today.year - 1
    first = date(year, _MONTHS[match["m1"]], 1)
    if first > date(year, last_month, 1):
        first = first.replace(year=year - 1)
    return Period("between", first=first, last=min(_ends("month", date(year, last_month, 1)), max(today, first)))


def _quarter(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = int(match["q"])
    year = int(match["y"]) if match["y"] else today.year
    first = date(year, 3 * number - 2, 1)
    if not match["y"] and first > today:
        first = first.replace(year=year - 1)
    last = _ends("quarter", first)
    return Period("between", first=first, last=min(last, today) if first <= today else last)


def _half(match: re.Match[str], language: Language, today: date) -> Period | None:
    first_half = match["h"] in ("1", "primeira", "primeiro", "first")
    month = _month_of(match, today)
    if first_half:
        return Period("between", first=month, last=month.replace(day=15))
    return Period("between", first=month.replace(day=16), last=_ends("month", month))


def _month_of(match: re.Match[str], today: date) -> date:
    if not match["m"]:
        return today.replace(day=1)
    number = _MONTHS[match["m"]]
    return date(today.year if number <= today.month else today.year - 1, number, 1)


def _year(match: re.Match[str], language: Language, today: date) -> Period | None:
    year = int(match["y"])
    last = date(year, 12, 31)
    return Period("between", first=date(year, 1, 1), last=min(last, today) if year <= today.year else last)


def _weekday(match: re.Match[str], language: Language, today: date) -> Period | None:
    back = (today.weekday() - _WEEKDAYS[match["w"]]) % 7 or 7
    return Period("day", back)


def _weekend(match: re.Match[str], language: Language, today: date) -> Period | None:
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    if "passad" in match.group() or "last" in match.group():
        saturday -= timedelta(days=7) if today.weekday() >= 5 else timedelta()
    return Period("between", first=saturday, last=min(saturday + timedelta(days=1), today))


def _range(match: re.Match[str], language: Language, today: date) -> Period | None:
    if match.group().startswith(("entre", "between")) and _CHANGES.search(match.string):
        return None
    last = _day(match["b"], language, today)
    start = match["a"]
    if re.fullmatch(r"(?:dia )?\d{1,2}(?:o|st|nd|rd|th)?", start):
        number = int(re.sub(r"\D", "", start))
        first = _make(last.year, last.month, number, start)
        if first > last:
            first = _make(*divmod_month(first, -1), number, start)
    else:
        first = _day(start, language, today, near=last)
    if first > last and re.search(r"\d", start) and not re.search(r"20\d\d|\d{4}-", start):
        first = _years_back(first, 1)
    if first > last:
        first, last = last, first
    return Period("between", first=first, last=last)


def divmod_month(day: date, months: int) -> tuple[int, int]:
    """Year and month so many months away."""
    number = day.year * 12 + day.month - 1 + months
    return number // 12, number % 12 + 1


def _week_of(match: re.Match[str], language: Language, today: date) -> Period | None:
    first = _starts("week", _day(match["a"], language, today), 0)
    return Period("between", first=first, last=first + timedelta(days=6))


def _days_of_month(match: re.Match[str], language: Language, today: date) -> Period | None:
    a, b = int(match["a"]), int(match["b"])
    month = today if b <= today.day or a <= today.day else date(*divmod_month(today, -1), 1)
    return Period(
        "between",
        first=_make(month.year, month.month, a, match.group()),
        last=_make(month.year, month.month, b, match.group()),
    )


def _since(match: re.Match[str], language: Language, today: date) -> Period | None:
    return Period("since", first=_day(match["a"], language, today))


def _since_month(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = _MONTHS[match["m"]]
    year = int(match["y"]) if match["y"] else today.year if number <= today.month else today.year - 1
    return Period("since", first=date(year, number, 1))


def _since_weekday(match: re.Match[str], language: Language, today: date) -> Period | None:
    back = (today.weekday() - _WEEKDAYS[match["w"]]) % 7 or 7
    return Period("since", first=today - timedelta(days=back))


def _since_unit(match: re.Match[str], language: Language, today: date) -> Period | None:
    return Period("since", first=_starts(_UNITS[match["u"]], today, 0))


def _one_day(match: re.Match[str], language: Language, today: date) -> Period | None:
    words = match["a"]
    if words in ("hoje", "today"):
        return Period("day", 0)
    if words in ("ontem", "yesterday"):
        return Period("day", 1)
    if words == "anteontem":
        return Period("day", 2)
    day = _day(words, language, today)
    return Period("between", first=day, last=day)


def _day_number(match: re.Match[str], language: Language, today: date) -> Period | None:
    number = int(match["d"] or match["e"])
    month = today if number <= today.day else date(*divmod_month(today, -1), 1)
    day = _make(month.year, month.month, number, match.group())
    return Period("between", first=day, last=day)


def _day(words: str, language: Language, today: date, near: date | None = None) -> date:
    """One date. Without a year it is the latest that is not after today (or not after `near`)."""
    named = {"hoje": 0, "today": 0, "ontem": 1, "yesterday": 1, "anteontem": 2}
    if words in named:
        return today - timedelta(days=named[words])
    if re.match(r"\d{4}-", words):
        year, month, day = (int(part) for part in words.split("-"))
        return _make(year, month, day, words)
    if re.match(r"\d{1,2}[/.]", words):
        return _slashed(words, language, today, near)
    name = re.search(_MONTH, words)
    numbers = [int(one) for one in re.findall(r"\d+", words)]
    month = _MONTHS[name.group()] if name else 0
    return _with_year(numbers[1] if len(numbers) > 1 else None, month, numbers[0], words, near or today)


def _slashed(words: str, language: Language, today: date, near: date | None) -> date:
    parts = [int(part) for part in re.split(r"[/.]", words)]
    day, month = parts[0], parts[1]
    year = (parts[2] + 2000 if parts[2] < 100 else parts[2]) if len(parts) > 2 else None
    latest = near or today
    if language == "en" and "/" in words:
        if day <= 12 and month <= 12 and day != month:
            readings = (_with_year(year, month, day, words, latest), _with_year(year, day, month, words, latest))
            raise AmbiguousDate(words, tuple(one.isoformat() for one in readings))
        if month > 12:
            day, month = month, day
    return _with_year(year, month, day, words, latest)


def _with_year(year: int | None, month: int, day: int, words: str, latest: date) -> date:
    if year is not None:
        return _make(year, month, day, words)
    for candidate in range(latest.year, latest.year - 5, -1):
        try:
            made = date(candidate, month, day)
        except ValueError:
            continue
        if made <= latest:
            return made
    raise ImpossibleDate(words)


def _make(year: int, month: int, day: int, words: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ImpossibleDate(words) from None


_LAST = r"(?:nos |nas |n?os |as |the |in the |over the |for the |during the |pelos |dos |das |de )*"
_RANGE_OPEN = (
    r"(?:desde o |desde |since |de |do |da |dos |das |from |between |entre |entre os dias |dos dias |dias? |the )+"
)
_RANGE_JOIN = r" ?(?:a|ao|ate|ate o|e|to|and|until|through|till|thru|-) ?(?:o |dia |the )?"
_SINCE = r"(?:desde|since|a partir d[eoa]|starting|starting from|de|from) (?:o |a |os |dia |the )?"
_PATTERNS = [
    (re.compile(pattern), read)
    for pattern, read in (
        (
            r"\b(?:no |ao |com o |o |the |to the |on the )*(?:mesmo dia|same day|same weekday|mesmo dia da semana) (?:d[oa] |na |of |in )?(?:the )?(?:semana (?:passada|anterior)|(?:last|previous|prior) week)(?!\w)",
            _fixed(Period("day", 0, back=7)),
        ),
        (
            rf"\b(?:since|desde) (?:a |o |the )?(?:(?P<u>semana|mes|ano|trimestre) (?:passad[oa]|anterior)|(?:last|previous) (?P<u2>week|month|year|quarter))\b",
            lambda m, lang, t: Period("since", first=_starts(_UNITS[m["u"] or m["u2"]], t, 1)),
        ),
        (
            rf"\b(?:na |da |a |for the |in the |the |of the )*(?:semana|week) (?:de |do |do dia |of |beginning |starting |que comeca em |of the )+(?P<a>{_DATE})(?!\w)",
            _week_of,
        ),
        (
            rf"\b(?:no |na |n?o |ao |a |com o |com a |the |in the |to the )*(?:mesm[oa] (?:periodo|epoca|mes|semana|dia|intervalo|trimestre)|same (?:period|time|days|month|week|day|quarter)) (?:d[oa] |no |na |of |in )?(?:the )?(?:{_UNIT} (?:passad[oa]|anterior)|(?:last|previous|prior) (?P<u2>year|month|week|quarter))(?!\w)",
            lambda m, lang, t: Period(_UNITS[m["u"] or m["u2"]], 0, back=1),
        ),
        (
            r"\b(?:same (?:period|time|days|month|week|day|quarter) )?a? ?(?:year ago|year earlier|year over year)\b|\byoy\b|\bum ano antes\b|\bano contra ano\b|\bano a ano\b",
            _fixed(Period("year", 0, back=1)),
        ),
        (rf"\b(?:{_RANGE_OPEN})?(?P<a>{_DATE}){_RANGE_JOIN}(?P<b>{_DATE})(?!\w)", _range),
        (
            rf"\b(?:{_RANGE_OPEN})?(?P<a>(?:dia )?\d{{1,2}}(?:o|st|nd|rd|th)?){_RANGE_JOIN}"
            rf"(?P<b>(?:dia )?\d{{1,2}}(?:o|st|nd|rd|th)? (?:de |of )?{_MONTH}(?:,? (?:de |of )?20\d\d)?|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)(?!\w)",
            _range,
        ),
        (
            rf"\b(?P<m>{_MONTH}) (?P<a>\d{{1,2}})(?:st|nd|rd|th)? ?(?:to|-|through|until) ?(?P<b>\d{{1,2}})(?:st|nd|rd|th)?"
            rf"(?:,? (?P<y>20\d\d))?(?!\w)",
            lambda match, language, today: Period(
                "between",
                first=_with_year(
                    int(match["y"]) if match["y"] else None, _MONTHS[match["m"]], int(match["a"]), match.group(), today
                ),
                last=_with_year(
                    int(match["y"]) if match["y"] else None, _MONTHS[match["m"]], int(match["b"]), match.group(), today
                ),
            ),
        ),
        (
            r"\b(?:do|dos|entre o|entre os|de|from the|between the) dias? (?P<a>\d{1,2}) (?:a|ao|e|ate|to|and) (?:o )?(?:dia )?(?P<b>\d{1,2})\b(?! ?(?:/|%|dias))",
            _days_of_month,
        ),
        (
            rf"\b(?:desde|since|a partir d[eoa]|starting(?: from)?|from) (?:o dia |o |a |os |dia |the )?(?P<a>{_DATE})(?: (?:pra ca|para ca|ate hoje|ate agora|on|onwards?|until now|to date))?(?!\w)",
            _since,
        ),
        (rf"\bde (?P<a>{_DATE}) (?:pra ca|para ca|ate hoje|ate agora|em diante)(?!\w)", _since),
        (
            rf"\b(?:desde|since|a partir de) (?:o mes de |o inicio de |o comeco de |the start of |early )?(?P<m>{_MONTH})"
            + _YEAR.format("y")
            + r"(?!\w)",
            _since_month,
        ),
        (
            r"\b(?:desde|since|a partir d[ea]) (?:a |last |ultima )*(?P<w>segunda|terca|quarta|quinta|sexta|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:[- ]feira)?\b",
            _since_weekday,
        ),
        (
            rf"\b(?:desde o (?:inicio|comeco) d[oa]|do (?:inicio|comeco) d[oa]|since the (?:beginning|start) of the) {_UNIT}(?: (?:ate|pra|para) (?:hoje|agora|ca))?\b",
            _since_unit,
        ),
        (
            rf"\b{_LAST}(?:ultim[oa]s?|last|past|previous|trailing|passados|passadas) {_N} {_UNIT}(?:e?s)?(?: corridos| completos)?\b",
            _last_n,
        ),
        (rf"\b{_LAST}{_N} (?:ultim[oa]s|last|past) {_UNIT}(?:e?s)?\b", _last_n),
        (rf"\b(?:l|ult|last)\.? ?{_N} ?(?P<u>d)(?:ias?|ays?)?\b", lambda m, lang, t: Period("days", _number(m["n"]))),
        (rf"\b(?:ha|faz) {_N} {_UNIT}(?:e?s)?(?: atras)?\b", _n_ago),
        (rf"\b{_N} {_UNIT}(?:e?s)? (?:atras|ago)\b", _n_ago),
        (
            r"\b(?:no |na |o |a |do |da |the |in the )?(?:mes|semana|month|week) (?:antes do|antes da|before) (?:passad[oa]|last)\b",
            lambda m, lang, t: Period(
                "month"
                if "m" in m.group().split()[0 if m.group().split()[0] in ("mes", "month") else 1][:1]
                else "week",
                2,
            ),
        ),
        (
            r"\b(?:no |na |o |a |do |da )?(?:mes|semana) retrasad[oa]\b",
            lambda m, lang, t: Period("month" if "mes" in m.group() else "week", 2),
        ),
        (r"\bday before yesterday\b|\bantes de ontem\b|\banteontem\b", _fixed(Period("day", 2))),
        (
            r"\b(?:no |o |do |the |in the )?(?:mesmo periodo|same period)\b(?! (?:do|da|no|na|last|of|a year))",
            lambda m, lang, t: None,
        ),
        (
            rf"\b(?:no |na |n?o |a |do |da |the |in the |on the |from the |pela |pelo )*{_UNIT} (?:passad[oa]|que passou)\b",
            _unit_back(1),
        ),
        (
            rf"\b(?:no |na |do |da |in the |over the |the )*(?:ultim[oa]|last|past) {_UNIT}\b",
            lambda m, lang, t: Period(_UNITS[m["u"]], 1),
        ),
        (
            rf"\b(?:no |na |n?o |a |do |da |the |in the |on the |pelo |pela )*{_UNIT} (?:anterior|antes|before|prior)\b",
            _before_unit,
        ),
        (rf"\b(?:the |in the |on the |no |na |do |da )*(?:previous|prior|preceding) {_UNIT}\b", _before_unit),
        (
            rf"\b(?:n?est[ea]|n?ess[ea]|dest[ea]|dess[ea]|this|current|the current) {_UNIT}(?: (?:ate agora|ate hoje|so far|to date|atual|corrente))?\b",
            _unit_back(0),
        ),
        (
            rf"\b(?:no |na |n?o |a |do |da )*{_UNIT} (?:atual|corrente|em curso|ate agora|ate hoje|to date|so far)\b",
            _unit_back(0),
        ),
        (r"\b(?:mtd)\b", _fixed(Period("month", 0))),
        (r"\b(?:ytd)\b", _fixed(Period("year", 0))),
        (r"\b(?:wtd)\b", _fixed(Period("week", 0))),
        (r"\b(?:last|past) ?24 ?(?:h|hours|horas)\b|\bultimas 24 ?(?:h|horas)\b", lambda m, lang, t: None),
        (
            r"\b(?:n?o |n?os |the |in |this |last |neste |nesse |do |ultimo )*(?:fim de semana|final de semana|fds|weekend)(?: passado)?\b",
            _weekend,
        ),
        (
            rf"\b(?:na |da |a |the |in the )?(?P<h>primeira|segunda|first|second|1|2)[ao]? (?:quinzena|half)(?: (?:de|do|of) (?:mes|the month|month|(?P<m>{_MONTH})))?",
            _half,
        ),
        (r"\b(?:no |na |o |do |in |the )*q(?P<q>[1-4])(?: (?:de |do |of )?(?P<y>20\d\d))?\b", _quarter),
        (
            r"\b(?:no |o |do |in |the )*(?P<q>[1-4])(?:o|st|nd|rd|th)? ?(?:trimestre|tri|quarter|q)(?: (?:de |do ano de |of )?(?P<y>20\d\d))?\b",
            _quarter,
        ),
        (
            r"\b(?:no |o |do |in |the )*(?P<qw>primeiro|segundo|terceiro|quarto|first|second|third|fourth) (?:trimestre|quarter)(?: (?:de |of )?(?P<y>20\d\d))?\b",
            lambda m, lang, t: _quarter_words(m, t),
        ),
        (
            rf"\b(?:de |from |entre |between )(?P<m1>{_MONTH}) (?:a|ate|e|to|and|until|through) (?P<m2>{_MONTH})"
            + _YEAR.format("y")
            + r"(?!\w)",
            _months_named,
        ),
        (rf"\b(?:no |o |em |on |dia |the |do |de )*(?P<a>{_DATE})(?!\w)", _one_day),
        (r"\b(?:n?o |do )?dia (?P<d>\d{1,2})\b(?!/)|\b(?:on |for )?the (?P<e>\d{1,2})(?:st|nd|rd|th)\b", _day_number),
        (
            rf"\b(?:em |in |no mes de |mes de |de |do |during |for |ao longo de |durante )*(?P<m>{_LONG_MONTH})(?P<ly> (?:do ano passado|of last year|last year|passado))?"
            + _YEAR.format("y")
            + r"(?!\w)",
            _month_named,
        ),
        (
            r"\b(?:em |in |no mes de |mes de |de |do |for |last )+(?P<m>"
            + "|".join(_SHORT)
            + r")\b(?P<ly> (?:do ano passado|of last year|last year))?"
            + _YEAR.format("y")
            + r"(?!\w)",
            _month_named,
        ),
        (r"\b(?P<m>" + "|".join(_SHORT) + r")(?P<ly>\b)? ?(?:de |/|of |')? ?(?P<y>20\d\d)\b", _month_named),
        (r"\b(?:em |in |no ano de |ano de |de |do |for |year )+(?P<y>20\d\d)\b", _year),
        (
            r"\b(?:na |no |n?a |da |do |on |last |ultima |ultimo |this |the )+(?P<w>segunda|terca|quarta|quinta|sexta|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:[- ]feira)?(?: passad[ao])?\b",
            _weekday,
        ),
        (r"\b(?P<w>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b", _weekday),
        (r"(?<![\w/-])(?P<y>20\d\d)(?![\w/-])", _year),
        (
            r"(?<!dia )(?<!dias )(?<!day )(?<!days )\b(?:no|do|na|da|of the|in the|for the|on the) (?P<u>dia|mes|semana|trimestre|ano|day|month|week|quarter|year)\b(?! (?:da|de|of|com|em|que|with|which|that|\d))",
            _unit_back(0),
        ),
    )
]


def _quarter_words(match: re.Match[str], today: date) -> Period:
    order = ("primeiro first", "segundo second", "terceiro third", "quarto fourth")
    number = next(place for place, words in enumerate(order, start=1) if match["qw"] in words)
    year = int(match["y"]) if match["y"] else today.year
    first = date(year, 3 * number - 2, 1)
    if not match["y"] and first > today:
        first = first.replace(year=year - 1)
    return Period("between", first=first, last=max(min(_ends("quarter", first), today), first))
