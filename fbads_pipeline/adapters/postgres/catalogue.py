"""The metric catalogue (`dbt_project/metrics.yml`): the only place where a ratio is defined."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fbads_pipeline.domain.report_facts import MetricAbout


class CatalogueError(RuntimeError):
    """The catalogue is missing or lacks a metric; one sentence that names both."""


def read_catalogue(path: Path, *, needs: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Metric → SQL expression over the columns of a daily mart, sums divided by sums.

    path: the YAML, `metrics: [{name: ctr, expression: "…"}, …]`. Raises CatalogueError where it cannot be read, or
    lacks one of `needs`.
    """
    expressions = {str(one["name"]): str(one["expression"]) for one in _metrics(path) if "expression" in one}
    missing = [name for name in needs if name not in expressions]
    if missing:
        raise CatalogueError(f"the metric catalogue {path} lacks an expression for {', '.join(missing)}")
    return expressions


def read_units(path: Path) -> Mapping[str, str]:
    """Metric → unit: count, people, ratio, money, per_person. Raises CatalogueError."""
    return {str(one["name"]): str(one["unit"]) for one in _metrics(path) if "expression" in one}


def read_labels(path: Path) -> Mapping[str, MetricAbout]:
    """Metric → what people call it, its unit and good direction. Raises CatalogueError."""
    return {
        str(one["name"]): MetricAbout(one["labels"]["pt"], one["labels"]["en"], str(one["unit"]), str(one["good"]))
        for one in _metrics(path)
        if "expression" in one
    }


def _metrics(path: Path) -> list[Mapping[str, Any]]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found: list[Mapping[str, Any]] = content["metrics"]
        if not all("name" in one for one in found):
            raise KeyError("name")
        return found
    except (OSError, yaml.YAMLError, TypeError, KeyError) as fault:
        raise CatalogueError(f"the metric catalogue {path} cannot be read ({type(fault).__name__})") from None
