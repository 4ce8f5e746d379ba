"""Which fields one reading of insights asks for: all, less those that Meta has not got or refused to answer."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.collection.offered_figures import (
    MONTHS_OF_UNIQUE_FIGURES,
    OPTIONAL_FIGURES,
    UNIQUE_FIGURES,
    first_day_of_unique_figures,
    left_out_note,
    not_offered,
)
from fbads_pipeline.domain.core.days import DayRange

_INVALID_PARAMETER = 100


class AskedFields:
    """The fields of one account and grain. refused: those that Meta refused before; today: the account's, or nearly."""

    def __init__(self, grain: Grain, refused: Iterable[str], today: date) -> None:
        self._grain, self._absent, self.refused = grain, not_offered(grain), frozenset(refused)
        self._unique_since = first_day_of_unique_figures(grain, today)
        self._oldest_without_unique: date | None = None
        self._newest_without_unique: date | None = None

    def parts(self, days: DayRange) -> Iterator[DayRange]:
        """The days in ranges within which the same fields are asked for, the oldest first."""
        if days.since < self._unique_since <= days.until:
            yield DayRange(days.since, self._unique_since - timedelta(days=1))
            yield DayRange(self._unique_since, days.until)
        else:
            yield days

    def left_out(self, days: DayRange) -> frozenset[str]:
        """The fields that are not asked for, of the days of one part."""
        return self._absent | self.refused | (UNIQUE_FIGURES if days.since < self._unique_since else frozenset())

    def alternatives(self, error: PermanentMetaError, asked: Iterable[str]) -> list[frozenset[str]]:
        """What to leave out of a refused query, one after the other, until Meta answers; empty where asking for less
        cannot help. Those that the message names come first; it is read for nothing else."""
        if error.code != _INVALID_PARAMETER:
            return []
        optional = OPTIONAL_FIGURES.intersection(asked)
        unique = UNIQUE_FIGURES.intersection(asked) if self._grain.fields else frozenset()
        named = (optional | unique).intersection(re.findall(r"\w+", str(error)))
        tried = [named, unique, optional, unique | optional]
        return [fields for fields in dict.fromkeys(tried) if fields]

    def refuse(self, fields: frozenset[str]) -> None:
        """Meta answered without these fields what it had refused with them."""
        self.refused |= fields & OPTIONAL_FIGURES

    def refuse_unique(self, until: date) -> None:
        """Meta has no figures per person of that day and the days before."""
        self._unique_since = max(self._unique_since, until + timedelta(days=1))

    def note_days(self, days: DayRange) -> None:
        """Rows of these days were read."""
        if days.since < self._unique_since and not self._absent >= UNIQUE_FIGURES:
            until = min(days.until, self._unique_since - timedelta(days=1))
            self._oldest_without_unique = min(days.since, self._oldest_without_unique or days.since)
            self._newest_without_unique = max(until, self._newest_without_unique or until)

    def notes(self) -> tuple[str, ...]:
        """What was left out, one sentence each."""
        sentences = []
        if self._absent:
            sentences.append(left_out_note(self._grain, self._absent, "Meta has none of them in this breakdown"))
        if self._oldest_without_unique and self._newest_without_unique:
            days = DayRange(self._oldest_without_unique, self._newest_without_unique)
            reason = f"in breakdowns Meta keeps them for {MONTHS_OF_UNIQUE_FIGURES} months, not for {days}"
            sentences.append(left_out_note(self._grain, UNIQUE_FIGURES, reason))
        if self.refused - self._absent:
            sentences.append(left_out_note(self._grain, self.refused - self._absent, "Meta refuses to answer them"))
        return tuple(sentences)
