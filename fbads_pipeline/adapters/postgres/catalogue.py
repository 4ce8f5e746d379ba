"""The metric catalogue (`dbt_project/metrics.yml`): the only place where a ratio is defined."""

from collections.abc import Mapping
from pathlib import Path


class CatalogueError(RuntimeError):
    """The catalogue is missing or lacks a metric; one sentence that names both."""


def read_units(path: Path) -> Mapping[str, str]:
    """Metric → unit: count, people, ratio, money, per_person. Raises CatalogueError."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {str(one["name"]): str(one["unit"]) for one in content["metrics"] if "expression" in one}
    except (OSError, yaml.YAMLError, TypeError, KeyError) as fault:
        raise CatalogueError(f"the metric catalogue {path} cannot be read ({type(fault).__name__})") from None


def read_catalogue(path: Path, *, needs: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Metric → SQL expression over the columns of a daily mart, sums divided by sums.

    path: the YAML, `metrics: [{name: ctr, expression: "…"}, …]`. Raises CatalogueError where it cannot be read, or
    lacks one of `needs`.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        expressions = {str(one["name"]): str(one["expression"]) for one in content["metrics"] if "expression" in one}
    except (OSError, yaml.YAMLError, TypeError, KeyError) as fault:
        raise CatalogueError(f"the metric catalogue {path} cannot be read ({type(fault).__name__})") from None
    missing = [name for name in needs if name not in expressions]
    if missing:
        raise CatalogueError(f"the metric catalogue {path} lacks an expression for {', '.join(missing)}")
    return expressions
