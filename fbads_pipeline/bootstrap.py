"""What Dagster and the sidecar put together alike: services with their adapters."""

import sqlalchemy as sa

from fbads_pipeline.adapters.calendar.configured import country_of_account
from fbads_pipeline.adapters.channels.configured import EXPORTS
from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.exports import Exports
from fbads_pipeline.adapters.postgres.calendar.events import PostgresCalendarEvents
from fbads_pipeline.adapters.postgres.metrics.catalogue import catalogue_path, read_catalogue, read_labels
from fbads_pipeline.adapters.postgres.reports.facts import PostgresReportFacts
from fbads_pipeline.adapters.postgres.reports.reports import PostgresReports
from fbads_pipeline.adapters.rendering.renderers import RENDERERS
from fbads_pipeline.services.reports.build_report import ReportMaker
from fbads_pipeline.services.reports.make_reports import ReportService
from fbads_pipeline.settings import Settings


def calendar_events_of(settings: Settings, owner: sa.Engine) -> PostgresCalendarEvents:
    """What stands in the calendars, each account in its own country."""
    return PostgresCalendarEvents(owner, lambda zone: country_of_account(settings, zone))


def report_service_of(settings: Settings, owner: sa.Engine) -> ReportService:
    """What reports are made with; files go to the folder of exports of this home."""
    catalogue = catalogue_path()
    facts = PostgresReportFacts(owner, lambda: read_catalogue(catalogue))
    calendar = calendar_events_of(settings, owner)
    maker = ReportMaker(facts, read_labels(catalogue), settings.attribution_windows, calendar)
    exports = Exports(settings.home_path / EXPORTS)
    return ReportService(maker, RENDERERS, exports, PostgresReports(owner), clock_from(settings.now))
