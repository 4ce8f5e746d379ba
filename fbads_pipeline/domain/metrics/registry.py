"""What a metric is: where its figure comes from, what it means, and how it is summed or divided.

The metrics themselves are declared in `dbt_project/metrics.yml`. From there
`python -m fbads_pipeline.adapters.dbt.metric_registry` writes `declared.py` beside this file, which is what code reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "people", "ratio", "money", "per_person"]
Good = Literal["up", "down", "none"]
DataType = Literal["bigint", "numeric"]
# How a figure is written: a factor as 4.2, a ratio in per cent.
WrittenUnit = Literal["count", "money", "ratio", "factor"]


# Columns of the daily marts that count whatever the row's `conversion_goal` names.
COUNTS_A_GOAL = frozenset({"conversions", "conversion_value"})
# Ratios that people read as a factor (4.2), not in per cent.
FACTORS = frozenset({"roas", "roas_with_tax", "real_roas", "real_roas_with_tax"})
# What the names of figures of orders begin with.
REAL = "real_"


def written_unit(metric: str, unit: str) -> WrittenUnit:
    """How a figure of that metric is written. unit: the metric's in the registry or the catalogue.

    >>> written_unit("roas", "ratio"), written_unit("ctr", "ratio"), written_unit("reach", "people")
    ('factor', 'ratio', 'count')
    """
    if metric in FACTORS:
        return "factor"
    units: Mapping[str, WrittenUnit] = {"money": "money", "ratio": "ratio"}
    return units.get(unit, "count")


@dataclass(frozen=True, slots=True)
class RawField:
    """A field of Meta's insights. name: Meta's own, and the column of `raw.insights`."""

    name: str
    data_type: DataType


@dataclass(frozen=True, slots=True)
class Events:
    """Events that Meta lists in `actions` and `action_values`.

    family: a family of `conversion_families` in dbt_project.yml, `goal` for the account's own goal, empty for
    one action type alone, which is then named.
    """

    measure: Literal["count", "value"]
    family: str = ""
    action_type: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two metrics, one divided by the other. factor: 1000 for a price per thousand."""

    numerator: str
    denominator: str
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Taxed:
    """What an amount costs with the tax of its account and day, or that tax alone; null where no rate is known.

    of: the metric without tax.
    """

    of: str
    part: Literal["cost", "tax"]


@dataclass(frozen=True, slots=True)
class ShopOrders:
    """Orders of shops that are attributed to an object of the account; null where it is not known whether all of them
    are here."""

    measure: Literal["count", "value"]


@dataclass(frozen=True)
class Metric:
    """One metric of the daily marts, or of the sales marts alone (`reads_orders`), whose column has its name.

    source: where the figure comes from. labels, synonyms: per language code. expression: SQL over the rows of one daily
    mart, sums first, then the ratio of the sums; null where a row does not report the figure. columns: those that the
    expression reads. additive: over which of `objects` and `days` it may be summed. data_type: the column's. good:
    whether more of it is better.
    """

    name: str
    source: RawField | Events | Ratio | Taxed | ShopOrders
    labels: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    description: str
    expression: str
    columns: tuple[str, ...]
    unit: Unit
    good: Good
    additive: frozenset[str]
    data_type: DataType = "numeric"
    note: str = ""

    @property
    def called(self) -> tuple[str, ...]:
        """Its labels and synonyms in every language."""
        return (*self.labels.values(), *(one for some in self.synonyms.values() for one in some))

    @property
    def is_ratio(self) -> bool:
        """A sum divided by a sum: defined on any rows, though it does not add up."""
        return isinstance(self.source, Ratio)

    @property
    def needs_one_row(self) -> bool:
        """Reach and frequency: of one object and one day only."""
        return not self.additive and not self.is_ratio

    @property
    def parts(self) -> tuple[str, str] | None:
        """SQL of a ratio's numerator and denominator, without the guard against zero; None of a sum."""
        if not isinstance(self.source, Ratio):
            return None
        factor = f"{self.source.factor} * " if self.source.factor != 1 else ""
        return f"{factor}({sum_reported(self.source.numerator)})", sum_reported(self.source.denominator)

    @property
    def reads_orders(self) -> bool:
        """Whether only the sales marts have it."""
        return any(one.startswith(REAL) for one in self.columns)

    @property
    def raw_field(self) -> RawField | None:
        """The field of Meta's insights that the metric is; None of one that is computed."""
        return self.source if isinstance(self.source, RawField) else None


def sum_reported(column: str) -> str:
    """SQL of a column's sum over rows that all report it; null where one of them does not, never the rest's.

    What counts a goal is added over rows of one goal only.
    """
    one_goal = " and min(conversion_goal) = max(conversion_goal)" if column in COUNTS_A_GOAL else ""
    return f"case when count(*) = count({column}){one_goal} then sum({column}) end"


def expressions(metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Metric → SQL expression over the columns of a daily mart."""
    return {name: metric.expression for name, metric in metrics.items()}


def units(metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Metric → unit."""
    return {name: metric.unit for name, metric in metrics.items()}


def raw_fields(metrics: Mapping[str, Metric]) -> tuple[RawField, ...]:
    """The figures that a row of insights brings, in the order of the columns of `raw.insights`."""
    return tuple(field for metric in metrics.values() if (field := metric.raw_field))
