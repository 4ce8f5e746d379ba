"""Where the API meets the adapters: named dependencies."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Annotated

from fastapi import Depends, Request

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.collection.webhook_receipts import PostgresReceipts
from fbads_pipeline.adapters.postgres.identity.personal_data import PostgresPersonalData
from fbads_pipeline.adapters.postgres.identity.preferences import PostgresPreferences
from fbads_pipeline.adapters.postgres.metrics.analytics import AnalyticsReader
from fbads_pipeline.adapters.postgres.metrics.catalogue import catalogue_path, read_catalogue, read_labels
from fbads_pipeline.adapters.postgres.metrics.pages import PageReader
from fbads_pipeline.adapters.postgres.metrics.readers import CampaignReader, Readiness, SuggestionReader
from fbads_pipeline.adapters.postgres.recommendations.decisions import PostgresDecisionStore
from fbads_pipeline.adapters.postgres.reports.requests import PostgresReportRequests
from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.chat import chat_of
from fbads_pipeline.bootstrap import report_service_of
from fbads_pipeline.domain.reports.facts import MetricAbout
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.chat.answer_question import Chat
from fbads_pipeline.services.reports.make_reports import ReportService


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _clock(request: Request) -> Clock:
    return clock_from(request.app.state.settings.now)


DatabaseDep = Annotated[Database, Depends(_database)]


def _campaigns(database: DatabaseDep) -> CampaignReader:
    return CampaignReader(database.analyst)


def _suggestions(database: DatabaseDep) -> SuggestionReader:
    return SuggestionReader(database.owner)


def _readiness(database: DatabaseDep) -> Readiness:
    return Readiness(database.owner)


def _decision_store(database: DatabaseDep) -> PostgresDecisionStore:
    return PostgresDecisionStore(database.owner)


def _chat(request: Request, database: DatabaseDep) -> Chat:
    state = request.app.state
    if getattr(state, "chat", None) is None:
        state.chat = chat_of(state.settings, database)
    made: Chat = state.chat
    return made


def _receipts(database: DatabaseDep) -> PostgresReceipts:
    return PostgresReceipts(database.owner)


def _pages(database: DatabaseDep) -> PageReader:
    return PageReader(database.owner)


def _report_service(request: Request, database: DatabaseDep) -> ReportService:
    return report_service_of(request.app.state.settings, database.owner)


@cache
def _expressions() -> Mapping[str, str]:
    return read_catalogue(catalogue_path())


@cache
def _metrics() -> Mapping[str, MetricAbout]:
    return read_labels(catalogue_path())


def _analytics(database: DatabaseDep) -> AnalyticsReader:
    return AnalyticsReader(database.owner, _expressions)


def _preferences(database: DatabaseDep) -> PostgresPreferences:
    return PostgresPreferences(database.owner)


def _report_requests(database: DatabaseDep) -> PostgresReportRequests:
    return PostgresReportRequests(database.owner)


ReportRequestsDep = Annotated[PostgresReportRequests, Depends(_report_requests)]


def _personal_data(request: Request, database: DatabaseDep) -> PostgresPersonalData:
    keys = request.app.state.settings.encryption_keys
    decrypt = partial(Cipher(keys).decrypt, name="a question") if keys else None
    return PostgresPersonalData(database.owner, decrypt)


def _performance(database: DatabaseDep) -> PostgresPerformance:
    return PostgresPerformance(database.owner)


PerformanceDep = Annotated[PostgresPerformance, Depends(_performance)]
PersonalDataDep = Annotated[PostgresPersonalData, Depends(_personal_data)]
PreferencesDep = Annotated[PostgresPreferences, Depends(_preferences)]
AnalyticsDep = Annotated[AnalyticsReader, Depends(_analytics)]
MetricsDep = Annotated[Mapping[str, MetricAbout], Depends(_metrics)]
PagesDep = Annotated[PageReader, Depends(_pages)]
ReportServiceDep = Annotated[ReportService, Depends(_report_service)]
ReceiptsDep = Annotated[PostgresReceipts, Depends(_receipts)]
ChatDep = Annotated[Chat, Depends(_chat)]
ClockDep = Annotated[Clock, Depends(_clock)]
CampaignsDep = Annotated[CampaignReader, Depends(_campaigns)]
SuggestionsDep = Annotated[SuggestionReader, Depends(_suggestions)]
DecisionStoreDep = Annotated[PostgresDecisionStore, Depends(_decision_store)]
ReadinessDep = Annotated[Readiness, Depends(_readiness)]
