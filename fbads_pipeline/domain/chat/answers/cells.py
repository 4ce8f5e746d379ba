"""One cell of a result as a value of a sentence. Every number that an answer shows passes through here."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.composed import parts_of
from fbads_pipeline.domain.chat.plan import META_OBJECTIVES, Dimension
from fbads_pipeline.domain.chat.result import LOWER_LEVEL, ResultColumn, at_lower_level, unreported
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Count, Day, Joined, Money, Name, Percent, Value, message
from fbads_pipeline.domain.metrics.declared import METRICS, ORDER_METRICS
from fbads_pipeline.domain.metrics.registry import FACTORS, Ratio, Taxed

Row = Mapping[str, Any]
_EVERY = {**METRICS, **ORDER_METRICS}
_NAMED_DENOMINATORS = ("conversions", "clicks", "impressions", "spend", "purchases")
_STATUSES: tuple[str, ...] = (
    "ACTIVE",
    "PAUSED",
    "CAMPAIGN_PAUSED",
    "ADSET_PAUSED",
    "ARCHIVED",
    "DELETED",
    "PENDING_REVIEW",
)
_STATUSES += ("DISAPPROVED", "WITH_ISSUES", "IN_PROCESS", "DISABLED", "UNSETTLED")
_GENDERS = ("female", "male", "unknown")


def metric_label(name: str) -> Value:
    """The metric as the catalogue of messages calls it; of a quotient what it divides by what."""
    found = parts_of(name, _EVERY)
    if name in _EVERY or found is None:
        return message(f"metrics.{name}")
    numerator, denominator, kind = found
    above, below = message(f"metrics.{numerator}"), message(f"metrics.{denominator}")
    if kind == "rate":
        return message("chat.rate_of", above=above, below=below)
    return message("chat.cost_per" if numerator == "spend" else "chat.one_per", above=above, below=below)


def status_label(status: str) -> Value:
    """Meta's state of an object in words; as Meta calls it where there are none."""
    return message(f"chat.status_{status.lower()}") if status in _STATUSES else status.replace("_", " ").lower()


def metric_labels(names: tuple[str, ...] | list[str]) -> Value:
    """Several metrics with commas between them."""
    return Joined(tuple(metric_label(name) for name in names), ", ")


def dimension_label(dimension: Dimension) -> Value:
    return message(f"chat.dimension_{dimension}")


def cell(column: ResultColumn, row: Row, catalogue: Catalogue) -> Value:
    """A figure in the row's currency; where there is none, why: Meta did not report it, or nothing to divide by."""
    value = row.get(column.name)
    if value is None:
        return _nothing(column, row, catalogue)
    return _figure(column, Decimal(str(value)), row)


def signed(column: ResultColumn, row: Row, catalogue: Catalogue) -> Value:
    """A change with its sign; of a rate in percentage points."""
    value, shown = row.get(column.name), cell(column, row, catalogue)
    if value is not None and column.role == "change" and _is_share(column):
        shown = message("chat.percentage_points", points=Count(Decimal(str(value)) * 100))
    return Joined(("+", shown), "") if value is not None and value > 0 else shown


def group(dimension: Dimension, row: Row) -> Value:
    """What a row is about: the name of an object, a day, a weekday, a part of a breakdown."""
    value = row.get(dimension)
    if f"{dimension}_name" in row:
        return Name(row[f"{dimension}_name"], str(value))
    if value is None:
        return message("chat.unknown")
    if dimension == "weekday":
        return message(f"chat.weekday_{int(value)}")
    if dimension == "hour":
        return f"{int(value):02}:00"
    if dimension == "gender" and value in _GENDERS:
        return message(f"chat.gender_{value}")
    if dimension == "objective" and value in META_OBJECTIVES:
        return message(f"chat.objective_{str(value).lower()}")
    if isinstance(value, date):
        if dimension == "month":
            return message("chat.month", month=f"{value:%m}", year=f"{value:%Y}")
        return message("chat.week", monday=Day(value)) if dimension == "week" else Day(value)
    return plain_line(str(value))


def bullet(line: Value) -> Value:
    """A line of a list."""
    return Joined(("- ", line), "")


def _figure(column: ResultColumn, number: Decimal, row: Row) -> Value:
    if column.unit == "money":
        return Money(number, str(row.get("currency") or ""))
    if column.role in ("change_ratio", "share") or _is_share(column):
        return Percent(number)
    return Count(number)


def _is_share(column: ResultColumn) -> bool:
    """Whether the figure is a fraction that people read in percent: every ratio but factors such as ROAS."""
    return column.unit == "ratio" and column.metric not in FACTORS


def _nothing(column: ResultColumn, row: Row, catalogue: Catalogue) -> Value:
    if row.get(unreported(column.name)):
        return _not_reported(column, row, catalogue)
    metric = catalogue[column.metric] if column.metric and column.metric in catalogue else None
    if metric is not None and isinstance(metric.source, Ratio) and column.role in ("value", "before"):
        denominator = metric.source.denominator
        if denominator in _NAMED_DENOMINATORS:
            return message(f"chat.no_{denominator}")
    return message("chat.nothing_to_compare" if column.role in ("change", "change_ratio") else "chat.no_data")


def _not_reported(column: ResultColumn, row: Row, catalogue: Catalogue) -> Value:
    """That Meta did not report the figure at the level of the row; and what the levels below it add up to, where they
    have it completely."""
    lacking = str(row[unreported(column.name)])
    if lacking in catalogue and isinstance(catalogue[lacking].source, Taxed):
        return message("chat.no_tax_rate")
    if lacking in ORDER_METRICS:
        return message("chat.no_orders")
    lower = row.get(LOWER_LEVEL)
    known = row.get(at_lower_level(column.name)) if lower else None
    figure = None if known is None else _figure(column, Decimal(str(known)), row)
    if lacking == column.metric:
        if figure is None:
            return message("coverage.not_reported")
        return message("coverage.not_reported_but_below", figure=figure, level=message(f"coverage.in_{lower}s"))
    reason = message("chat.not_calculated", metric=metric_label(lacking))
    if figure is None:
        return reason
    return Joined((reason, message(f"chat.would_be_by_{lower}s", figure=figure)), "; ")
