"""What pages about reports are made of."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from fbads_pipeline.adapters.postgres.metrics.pages import PageReader
from fbads_pipeline.adapters.postgres.reports.requests import PostgresReportRequests
from fbads_pipeline.api.dependencies import ClockDep, LinkServiceDep, PagesDep, ReportRequestsDep, ReportServiceDep
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.reports.make_reports import ReportService
from fbads_pipeline.services.reports.share_report import LinkService


@dataclass(frozen=True)
class ReportStores:
    """made: makes reports, and knows those of the schedule; requests: those of visitors."""

    pages: PageReader
    made: ReportService
    requests: PostgresReportRequests
    links: LinkService
    clock: Clock


async def _stores(
    pages: PagesDep, made: ReportServiceDep, requests: ReportRequestsDep, links: LinkServiceDep, clock: ClockDep
) -> ReportStores:
    return ReportStores(pages, made, requests, links, clock)


ReportStoresDep = Annotated[ReportStores, Depends(_stores)]
