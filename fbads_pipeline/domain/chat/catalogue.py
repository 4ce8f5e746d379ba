"""The metrics that a question can ask for, as the catalogue of the dbt project defines them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fbads_pipeline.domain.core.formatting import Language

Unit = Literal["count", "people", "ratio", "money", "per_person"]
Good = Literal["up", "down", "none"]


@dataclass(frozen=True)
class Metric:
    """One metric. expression: SQL over sums of a daily mart's columns; additive: over which of objects, days."""

    name: str
    labels: Mapping[Language, str]
    synonyms: Mapping[Language, tuple[str, ...]]
    expression: str
    columns: tuple[str, ...]
    unit: Unit
    good: Good
    additive: frozenset[str]
    note: str = ""

    @property
    def is_ratio(self) -> bool:
        """A sum divided by a sum: defined on any rows, though it does not add up."""
        return "/" in self.expression

    @property
    def needs_one_row(self) -> bool:
        """Reach and frequency: of one object and one day only."""
        return not self.additive and not self.is_ratio

    @property
    def parts(self) -> tuple[str, str] | None:
        """Numerator and denominator of a ratio, without the guard against zero; None of a sum."""
        numerator, slash, denominator = self.expression.partition(" / nullif(")
        return (numerator.replace("::numeric", ""), denominator.removesuffix(", 0)")) if slash else None


@dataclass(frozen=True)
class Catalogue:
    """Every metric by its name."""

    metrics: Mapping[str, Metric]

    def __contains__(self, name: object) -> bool:
        return name in self.metrics

    def __getitem__(self, name: str) -> Metric:
        return self.metrics[name]

    def is_of_money(self, name: str) -> bool:
        """Whether the metric reads amounts: those of two currencies do not add up, nor does their ratio."""
        metric = self[name]
        return metric.unit == "money" or any(one in self and self[one].unit == "money" for one in metric.columns)

    def near(self, words: str, *, count: int = 3) -> tuple[str, ...]:
        """The metrics whose name, label or synonym reads most like these words."""
        from rapidfuzz import fuzz

        def likeness(metric: Metric) -> float:
            said = [metric.name, *metric.labels.values(), *(one for some in metric.synonyms.values() for one in some)]
            return max(fuzz.WRatio(words.lower(), one.lower()) for one in said)

        ranked = sorted(self.metrics.values(), key=likeness, reverse=True)
        return tuple(metric.name for metric in ranked[:count])
