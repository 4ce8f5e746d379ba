"""A report as data: what it says, in which order, before anybody draws it.

Values are raw (fractions, money in major units, days); how they look in a language is the renderer's matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.formatting import Language

ReportKind = Literal["daily", "weekly", "executive"]
Unit = Literal["text", "count", "money", "ratio", "factor", "day", "change", "score"]
Good = Literal["up", "down", "none"]
Value = Decimal | int | str | date | None

KINDS: tuple[ReportKind, ...] = ("daily", "weekly", "executive")
_EXECUTIVE_DAYS = 28


@dataclass(frozen=True)
class Period:
    """Complete account-local days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, right before."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def period_of(kind: ReportKind, day: date) -> Period:
    """What a report made on that account-local day is about: yesterday, the last whole week from Monday to Sunday,
    or the last 28 days."""
    yesterday = day - timedelta(days=1)
    if kind == "daily":
        return Period(yesterday, yesterday)
    if kind == "weekly":
        sunday = day - timedelta(days=day.weekday() + 1)
        return Period(sunday - timedelta(days=6), sunday)
    return Period(day - timedelta(days=_EXECUTIVE_DAYS), yesterday)


@dataclass(frozen=True)
class Column:
    """good: the direction in which a change is good; is_wide: takes the room that others leave."""

    label: str
    unit: Unit
    good: Good = "none"
    is_wide: bool = False


@dataclass(frozen=True)
class Table:
    """rows: one value per column; money in `currency`. left_out: rows that the paged formats do not show.

    is_half: stands beside the next one, where there is room for both.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    currency: str | None = None
    empty: str = ""
    most_shown: int | None = None
    is_half: bool = False

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - self.most_shown) if self.most_shown is not None else 0


@dataclass(frozen=True)
class Figure:
    """One number at the top: now, in the period before, and which direction is good. metric: its name in the catalogue.

    is_provisional: it still moves, because Meta attributes conversions to past days.
    """

    metric: str
    label: str
    unit: Unit
    now: Decimal | None
    before: Decimal | None
    good: Good
    currency: str | None = None
    is_provisional: bool = False

    @property
    def change(self) -> Decimal | None:
        """0.25 is 25 % more; None where the figure before is missing or zero."""
        if self.now is None or not self.before:
            return None
        return self.now / self.before - 1


MarkKind = Literal["anomaly", "edit", "calendar"]
# The gravest first.
MARKS: tuple[MarkKind, ...] = ("anomaly", "edit", "calendar")


@dataclass(frozen=True)
class Chart:
    """One value per day, now and in the period before, day by day; None where there is none.

    marks: day → the gravest thing that happened on it.
    """

    title: str
    unit: Unit
    days: Sequence[date]
    now: Sequence[Decimal | None]
    before: Sequence[Decimal | None]
    provisional: Sequence[bool]
    currency: str | None = None
    marks: Mapping[date, MarkKind] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One account, or all that share a currency. highlights: what to know, in sentences."""

    title: str
    subtitle: str
    figures: Sequence[Figure]
    charts: Sequence[Chart]
    tables: Sequence[Table]
    notes: Sequence[str]
    highlights: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """name: of its files, without extension; as_of: the newest reading that it rests on, as text."""

    kind: ReportKind
    language: Language
    name: str
    title: str
    period: Period
    sections: Sequence[Section]
    as_of: str
    labels: "Labels"


@dataclass(frozen=True)
class Labels:
    """Words that the renderers need."""

    summary: str
    figure: str
    unit: str
    now: str
    before: str
    was: str
    change: str
    provisional: str
    day: str
    more_rows: str
    page: str
    of: str
    no_value: str = "–"
