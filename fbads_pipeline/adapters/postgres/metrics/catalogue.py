"""The metric catalogue (`dbt_project/metrics.yml`): the only place where a ratio is defined."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fbads_pipeline.domain.chat.catalogue import Catalogue, Metric
from fbads_pipeline.domain.reports.facts import MetricAbout


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


def catalogue_path() -> Path:
    """`metrics.yml` of the dbt project: FBADS_DBT_PROJECT_DIR, else `dbt_project` beside the package."""
    configured = os.environ.get("FBADS_DBT_PROJECT_DIR")
    return (Path(configured) if configured else Path(__file__).parents[4] / "dbt_project") / "metrics.yml"


def read_metrics(path: Path) -> Catalogue:
    """The whole catalogue, with labels, synonyms, units and additivity; raises CatalogueError."""
    try:
        metrics = [_metric(one) for one in _metrics(path)]
    except (TypeError, KeyError, ValueError) as fault:
        raise CatalogueError(f"the metric catalogue {path} cannot be read ({type(fault).__name__})") from None
    return Catalogue({metric.name: metric for metric in metrics})


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
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        found: list[Mapping[str, Any]] = content["metrics"]
        if not all("name" in one for one in found):
            raise KeyError("name")
        return found
    except (OSError, yaml.YAMLError, TypeError, KeyError) as fault:
        raise CatalogueError(f"the metric catalogue {path} cannot be read ({type(fault).__name__})") from None


def _metric(said: Mapping[str, Any]) -> Metric:
    return Metric(
        name=said["name"],
        labels=said["labels"],
        synonyms={language: tuple(words) for language, words in said["synonyms"].items()},
        expression=said["expression"],
        columns=tuple(said["columns"]),
        unit=said["unit"],
        good=said["good"],
        additive=frozenset(said["additive"]),
        note=said.get("note", ""),
    )
