"""The metric catalogue as its readers want it: expressions, units, labels."""

from collections.abc import Mapping
from pathlib import Path

from fbads_pipeline.adapters.dbt.metric_registry import RegistryError, read_registry
from fbads_pipeline.adapters.dbt.project import project_dir
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.metrics.registry import expressions, units
from fbads_pipeline.domain.reports.facts import MetricAbout

CatalogueError = RegistryError


def catalogue_path() -> Path:
    """`metrics.yml` of the dbt project."""
    return project_dir() / "metrics.yml"


def read_catalogue(path: Path, *, needs: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Metric → SQL expression over the columns of a daily mart; raises CatalogueError, also where one of `needs` is
    missing."""
    found = expressions(read_registry(path).by_name())
    missing = [name for name in needs if name not in found]
    if missing:
        raise CatalogueError(f"the metric catalogue {path} lacks an expression for {', '.join(missing)}")
    return found


def read_metrics(path: Path) -> Catalogue:
    """The whole catalogue; raises CatalogueError."""
    return Catalogue(read_registry(path).by_name())


def read_units(path: Path) -> Mapping[str, str]:
    """Metric → unit: count, people, ratio, money, per_person. Raises CatalogueError."""
    return units(read_registry(path).by_name())


def read_labels(path: Path) -> Mapping[str, MetricAbout]:
    """Metric → its label, unit and the direction in which a change is good. Raises CatalogueError."""
    metrics = read_registry(path).by_name()
    return {name: MetricAbout(message(f"metrics.{name}"), one.unit, one.good) for name, one in metrics.items()}
