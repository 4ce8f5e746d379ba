"""Named dependencies of routes: FastAPI's names for the objects that `bootstrap` makes."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import signature
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request

from fbads_pipeline.adapters.postgres.alerts.alert_list import AlertList
from fbads_pipeline.adapters.postgres.alerts.mutes import PostgresMutes
from fbads_pipeline.adapters.postgres.anomalies.anomalies import PostgresAnomalies
from fbads_pipeline.adapters.postgres.clients.benchmark import PostgresBenchmark
from fbads_pipeline.adapters.postgres.clients.campaign_targets import StoredCampaignTargets
from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.adapters.postgres.clients.grants import PostgresClientGrants
from fbads_pipeline.adapters.postgres.clients.naming import PostgresNaming
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.clients.taxes import PostgresTaxes
from fbads_pipeline.adapters.postgres.collection.collect_requests import PostgresCollectRequests
from fbads_pipeline.adapters.postgres.collection.webhook_receipts import PostgresReceipts
from fbads_pipeline.adapters.postgres.delivery.activities import ActivityReader
from fbads_pipeline.adapters.postgres.delivery.creatives import PostgresCreatives
from fbads_pipeline.adapters.postgres.delivery.links import PostgresLinks
from fbads_pipeline.adapters.postgres.delivery.pixels import PostgresPixels
from fbads_pipeline.adapters.postgres.delivery.problems import PostgresDeliveryProblems
from fbads_pipeline.adapters.postgres.health.incidents import PostgresIncidents
from fbads_pipeline.adapters.postgres.identity.column_sets import PostgresColumnSets
from fbads_pipeline.adapters.postgres.identity.consents import PostgresConsents
from fbads_pipeline.adapters.postgres.identity.personal_data import PostgresPersonalData
from fbads_pipeline.adapters.postgres.identity.preferences import PostgresPreferences
from fbads_pipeline.adapters.postgres.identity.second_factors import PostgresSecondFactors
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.metrics.analytics import AnalyticsReader
from fbads_pipeline.adapters.postgres.metrics.campaigns import CampaignReader
from fbads_pipeline.adapters.postgres.metrics.grid import GridReader
from fbads_pipeline.adapters.postgres.metrics.grid_groups import GridGroups
from fbads_pipeline.adapters.postgres.metrics.grid_parts import GridParts
from fbads_pipeline.adapters.postgres.metrics.overview import OverviewReader
from fbads_pipeline.adapters.postgres.metrics.pages import PageReader
from fbads_pipeline.adapters.postgres.metrics.readiness import Readiness
from fbads_pipeline.adapters.postgres.orders.orders import PostgresOrders
from fbads_pipeline.adapters.postgres.orders.sales import SalesReader
from fbads_pipeline.adapters.postgres.recommendations.decisions import PostgresDecisionStore
from fbads_pipeline.adapters.postgres.recommendations.feedback import PostgresFeedback
from fbads_pipeline.adapters.postgres.recommendations.meta_recommendations import MetaRecommendationReader
from fbads_pipeline.adapters.postgres.recommendations.suggestion_reader import SuggestionReader
from fbads_pipeline.adapters.postgres.reports.links import PostgresReportLinks
from fbads_pipeline.adapters.postgres.reports.requests import PostgresReportRequests
from fbads_pipeline.adapters.postgres.reports.templates import PostgresReportTemplates
from fbads_pipeline.adapters.postgres.scoring.objects import ObjectReader
from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.postgres.server.kept_answers import KeptAnswers
from fbads_pipeline.bootstrap import (
    alerts,
    anomalies,
    chat,
    clients,
    collection,
    core,
    delivery,
    health,
    identity,
    metrics,
    recommendations,
    reports,
    scoring,
)
from fbads_pipeline.domain.reports.facts import MetricAbout
from fbads_pipeline.ports.alerts import Outbox, Recipients
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.chat.turn import Chat
from fbads_pipeline.services.clients.read_budgets import BudgetService
from fbads_pipeline.services.reports.make_reports import ReportService
from fbads_pipeline.services.reports.share_report import LinkService
from fbads_pipeline.settings import Settings

T = TypeVar("T")


def at_once(make: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """`make` as a dependency that puts together what it is given, and waits for nothing: FastAPI calls plain functions
    and classes in another thread, and a page of thirty objects would change threads thirty times."""

    async def dependency(**given: Any) -> T:
        return make(**given)

    dependency.__signature__ = signature(make)  # type: ignore[attr-defined]
    return dependency


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _kept(request: Request) -> KeptAnswers:
    database: Database = request.app.state.database
    return database.kept


DatabaseDep = Annotated[Database, Depends(_database)]
SettingsDep = Annotated[Settings, Depends(_settings)]


# These take the request and nothing else: FastAPI solves a dependency of a dependency anew for each that names it.
def _of_database(make: Callable[[Database], Any]) -> Any:
    async def dependency(request: Request) -> Any:
        return make(request.app.state.database)

    return Depends(dependency)


def _of_both(make: Callable[[Settings, Database], Any]) -> Any:
    async def dependency(request: Request) -> Any:
        return make(request.app.state.settings, request.app.state.database)

    return Depends(dependency)


async def _clock(request: Request) -> Clock:
    return core.clock(request.app.state.settings)


def _chat(request: Request, settings: SettingsDep, database: DatabaseDep) -> Chat:
    return shared_chat(request.app, settings, database)


def shared_chat(app: FastAPI, settings: Settings, database: Database) -> Chat:
    """One per application: the lexicon is built once."""
    if getattr(app.state, "chat", None) is None:
        app.state.chat = chat.chat(settings, database)
    made: Chat = app.state.chat
    return made


async def _metrics() -> Mapping[str, MetricAbout]:
    return metrics.metric_labels()


ActivitiesDep = Annotated[ActivityReader, _of_database(delivery.activity_reader)]
AlertListDep = Annotated[AlertList, _of_database(alerts.alert_list)]
AnalyticsDep = Annotated[AnalyticsReader, _of_database(metrics.analytics_reader)]
AnomaliesDep = Annotated[PostgresAnomalies, _of_database(anomalies.anomaly_store)]
CampaignTargetsDep = Annotated[StoredCampaignTargets, _of_both(clients.campaign_targets)]
CampaignsDep = Annotated[CampaignReader, _of_database(metrics.campaign_reader)]
ConsentsDep = Annotated[PostgresConsents, _of_database(identity.consents)]
ChatDep = Annotated[Chat, Depends(_chat)]
CollectRequestsDep = Annotated[PostgresCollectRequests, _of_database(collection.collect_requests)]
ClockDep = Annotated[Clock, Depends(_clock)]
CreativesDep = Annotated[PostgresCreatives, _of_database(delivery.creative_store)]
DeliveryDep = Annotated[PostgresDeliveryProblems, _of_database(delivery.delivery_problems)]
ColumnSetsDep = Annotated[PostgresColumnSets, _of_database(identity.column_sets)]
DecisionStoreDep = Annotated[PostgresDecisionStore, _of_database(recommendations.decision_store)]
FeedbackDep = Annotated[PostgresFeedback, _of_database(recommendations.feedback_store)]
GridDep = Annotated[GridReader, _of_database(metrics.grid_reader)]
GridGroupsDep = Annotated[GridGroups, _of_database(metrics.grid_groups)]
GridPartsDep = Annotated[GridParts, _of_database(metrics.grid_parts)]
KeptDep = Annotated[KeptAnswers, Depends(_kept)]
IdentityDep = Annotated[PostgresIdentity, _of_database(identity.identity_store)]
IncidentsDep = Annotated[PostgresIncidents, _of_database(health.incident_store)]
LinkServiceDep = Annotated[LinkService, _of_both(reports.link_service)]
LinksDep = Annotated[PostgresLinks, _of_database(delivery.link_store)]
PixelsDep = Annotated[PostgresPixels, _of_database(delivery.pixel_store)]
MutesDep = Annotated[PostgresMutes, _of_database(alerts.mutes)]
MetaRecommendationsDep = Annotated[MetaRecommendationReader, _of_database(recommendations.meta_recommendation_reader)]
MetricsDep = Annotated[Mapping[str, MetricAbout], Depends(_metrics)]
NamingDep = Annotated[PostgresNaming, _of_database(clients.naming_store)]
ObjectsDep = Annotated[ObjectReader, _of_database(scoring.object_reader)]
OrdersDep = Annotated[PostgresOrders, _of_both(clients.order_store)]
OverviewDep = Annotated[OverviewReader, _of_database(metrics.overview_reader)]
PagesDep = Annotated[PageReader, _of_database(metrics.page_reader)]
PerformanceDep = Annotated[PostgresPerformance, _of_database(scoring.performance_store)]
PersonalDataDep = Annotated[PostgresPersonalData, _of_both(identity.personal_data)]
PreferencesDep = Annotated[PostgresPreferences, _of_database(identity.preferences)]
ReadinessDep = Annotated[Readiness, _of_database(metrics.readiness)]
ReceiptsDep = Annotated[PostgresReceipts, _of_database(collection.webhook_receipts)]
ReportLinksDep = Annotated[PostgresReportLinks, _of_database(reports.report_links)]
ReportRequestsDep = Annotated[PostgresReportRequests, _of_database(reports.report_requests)]
ReportTemplatesDep = Annotated[PostgresReportTemplates, _of_database(reports.report_templates)]
OutboxDep = Annotated[Outbox, _of_database(alerts.outbox)]
RecipientsDep = Annotated[Recipients, _of_both(alerts.recipients)]
ReportServiceDep = Annotated[ReportService, _of_both(reports.report_service)]
BenchmarkDep = Annotated[PostgresBenchmark, _of_database(clients.benchmark_reader)]
BudgetsDep = Annotated[BudgetService, _of_both(clients.budget_service)]
ClientGrantsDep = Annotated[PostgresClientGrants, _of_database(clients.client_grants)]
ClientsDep = Annotated[PostgresClients, _of_both(clients.client_store)]
TaxesDep = Annotated[PostgresTaxes, _of_both(clients.tax_store)]
SalesDep = Annotated[SalesReader, _of_database(clients.sales_reader)]
SecondFactorsDep = Annotated[PostgresSecondFactors, _of_database(identity.second_factors)]
TargetsDep = Annotated[PostgresTargets, _of_database(clients.target_store)]
SuggestionsDep = Annotated[SuggestionReader, _of_database(metrics.suggestion_reader)]
