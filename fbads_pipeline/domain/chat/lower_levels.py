"""Figures that Meta did not report at one level and that the sum of a level below has."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import LEVELS, MOST_ROWS, Level, Plan
from fbads_pipeline.domain.chat.result import LOWER_LEVEL, Result, at_lower_level, unreported
from fbads_pipeline.domain.chat.validator import breakdown_of, level_of

# The finest first: Meta reports a figure of an ad where it leaves out that of the ad set above.
_FINER: tuple[Level, ...] = ("ad", "adset")


def lacks_figures(result: Result) -> bool:
    """Whether some row has a figure that Meta did not report."""
    columns = [column.name for column in result.of("unreported")]
    return any(row.get(name) for row in result.rows for name in columns)


def lower_levels(plan: Plan) -> tuple[Level, ...]:
    """The levels whose sums may say what the plan's own level does not, the best first; none of a breakdown."""
    if breakdown_of(plan) is not None:
        return ()
    own = LEVELS.index(level_of(plan))
    return tuple(level for level in _FINER if LEVELS.index(level) > own)


def summed_below(plan: Plan, catalogue: Catalogue) -> Plan | None:
    """The plan whose rows a lower level is asked for: every group, and only metrics that add up."""
    metrics = tuple(name for name in plan.metrics if not catalogue[name].needs_one_row)
    return replace(plan, metrics=metrics, rank=None, thresholds=(), limit=MOST_ROWS) if metrics else None


def with_lower_level(result: Result, lower: Result, level: Level) -> Result | None:
    """The result with the lower level's figures beside those that lack; None where it has none of them."""
    keys = [column.name for column in result.of("key")]
    by_key = {tuple(row[name] for name in keys): row for row in lower.rows}
    lacking = [column.name for column in (*result.of("value"), *result.of("before"))]
    is_found = False

    def completed(row: Mapping[str, Any]) -> Mapping[str, Any]:
        nonlocal is_found
        below = by_key.get(tuple(row[name] for name in keys), {})
        known = {
            at_lower_level(name): below[name]
            for name in lacking
            if row.get(unreported(name)) and below.get(name) is not None
        }
        is_found = is_found or bool(known)
        return {**row, **known, LOWER_LEVEL: level} if known else row

    rows = tuple(completed(row) for row in result.rows)
    return replace(result, rows=rows) if is_found else None
