"""Every outside thing, configured once: Dagster's resources are the plain objects that the sidecar and tests use too.

Nothing is opened before a run or a tick asks for it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import dagster as dg
import sqlalchemy as sa

from fbads_pipeline.adapters.channels.configured import channels_from
from fbads_pipeline.adapters.channels.known_recipients import KnownRecipients
from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.dbt.project import project_dir
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.router import TokenRouter
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.meta_ads.writer import GraphWriter
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.alerts.rules import PostgresRules
from fbads_pipeline.adapters.postgres.anomalies.anomalies import PostgresAnomalies
from fbads_pipeline.adapters.postgres.calendar.events import PostgresCalendarEvents
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.collection.request_state import (
    PostgresQuotas,
    PostgresRequestStrategies,
    PostgresWarnings,
)
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.adapters.postgres.collection.webhook_receipts import PostgresReceipts
from fbads_pipeline.adapters.postgres.health.incidents import PostgresIncidents
from fbads_pipeline.adapters.postgres.identity.preferences import PostgresPreferences
from fbads_pipeline.adapters.postgres.metrics.catalogue import read_catalogue, read_units
from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.adapters.postgres.recommendations.approved_changes import PostgresApprovedChanges
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.adapters.postgres.server.database import Database, shared_database
from fbads_pipeline.adapters.rules_file import read_rules
from fbads_pipeline.bootstrap import calendar_events_of, report_service_of
from fbads_pipeline.domain.alerts.rules import UserRule
from fbads_pipeline.domain.collection.tokens import ENVIRONMENT, NamedToken
from fbads_pipeline.ports.alerts import Channel
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.sync_ads import Progress
from fbads_pipeline.services.reports.make_reports import ReportService
from fbads_pipeline.settings import Settings, SettingsError, load_settings


@cache
def read_settings() -> Settings:
    """The settings of this process."""
    return load_settings()


def token_store(settings: Settings, owner: sa.Engine) -> PostgresTokens:
    """The stored tokens, under the keys of the settings."""
    return PostgresTokens(owner, Cipher(settings.encryption_keys))


def named_tokens(settings: Settings, store: PostgresTokens) -> list[NamedToken]:
    """The environment's token, then the stored ones; raises SettingsError where there is none, or no key opens one."""
    tokens = [*environment_token(settings), *store.load()]
    if not tokens:
        raise SettingsError(
            "FBADS_ACCESS_TOKEN is missing: set it to a token with the permission ads_read, or use `fbads tokens add`"
        )
    return tokens


def environment_token(settings: Settings) -> list[NamedToken]:
    """The token of FBADS_ACCESS_TOKEN, if there is one."""
    if settings.access_token is None:
        return []
    secret = settings.app_secret.get_secret_value() if settings.app_secret else None
    return [NamedToken(ENVIRONMENT, settings.access_token.get_secret_value(), settings.app_id, secret)]


def transport_of(settings: Settings, token: NamedToken, owner: sa.Engine | None = None) -> Transport:
    """Calls with that token to the Marketing API of the settings; owner: see `graph_ads`."""
    access = GraphAccess(
        url=settings.graph_url,
        version=settings.api_version,
        token=token.token,
        app_id=token.app_id,
        app_secret=token.app_secret,
        longest_wait_seconds=settings.longest_wait_seconds,
        connections=settings.concurrency,
    )
    if owner is None:
        return Transport(access)
    warned = PostgresWarnings(owner, settings.api_version)
    return Transport(access, quotas=PostgresQuotas(owner, token.app_id or token.name), warned=warned)


def graph_ads(settings: Settings, store: PostgresTokens, owner: sa.Engine | None = None) -> TokenRouter:
    """The Marketing API as the settings and the stored tokens say; raises SettingsError without any token.

    owner: where quotas and strategies are shared with other processes; without it they last as long as this one.
    """
    strategies = PostgresRequestStrategies(owner) if owner is not None else None
    clients = {
        one.name: GraphAds(
            transport_of(settings, one, owner), windows=settings.attribution_windows, strategies=strategies
        )
        for one in named_tokens(settings, store)
    }
    return TokenRouter(clients, store, clock_from(settings.now))


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
def ads_resource(_: dg.InitResourceContext) -> TokenRouter:
    owner = shared_database().owner
    return graph_ads(read_settings(), token_store(read_settings(), owner), owner)


@dg.resource(description="The tokens, and what is known of each.")
def tokens_resource(_: dg.InitResourceContext) -> PostgresTokens:
    return token_store(read_settings(), shared_database().owner)


@dg.resource(description="The schema raw.")
def raw_resource(_: dg.InitResourceContext) -> PostgresRawStore:
    return PostgresRawStore(shared_database().owner)


@dg.resource(description="The schema marts, read through the metric catalogue.")
def marts_resource(_: dg.InitResourceContext) -> PostgresMarts:
    return PostgresMarts(shared_database().owner, lambda: read_catalogue(project_dir() / "metrics.yml"))


@dg.resource(description="The schemas analysis and ops, as far as the review writes them.")
def decisions_resource(_: dg.InitResourceContext) -> PostgresReviews:
    return PostgresReviews(shared_database().owner)


@dg.resource(description="What the detectors read, remember and say.")
def anomalies_resource(_: dg.InitResourceContext) -> PostgresAnomalies:
    return PostgresAnomalies(shared_database().owner)


@dg.resource(description="What scores and proposals are made from, and what they came to.")
def performance_resource(_: dg.InitResourceContext) -> PostgresPerformance:
    return PostgresPerformance(shared_database().owner)


@dg.resource(description="Users' own rules over the marts.")
def rules_resource(_: dg.InitResourceContext) -> PostgresRules:
    return PostgresRules(shared_database().owner, lambda: read_catalogue(project_dir() / "metrics.yml"))


def rules_of(settings: Settings) -> tuple[list[UserRule], Mapping[str, str]]:
    """The rules of FBADS_RULES (none without it), and metric → unit; raises SettingsError with the line."""
    if settings.rules is None:
        return [], {}
    units = read_units(project_dir() / "metrics.yml")
    return read_rules(settings.rules.expanduser(), units), units


@dg.resource(description="Accepted suggestions on their way to Meta.")
def approved_changes_resource(_: dg.InitResourceContext) -> PostgresApprovedChanges:
    return PostgresApprovedChanges(shared_database().owner)


@dg.resource(description="The Marketing API, written. Nothing uses it unless FBADS_APPLY_DECISIONS says so.")
def writer_resource(_: dg.InitResourceContext) -> GraphWriter:
    settings, owner = read_settings(), shared_database().owner
    store = token_store(settings, owner)
    return writer_of(settings, store, owner)


def writer_of(settings: Settings, store: PostgresTokens, owner: sa.Engine) -> GraphWriter:
    """Each account is written with the token that sees it; the environment's where none is known to."""
    tokens = {one.name: one for one in named_tokens(settings, store)}
    made: dict[str, Transport] = {}

    def transport(account_id: str) -> Transport:
        name = store.token_of(account_id) or ""
        token = tokens.get(name) or next(iter(tokens.values()))
        if token.name not in made:
            made[token.name] = transport_of(settings, token, owner)
        return made[token.name]

    return GraphWriter(transport)


@dg.resource(description="Collecting runs that somebody outside has asked for.")
def collect_requests_resource(_: dg.InitResourceContext) -> PostgresReceipts:
    return PostgresReceipts(shared_database().owner)


@dg.resource(description="What reports are made with.")
def report_service_resource(_: dg.InitResourceContext) -> ReportService:
    return report_service_of(read_settings(), shared_database().owner)


@dg.resource(description="What stands in the calendars.")
def calendar_events_resource(_: dg.InitResourceContext) -> PostgresCalendarEvents:
    return calendar_events_of(read_settings(), shared_database().owner)


@dg.resource(description="Messages that wait to be sent.")
def outbox_resource(_: dg.InitResourceContext) -> PostgresOutbox:
    return PostgresOutbox(shared_database().owner)


@dg.resource(description="What needs a person.")
def incidents_resource(_: dg.InitResourceContext) -> PostgresIncidents:
    return PostgresIncidents(shared_database().owner)


@dg.resource(description="The ways out: name → channel.")
def channels_resource(_: dg.InitResourceContext) -> dict[str, Channel]:
    return channels_from(read_settings())


@dg.resource(description="Who hears of alerts and reports: the settings' recipients, and users who want to.")
def recipients_resource(_: dg.InitResourceContext) -> KnownRecipients:
    return KnownRecipients(read_settings(), PostgresPreferences(shared_database().owner).recipients)


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
        "tokens": tokens_resource,
        "raw": raw_resource,
        "dbt": dbt_resource,
        "marts": marts_resource,
        "decisions": decisions_resource,
        "anomalies": anomalies_resource,
        "performance": performance_resource,
        "approved_changes": approved_changes_resource,
        "writer": writer_resource,
        "collect_requests": collect_requests_resource,
        "report_service": report_service_resource,
        "rules": rules_resource,
        "calendar_events": calendar_events_resource,
        "outbox": outbox_resource,
        "incidents": incidents_resource,
        "channels": channels_resource,
        "recipients": recipients_resource,
        "progress": progress_resource,
    }
