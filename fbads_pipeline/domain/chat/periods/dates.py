"""Single dates as people write them in a question."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary


class AmbiguousDate(ValueError):
    """05/06 in English: the fifth of June, or May the sixth? `readings` holds both, as ISO dates."""

    def __init__(self, text: str, readings: tuple[str, ...]) -> None:
        super().__init__(text)
        self.text, self.readings = text, readings


class ImpossibleDate(ValueError):
    """31/02: there is no such day."""


@dataclass(frozen=True)
class DateContext:
    """What a date or period depends on: the language that it is written in, and the local today."""

    vocabulary: Vocabulary
    language: str
    today: date


def one_date(text: str, context: DateContext, near: date | None = None) -> date:
    """One date. Without a year it is the latest that is not after today (or not after `near`)."""
    vocabulary, latest = context.vocabulary, near or context.today
    if text in vocabulary.days_ago:
        return context.today - timedelta(days=vocabulary.days_ago[text])
    if re.match(r"\d{4}-", text):
        year, month, day = (int(part) for part in text.split("-"))
        return made_date(year, month, day, text)
    if re.match(r"\d{1,2}[/.]", text):
        return _slashed(text, context, latest)
    name = vocabulary.expression("{month}").search(text)
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    month = vocabulary.months[name.group()] if name else 0
    return with_year(numbers[1] if len(numbers) > 1 else None, month, numbers[0], text, latest)


def _slashed(text: str, context: DateContext, latest: date) -> date:
    parts = [int(part) for part in re.split(r"[/.]", text)]
    day, month = parts[0], parts[1]
    year = (parts[2] + 2000 if parts[2] < 100 else parts[2]) if len(parts) > 2 else None
    if context.vocabulary.of(context.language).slashed_dates_are_ambiguous and "/" in text:
        if day <= 12 and month <= 12 and day != month:
            readings = (with_year(year, month, day, text, latest), with_year(year, day, month, text, latest))
            raise AmbiguousDate(text, tuple(one.isoformat() for one in readings))
        if month > 12:
            day, month = month, day
    return with_year(year, month, day, text, latest)


def with_year(year: int | None, month: int, day: int, text: str, latest: date) -> date:
    """That day of that year; without a year of the latest one in which it is not after `latest`."""
    if year is not None:
        return made_date(year, month, day, text)
    for candidate in range(latest.year, latest.year - 5, -1):
        try:
            made = date(candidate, month, day)
        except ValueError:
            continue
        if made <= latest:
            return made
    raise ImpossibleDate(text)


def made_date(year: int, month: int, day: int, text: str) -> date:
    """The date; raises ImpossibleDate with the text that it was read from."""
    try:
        return date(year, month, day)
    except ValueError:
        raise ImpossibleDate(text) from None
