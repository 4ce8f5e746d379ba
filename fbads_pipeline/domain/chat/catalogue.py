"""The metrics that a question can ask for: those that the metric registry declares, and quotients of their sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fbads_pipeline.domain.chat.composed import composed
from fbads_pipeline.domain.core.formatting import fold
from fbads_pipeline.domain.metrics.registry import Metric


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Every metric by its name, also `spend_per_leads`; equal to itself alone. Only declared ones are listed."""

    metrics: Mapping[str, Metric]

    def __contains__(self, name: object) -> bool:
        return name in self.metrics or (isinstance(name, str) and composed(name, self.metrics) is not None)

    def __getitem__(self, name: str) -> Metric:
        found = self.metrics.get(name) or composed(name, self.metrics)
        if found is None:
            raise KeyError(name)
        return found

    def items(self) -> Iterable[tuple[str, Metric]]:
        return self.metrics.items()

    def is_of_money(self, name: str) -> bool:
        """Whether the metric reads amounts: those of two currencies do not add up, nor does their ratio."""
        metric = self[name]
        return metric.unit == "money" or any(one in self and self[one].unit == "money" for one in metric.columns)

    def called(self, words: str) -> tuple[str, ...]:
        """The metrics whose name, label or synonym these words are, whatever their accents and case."""
        wanted = fold(words.strip())
        return tuple(
            name for name, one in self.metrics.items() if wanted in (name, *(fold(each) for each in one.called))
        )

    def near(self, words: str, *, count: int = 3) -> tuple[str, ...]:
        """The metrics whose name, label or synonym reads most like these words."""
        # rapidfuzz is heavy: imported where it is needed.
        from rapidfuzz import fuzz

        def likeness(metric: Metric) -> float:
            return max(fuzz.WRatio(words.lower(), one.lower()) for one in (metric.name, *metric.called))

        ranked = sorted(self.metrics.values(), key=likeness, reverse=True)
        return tuple(metric.name for metric in ranked[:count])
