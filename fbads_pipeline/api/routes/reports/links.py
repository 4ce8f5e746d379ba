"""Links to reports for clients: made, listed, revoked. The secret is in the answer that makes one, and nowhere else."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, LinkServiceDep, SettingsDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import KnownLanguage
from fbads_pipeline.api.rate_limits import each_at_most
from fbads_pipeline.domain.core.links import shared_report_page
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.links import LONGEST_LINK_DAYS, LinkState, NoSuchReport, NotShareable, ReportLink
from fbads_pipeline.domain.reports.report import ReportKind

router = APIRouter(prefix="/api/v1", tags=["reports"])

ReaderDep = Annotated[Principal, Depends(Needs("reports:read"))]
ReportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
LinkId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
_SHOWN = 100


class NewReportLink(BaseModel):
    """language: of the report's files; days: how long the link leads there, as the settings say without."""

    model_config = ConfigDict(extra="forbid")

    language: KnownLanguage = "pt"
    days: int | None = Field(None, ge=1, le=LONGEST_LINK_DAYS)


class ShownReportLink(BaseModel):
    """account_ids null: of every account; views, downloads: how often its page and its PDF were opened."""

    link_id: str
    report_id: str
    kind: ReportKind
    account_ids: list[str] | None
    name: str
    language: str
    state: LinkState
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    views: int
    downloads: int


class MadeReportLink(ShownReportLink):
    """url: what the client gets; it is shown this once, for its secret is not kept."""

    url: str


@router.post(
    "/reports/{report_id}/links",
    status_code=201,
    responses=documented(404, 422, 429),
    dependencies=[Depends(each_at_most("report-links", 30))],
)
def share_report(
    report_id: ReportId,
    given: NewReportLink,
    request: Request,
    links: LinkServiceDep,
    clock: ClockDep,
    settings: SettingsDep,
    who: ReaderDep,
) -> MadeReportLink:
    """Make a link for a client: public, read-only, to the report as it was made."""
    try:
        link, secret = links.share(report_id, who, given.language, given.days)
    except NoSuchReport:
        raise ApiError(404, "not_found", "no_report", id=report_id) from None
    except NotShareable as refused:
        raise ApiError.of(422, "not_shareable", refused) from None
    url = shared_report_page(settings.public_url or str(request.base_url), secret)
    return MadeReportLink(**_shown(link, clock.now()).model_dump(), url=url)


@router.get("/report-links", responses=documented())
def list_links(links: LinkServiceDep, clock: ClockDep, who: ReaderDep) -> list[ShownReportLink]:
    """The newest hundred links to reports of one's accounts, ended ones among them."""
    now = clock.now()
    return [_shown(one, now) for one in links.of(who, _SHOWN)]


@router.delete("/report-links/{link_id}", status_code=204, responses=documented(404))
def revoke_link(link_id: LinkId, links: LinkServiceDep, who: ReaderDep) -> None:
    """Revoke a link: the next request for it finds nothing, and its copy of the report is deleted."""
    if not links.revoke(link_id, who):
        raise ApiError(404, "not_found", "no_report_link", id=link_id)


def _shown(link: ReportLink, now: datetime) -> ShownReportLink:
    return ShownReportLink(
        link_id=link.link_id,
        report_id=link.report_id,
        kind=link.kind,
        account_ids=None if link.account_ids is None else list(link.account_ids),
        name=link.name,
        language=link.language,
        state=link.state_at(now),
        made_at=link.made_at,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        views=link.views,
        downloads=link.downloads,
    )
