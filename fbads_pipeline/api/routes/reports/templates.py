"""What a client's reports contain, and reports that wait for a person: their comment, and letting them go."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClientsDep, ClockDep, RecipientsDep, ReportServiceDep, ReportTemplatesDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.template import (
    DEFAULT_TEMPLATE,
    FIGURES,
    OFFERED_METRICS,
    SCHEDULED,
    SECTIONS,
    ReportTemplate,
    TemplateVersion,
    UnusableTemplate,
)

router = APIRouter(prefix="/api/v1", tags=["reports"])

ReaderDep = Annotated[Principal, Depends(Needs("reports:read"))]
SetterDep = Annotated[Principal, Depends(Needs("suggestions:decide"))]
ClientId = Annotated[int, Path(ge=1, lt=2**63)]
ReportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class TemplateBody(BaseModel):
    """sections: in their order; metrics: of the catalogue; language null: files in every language."""

    model_config = ConfigDict(extra="forbid")

    sections: list[str] = Field(list(SECTIONS), max_length=40)
    metrics: list[str] = Field(list(FIGURES), max_length=40)
    comment: str = Field("", max_length=4000)
    language: str | None = Field(None, max_length=20)
    needs_approval: bool = False
    kinds: list[str] = Field(list(SCHEDULED), max_length=3)


class ShownTemplate(TemplateBody):
    """version: 0 where none was set, and the defaults hold."""

    version: int
    set_by: str | None
    set_at: datetime | None


class NewComment(BaseModel):
    """What a report that waits says before everything else."""

    model_config = ConfigDict(extra="forbid")

    comment: str = Field(max_length=4000)


@router.get("/clients/{client_id}/report-template", responses=documented(404))
def show_template(
    client_id: ClientId, clients: ClientsDep, templates: ReportTemplatesDep, who: ReaderDep
) -> list[ShownTemplate]:
    """What the client's reports contain, the newest version first; the defaults where none was set."""
    if clients.one(client_id, who.accounts) is None:
        raise ApiError(404, "not_found", "not_found")
    found = templates.versions(client_id)
    return [_shown(one.template, one) for one in found] or [_shown(DEFAULT_TEMPLATE, None)]


@router.put("/clients/{client_id}/report-template", responses=documented(404, 422))
def set_template(
    client_id: ClientId,
    given: TemplateBody,
    clients: ClientsDep,
    templates: ReportTemplatesDep,
    clock: ClockDep,
    who: SetterDep,
) -> ShownTemplate:
    """Set what the client's reports contain from now on; earlier versions are kept."""
    if who.accounts is not None or clients.one(client_id) is None:
        raise ApiError(404, "not_found", "not_found")
    try:
        template = ReportTemplate(
            tuple(given.sections),
            tuple(given.metrics),
            given.comment,
            given.language,
            given.needs_approval,
            tuple(given.kinds),
        )
        template.require_metrics(OFFERED_METRICS, translator().languages)
    except UnusableTemplate as wrong:
        raise ApiError.of(422, "unusable_template", wrong) from None
    templates.set(client_id, template, actor=who.user_id, now=clock.now())
    newest = templates.versions(client_id)[0]
    return _shown(newest.template, newest)


@router.put("/reports/{report_id}/comment", status_code=204, responses=documented(404, 422))
def comment(report_id: ReportId, given: NewComment, report_service: ReportServiceDep, who: SetterDep) -> None:
    """Make a report that waits anew, with that comment and what is stored by now; it goes on waiting."""
    try:
        is_done = report_service.with_comment(report_id, given.comment, _visible(who), actor=who.user_id)
    except UnusableTemplate as wrong:
        raise ApiError.of(422, "unusable_template", wrong) from None
    if not is_done:
        raise ApiError(404, "not_found", "no_waiting_report", id=report_id)


@router.post("/reports/{report_id}/approve", status_code=204, responses=documented(404))
def approve(report_id: ReportId, report_service: ReportServiceDep, recipients: RecipientsDep, who: SetterDep) -> None:
    """Send a report that waits, exactly as it was made."""
    if not report_service.approve(report_id, _visible(who), recipients.everybody(), actor=who.user_id):
        raise ApiError(404, "not_found", "no_waiting_report", id=report_id)


def _visible(who: Principal) -> list[str] | None:
    return None if who.accounts is None else sorted(who.accounts)


def _shown(template: ReportTemplate, version: TemplateVersion | None) -> ShownTemplate:
    return ShownTemplate(
        sections=list(template.sections),
        metrics=list(template.metrics),
        comment=template.comment,
        language=template.language,
        needs_approval=template.needs_approval,
        kinds=list(template.kinds),
        version=0 if version is None else version.number,
        set_by=None if version is None else version.set_by,
        set_at=None if version is None else version.set_at,
    )
