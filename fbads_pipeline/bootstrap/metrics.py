"""The marts: the metric catalogue, and what reads the marts through it."""

from collections.abc import Mapping
from functools import cache

from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.metrics.analytics import AnalyticsReader
from fbads_pipeline.adapters.postgres.metrics.campaigns import CampaignReader
from fbads_pipeline.adapters.postgres.metrics.coverage import CoverageReader
from fbads_pipeline.adapters.postgres.metrics.grid import GridReader
from fbads_pipeline.adapters.postgres.metrics.grid_groups import GridGroups
from fbads_pipeline.adapters.postgres.metrics.grid_parts import GridParts
from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.adapters.postgres.metrics.overview import OverviewReader
from fbads_pipeline.adapters.postgres.metrics.pages import PageReader
from fbads_pipeline.adapters.postgres.metrics.readiness import Readiness
from fbads_pipeline.adapters.postgres.recommendations.suggestion_reader import SuggestionReader
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.registry import expressions, units
from fbads_pipeline.domain.reports.facts import MetricAbout
from fbads_pipeline.settings import Settings


@cache
def metric_expressions() -> Mapping[str, str]:
    """Metric → its SQL over the sums of a mart."""
    return expressions(METRICS)


def metric_units() -> Mapping[str, str]:
    """Metric → unit."""
    return units(METRICS)


@cache
def metric_labels() -> Mapping[str, MetricAbout]:
    """Metric → what people read about it."""
    return {name: MetricAbout(message(f"metrics.{name}"), one.unit, one.good) for name, one in METRICS.items()}


def dbt(settings: Settings, database: Database) -> Dbt:
    """dbt against that database."""
    return Dbt(
        database.url,
        goal_family=settings.goal_family,
        reporting_currency=settings.reporting_currency,
        attribution_windows=settings.attribution_windows,
    )


def marts(database: Database) -> PostgresMarts:
    """The schema marts, read through the metric catalogue."""
    return PostgresMarts(database.owner, metric_expressions)


def analytics_reader(database: Database) -> AnalyticsReader:
    """Figures of any metric, period and grain."""
    return AnalyticsReader(database.owner, metric_expressions)


def grid_reader(database: Database) -> GridReader:
    """Campaigns, ad sets and ads, a page at a time."""
    return GridReader(database.owner, metric_expressions, database.kept)


def grid_parts(database: Database) -> GridParts:
    """What campaigns of the grid are made of."""
    return GridParts(database.owner, metric_expressions)


def grid_groups(database: Database) -> GridGroups:
    """Campaigns of the grid by what their names say."""
    return GridGroups(database.owner, metric_expressions, database.kept)


def coverage_reader(database: Database) -> CoverageReader:
    """How far accounts are read."""
    return CoverageReader(database.owner)


def overview_reader(database: Database) -> OverviewReader:
    """The day of every account."""
    return OverviewReader(database.owner)


def page_reader(database: Database) -> PageReader:
    """What the pages show."""
    return PageReader(database.owner, database.kept)


def campaign_reader(database: Database) -> CampaignReader:
    """Campaigns, read as the read-only analyst."""
    return CampaignReader(database.analyst)


def suggestion_reader(database: Database) -> SuggestionReader:
    """Suggestions, as people see them."""
    return SuggestionReader(database.owner)


def readiness(database: Database) -> Readiness:
    """Whether the marts exist, and how fresh they are."""
    return Readiness(database.owner)
