"""Every outside thing, configured once: Dagster's resources are the plain objects that the sidecar and tests use too.

Nothing is opened before a run or a tick asks for it.
"""

from functools import cache
from typing import Any

import dagster as dg
import sqlalchemy as sa

from fbads_pipeline.adapters.channels.configured import channels_from
from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.catalogue import read_catalogue
from fbads_pipeline.adapters.postgres.collect_memory import PostgresHabits, PostgresQuotas, PostgresWarnings
from fbads_pipeline.adapters.postgres.database import Database, shared_database
from fbads_pipeline.adapters.postgres.decisions import PostgresDecisions
from fbads_pipeline.adapters.postgres.marts import PostgresMarts
from fbads_pipeline.adapters.postgres.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.raw import PostgresRawStore
from fbads_pipeline.defs.model.project import project_dir
from fbads_pipeline.defs.model.runner import Dbt
from fbads_pipeline.ports import Channel, Clock
from fbads_pipeline.services.sync_ads import Progress
from fbads_pipeline.settings import Settings, SettingsError, load_settings


@cache
def read_settings() -> Settings:
    """The settings of this process."""
    return load_settings()


def graph_ads(settings: Settings, owner: sa.Engine | None = None) -> GraphAds:
    """The Marketing API as the settings say; raises SettingsError without a token.

    owner: where quotas and habits are shared with other processes; without it they last as long as this one.
    """
    if settings.access_token is None:
        raise SettingsError("FBADS_ACCESS_TOKEN is missing: set it to a token with the permission ads_read")
    access = GraphAccess(
        url=settings.graph_url,
        version=settings.api_version,
        token=settings.access_token.get_secret_value(),
        app_id=settings.app_id,
        app_secret=settings.app_secret.get_secret_value() if settings.app_secret else None,
        longest_wait_seconds=settings.longest_wait_seconds,
        connections=settings.concurrency,
    )
    if owner is None:
        return GraphAds(Transport(access), windows=settings.attribution_windows)
    transport = Transport(
        access,
        quotas=PostgresQuotas(owner, settings.app_id or "default"),
        warned=PostgresWarnings(owner, settings.api_version),
    )
    return GraphAds(transport, windows=settings.attribution_windows, habits=PostgresHabits(owner))


@dg.resource(description="The settings of the environment.")
def settings_resource(_: dg.InitResourceContext) -> Settings:
    return read_settings()


@dg.resource(description="Now, or the fixed instant of FBADS_NOW.")
def clock_resource(_: dg.InitResourceContext) -> Clock:
    return clock_from(read_settings().now)


@dg.resource(description="The PostgreSQL of this home.")
def database_resource(_: dg.InitResourceContext) -> Database:
    return shared_database()


@dg.resource(description="The Marketing API.")
def ads_resource(_: dg.InitResourceContext) -> GraphAds:
    return graph_ads(read_settings(), shared_database().owner)


@dg.resource(description="The schema raw.")
def raw_resource(_: dg.InitResourceContext) -> PostgresRawStore:
    return PostgresRawStore(shared_database().owner)


@dg.resource(description="The schema marts, read through the metric catalogue.")
def marts_resource(_: dg.InitResourceContext) -> PostgresMarts:
    return PostgresMarts(shared_database().owner, lambda: read_catalogue(project_dir() / "metrics.yml"))


@dg.resource(description="The schemas analysis and ops, as far as the review writes them.")
def decisions_resource(_: dg.InitResourceContext) -> PostgresDecisions:
    return PostgresDecisions(shared_database().owner)


@dg.resource(description="What waits to leave the house.")
def outbox_resource(_: dg.InitResourceContext) -> PostgresOutbox:
    return PostgresOutbox(shared_database().owner)


@dg.resource(description="The ways out: name → channel.")
def channels_resource(_: dg.InitResourceContext) -> dict[str, Channel]:
    return channels_from(read_settings())


@dg.resource(description="dbt against that PostgreSQL.")
def dbt_resource(_: dg.InitResourceContext) -> Dbt:
    settings = read_settings()
    return Dbt(
        shared_database().url,
        goal_family=settings.goal_family,
        reporting_currency=settings.reporting_currency,
    )


@dg.resource(description="Who hears of finished steps: nobody, unless a command listens.")
def progress_resource(_: dg.InitResourceContext) -> Progress:
    return lambda name, done, total: None


def resources() -> dict[str, Any]:
    """Resource key → resource."""
    return {
        "settings": settings_resource,
        "clock": clock_resource,
        "database": database_resource,
        "ads": ads_resource,
        "raw": raw_resource,
        "dbt": dbt_resource,
        "marts": marts_resource,
        "decisions": decisions_resource,
        "outbox": outbox_resource,
        "channels": channels_resource,
        "progress": progress_resource,
    }
