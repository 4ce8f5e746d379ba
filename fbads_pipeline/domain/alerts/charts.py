"""The chart of an alert: a metric on the last complete days of its first campaign, stored with the alert's facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.states import GapKind, known_figure, with_parts

CHART = "chart"
# Complete days that a message draws.
CHART_DAYS = 14
# Fewer known days are no course of a metric.
FEWEST_DRAWN = 5
# The detectors' name of a metric → the registry's.
_REGISTERED = {"cvr": "conversion_rate"}
# What Meta attributes to past days for a while.
_ATTRIBUTED = frozenset({"conversions", "purchase_value"})
_GAPS: tuple[GapKind, ...] = ("not_read", "not_reported")


@dataclass(frozen=True)
class RecentDay:
    """A complete day of one campaign, of the account's own days.

    figures: metric → value, None where Meta did not report it; None where nothing was delivered, if the day was read.
    """

    day: date
    is_read: bool
    is_provisional: bool
    figures: Mapping[str, Decimal | None] | None


@dataclass(frozen=True)
class AlertChart:
    """A metric of the registry by day, the days one after another. values: None where there is none; gaps: day → why,
    where that is not because nothing was delivered; provisional: days that still move; since: the day it is about."""

    metric: str
    currency: str | None
    first_day: date
    values: tuple[Decimal | None, ...]
    provisional: frozenset[date]
    gaps: Mapping[date, GapKind]
    since: date | None = None

    @property
    def days(self) -> list[date]:
        """The day of each value."""
        return [self.first_day + timedelta(days=n) for n in range(len(self.values))]

    @property
    def last_day(self) -> date:
        """The day of the last value."""
        return self.first_day + timedelta(days=len(self.values) - 1)


def day_values(metric: str, recent: Sequence[RecentDay]) -> tuple[Decimal | None, ...]:
    """The metric on each day; None where it was not read, not reported, or has no value. A day that was read and had no
    delivery is zero."""
    declared = METRICS.get(_REGISTERED.get(metric, metric))
    if declared is None or declared.name not in _known_names(recent):
        return tuple(None for _ in recent)
    return tuple(known_figure(declared, one.figures, is_read=one.is_read)[0] for one in recent)


def bar_values(metric: str, recent: Sequence[RecentDay]) -> tuple[float | None, ...]:
    """The same as plain numbers, for the bars in a text."""
    return tuple(None if one is None else float(one) for one in day_values(metric, recent))


def chart_of(
    metric: str, recent: Sequence[RecentDay], currency: str | None, *, since: date | None = None
) -> AlertChart | None:
    """The chart of that metric, None for fewer than five known days or none above zero.

    recent: days without a gap between them, the oldest first; raises ValueError for others.
    """
    if any(after.day - before.day != timedelta(days=1) for before, after in pairwise(recent)):
        raise ValueError("the days of a chart follow one another")
    values = day_values(metric, recent)
    known = [one for one in values if one is not None]
    if len(known) < FEWEST_DRAWN or not max(known) > 0:
        return None
    declared = METRICS[_REGISTERED.get(metric, metric)]
    states = [known_figure(declared, one.figures, is_read=one.is_read)[1] for one in recent]
    gaps = {one.day: gap for one, state in zip(recent, states, strict=True) for gap in _GAPS if gap == state}
    is_attributed = not _ATTRIBUTED.isdisjoint(with_parts([declared.name], METRICS))
    provisional = frozenset(one.day for one in recent if one.is_provisional and is_attributed)
    return AlertChart(declared.name, currency, recent[0].day, values, provisional, gaps, since)


def chart_fact(chart: AlertChart | None) -> dict[str, Any]:
    """For an alert's facts: `{"chart": …}`, nothing without one. `stored_chart` reads it."""
    if chart is None:
        return {}
    days = [
        {
            "day": day.isoformat(),
            "value": None if value is None else str(value),
            **({"gap": chart.gaps[day]} if day in chart.gaps else {}),
            **({"is_provisional": True} if day in chart.provisional else {}),
        }
        for day, value in zip(chart.days, chart.values, strict=True)
    ]
    since = None if chart.since is None else chart.since.isoformat()
    return {CHART: {"metric": chart.metric, "currency": chart.currency, "since": since, "days": days}}


def stored_chart(facts: Mapping[str, Any]) -> AlertChart | None:
    """What `chart_fact` wrote; None for facts without a chart, or of a metric that is no longer registered."""
    stored = facts.get(CHART)
    if stored is None or stored["metric"] not in METRICS:
        return None
    days = [date.fromisoformat(one["day"]) for one in stored["days"]]
    return AlertChart(
        metric=stored["metric"],
        currency=stored["currency"],
        first_day=days[0],
        values=tuple(None if one["value"] is None else Decimal(one["value"]) for one in stored["days"]),
        provisional=frozenset(day for day, one in zip(days, stored["days"], strict=True) if one.get("is_provisional")),
        gaps={day: one["gap"] for day, one in zip(days, stored["days"], strict=True) if "gap" in one},
        since=None if stored["since"] is None else date.fromisoformat(stored["since"]),
    )


def _known_names(recent: Sequence[RecentDay]) -> set[str]:
    """The metrics that were read with the days; every metric where no day delivered anything."""
    return next((set(one.figures) for one in recent if one.figures is not None), set(METRICS))
