"""Reports: what they are made from, and where their files lie."""

from fbads_pipeline.adapters.exports import Exports, exports_folder
from fbads_pipeline.adapters.identity.passwords import digest, new_secret
from fbads_pipeline.adapters.postgres.reports.content import PostgresReportContent
from fbads_pipeline.adapters.postgres.reports.facts import PostgresReportFacts
from fbads_pipeline.adapters.postgres.reports.links import PostgresReportLinks
from fbads_pipeline.adapters.postgres.reports.reports import PostgresReports
from fbads_pipeline.adapters.postgres.reports.requests import PostgresReportRequests
from fbads_pipeline.adapters.postgres.reports.templates import PostgresReportTemplates
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.rendering.renderers import ON_REQUEST, RENDERERS
from fbads_pipeline.adapters.rendering.shared_page import for_visitors
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.calendar import calendar_events
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.metrics import metric_expressions, metric_labels
from fbads_pipeline.services.reports.build_report import ReportBuilder
from fbads_pipeline.services.reports.make_reports import ReportService
from fbads_pipeline.services.reports.share_report import LinkService
from fbads_pipeline.settings import Settings


def report_service(settings: Settings, database: Database) -> ReportService:
    """Makes reports; their files go to the folder `exports` of FBADS_HOME."""
    facts = PostgresReportFacts(database.owner, metric_expressions, levels=settings.levels)
    calendar = calendar_events(settings, database)
    content = PostgresReportContent(database.owner, metric_expressions)
    templates = PostgresReportTemplates(database.owner)
    builder = ReportBuilder(facts, metric_labels(), settings.attribution_windows, calendar, content, templates)
    files = Exports(exports_folder(settings.home_path))
    reports = PostgresReports(database.owner)
    return ReportService(builder, RENDERERS, translator(), files, reports, clock(settings), ON_REQUEST)


def report_requests(database: Database) -> PostgresReportRequests:
    """Reports that users requested through the API."""
    return PostgresReportRequests(database.owner)


def report_links(database: Database) -> PostgresReportLinks:
    """Links to frozen reports, for whoever follows one."""
    return PostgresReportLinks(database.owner)


def link_service(settings: Settings, database: Database) -> LinkService:
    """Makes, lists and revokes links to reports."""
    return LinkService(
        PostgresReports(database.owner),
        PostgresReportRequests(database.owner),
        PostgresReportLinks(database.owner),
        Exports(exports_folder(settings.home_path)),
        clock(settings),
        new_secret,
        digest,
        for_visitors,
        settings.report_link_days,
    )


def report_templates(database: Database) -> PostgresReportTemplates:
    """What the reports of clients contain."""
    return PostgresReportTemplates(database.owner)
