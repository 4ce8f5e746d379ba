"""Single dates in everyday Portuguese and English."""

import re
from datetime import date, timedelta

from fbads_pipeline.domain.core.formatting import Language

MONTHS = {
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
SHORT_MONTHS = {"mar", "may", "mai", "set", "out", "ago", "dez", "jan", "fev", "feb", "abr", "apr", "jun", "jul", "aug"}
SHORT_MONTHS |= {"sep", "sept", "oct", "nov", "dec", "march"}
MONTH = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b"
LONG_MONTH = r"(?:" + "|".join(sorted((m for m in MONTHS if m not in SHORT_MONTHS), key=len, reverse=True)) + r")\b"
DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?|\d{1,2}\.\d{1,2}\.\d{4}|"
    rf"(?:dia )?\d{{1,2}}(?:st|nd|rd|th|o|a)? (?:de |of )?{MONTH}(?:,? (?:de |of )?20\d\d)?|"
    rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,? 20\d\d)?|hoje|ontem|anteontem|today|yesterday)"
)


class AmbiguousDate(ValueError):
    """05/06 in English: the fifth of June, or May the sixth? `readings` holds both, as ISO dates."""

    def __init__(self, words: str, readings: tuple[str, ...]) -> None:
        super().__init__(words)
        self.words, self.readings = words, readings


class ImpossibleDate(ValueError):
    """31/02: there is no such day."""


def one_date(words: str, language: Language, today: date, near: date | None = None) -> date:
    """One date. Without a year it is the latest that is not after today (or not after `near`)."""
    named = {"hoje": 0, "today": 0, "ontem": 1, "yesterday": 1, "anteontem": 2}
    if words in named:
        return today - timedelta(days=named[words])
    if re.match(r"\d{4}-", words):
        year, month, day = (int(part) for part in words.split("-"))
        return made_date(year, month, day, words)
    if re.match(r"\d{1,2}[/.]", words):
        return _slashed(words, language, today, near)
    name = re.search(MONTH, words)
    numbers = [int(one) for one in re.findall(r"\d+", words)]
    month = MONTHS[name.group()] if name else 0
    return with_year(numbers[1] if len(numbers) > 1 else None, month, numbers[0], words, near or today)


def _slashed(words: str, language: Language, today: date, near: date | None) -> date:
    parts = [int(part) for part in re.split(r"[/.]", words)]
    day, month = parts[0], parts[1]
    year = (parts[2] + 2000 if parts[2] < 100 else parts[2]) if len(parts) > 2 else None
    latest = near or today
    if language == "en" and "/" in words:
        if day <= 12 and month <= 12 and day != month:
            readings = (with_year(year, month, day, words, latest), with_year(year, day, month, words, latest))
            raise AmbiguousDate(words, tuple(one.isoformat() for one in readings))
        if month > 12:
            day, month = month, day
    return with_year(year, month, day, words, latest)


def with_year(year: int | None, month: int, day: int, words: str, latest: date) -> date:
    if year is not None:
        return made_date(year, month, day, words)
    for candidate in range(latest.year, latest.year - 5, -1):
        try:
            made = date(candidate, month, day)
        except ValueError:
            continue
        if made <= latest:
            return made
    raise ImpossibleDate(words)


def made_date(year: int, month: int, day: int, words: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ImpossibleDate(words) from None
