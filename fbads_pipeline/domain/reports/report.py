"""A report as data: keys of texts and raw values (fractions, money in major units, days), in no language yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.messages import Value
from fbads_pipeline.domain.metrics.states import GapKind as GapKind
from fbads_pipeline.domain.reports.brand import PLAIN_BRAND, ReportBrand
from fbads_pipeline.domain.reports.facts import ReportPicture

ReportKind = Literal["daily", "weekly", "monthly", "executive"]
Unit = Literal["text", "count", "money", "ratio", "factor", "day", "change", "score"]
Good = Literal["up", "down", "none"]
Cell = Decimal | int | date | Value | None

KINDS: tuple[ReportKind, ...] = ("daily", "weekly", "monthly", "executive")
NO_VALUE = "–"
_EXECUTIVE_DAYS = 28
MOST_ON_COVER = 3


@dataclass(frozen=True)
class Period:
    """Complete account-local days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_month(self) -> bool:
        """Whether it is a whole calendar month."""
        return self == month_before(self.last + timedelta(days=1))

    @property
    def before(self) -> "Period":
        """As many days, right before; of a whole calendar month the month before it."""
        if self.is_month:
            return month_before(self.first)
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def month_before(day: date) -> Period:
    """The calendar month before the one of that day."""
    last = day.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def days_of(period: Period) -> DayRange:
    """The period as a range of days."""
    return DayRange(period.first, period.last)


def period_of(kind: ReportKind, day: date) -> Period:
    """What a report made on that account-local day is about: yesterday, the last whole week from Monday to Sunday,
    the last whole month, or the last 28 days."""
    yesterday = day - timedelta(days=1)
    if kind == "daily":
        return Period(yesterday, yesterday)
    if kind == "weekly":
        sunday = day - timedelta(days=day.weekday() + 1)
        return Period(sunday - timedelta(days=6), sunday)
    if kind == "monthly":
        return month_before(day)
    return Period(day - timedelta(days=_EXECUTIVE_DAYS), yesterday)


@dataclass(frozen=True)
class TableColumn:
    """good: the direction in which a change is good; is_wide: takes the room that others leave."""

    label: Value
    unit: Unit
    good: Good = "none"
    is_wide: bool = False


def is_absent(value: Cell, column: TableColumn) -> bool:
    """Whether a text stands in a column of figures: why there is no figure."""
    return column.unit not in ("text", "day") and value is not None and not isinstance(value, Decimal | int | date)


@dataclass(frozen=True)
class Table:
    """rows: one value per column; money in `currency`; a text in a column of figures says why there is no figure.
    left_out: rows that the paged formats do not show.

    is_half: stands beside the next one, where there is room for both. pictures: one per row, where it has such.
    """

    title: Value
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Cell]]
    currency: str | None = None
    empty: Value = ""
    most_shown: int | None = None
    is_half: bool = False
    pictures: Sequence[ReportPicture | None] = ()

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - self.most_shown) if self.most_shown is not None else 0


@dataclass(frozen=True)
class Figure:
    """One number at the top: now, in the period before, and which direction is good. metric: its name in the catalogue.

    is_provisional: it still moves, because Meta attributes conversions to past days. absent: stands in the place of
    `now` where Meta did not report it. target: what it should be, where that is set.
    """

    metric: str
    label: Value
    unit: Unit
    now: Decimal | None
    before: Decimal | None
    good: Good
    currency: str | None = None
    is_provisional: bool = False
    absent: Value | None = None
    target: Decimal | None = None

    @property
    def shown(self) -> Cell:
        """The figure, or why there is none."""
        return self.absent if self.now is None else self.now

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

    marks: day → the gravest thing that happened on it; gaps: day → why it has no value.
    """

    title: Value
    unit: Unit
    days: Sequence[date]
    now: Sequence[Decimal | None]
    before: Sequence[Decimal | None]
    provisional: Sequence[bool]
    currency: str | None = None
    marks: Mapping[date, MarkKind] = field(default_factory=dict)
    gaps: Mapping[date, GapKind] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One account, or all that share a currency. title: its name or the currency; highlights: what to know first;
    warnings: days that were not read, which stand above every figure."""

    title: str
    subtitle: Value
    figures: Sequence[Figure]
    charts: Sequence[Chart]
    tables: Sequence[Table]
    notes: Sequence[Value]
    highlights: Sequence[Value] = ()
    warnings: Sequence[Value] = ()


@dataclass(frozen=True)
class Report:
    """name: of its files, without language and extension; as_of: the newest reading that it rests on; comment: what
    the agency says of it, before everything else; definitions: what its metrics mean."""

    kind: ReportKind
    name: str
    title: Value
    period: Period
    sections: Sequence[Section]
    as_of: Value
    brand: ReportBrand = PLAIN_BRAND
    comment: str = ""
    definitions: Table | None = None

    @property
    def has_cover(self) -> bool:
        """Whether paper begins with a page of its own: with a brand, and for more than a day."""
        return self.brand != PLAIN_BRAND and self.kind != "daily"

    @property
    def subjects(self) -> Sequence[str]:
        """Whom it is about, as a cover names them: a few accounts, else the first of them; of all accounts none."""
        titles = [] if self.kind == "executive" else [one.title for one in self.sections]
        return titles if len(titles) <= MOST_ON_COVER else [*titles[:MOST_ON_COVER], "…"]
