"""Reports: request one, see its state, download its files."""

from datetime import date, datetime
from secrets import token_hex
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClockDep, ReportRequestsDep, ReportServiceDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import KnownLanguage, problem_localizer
from fbads_pipeline.api.parameters import AccountDigits
from fbads_pipeline.api.rate_limits import each_at_most
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile
from fbads_pipeline.domain.reports.report import ReportKind
from fbads_pipeline.domain.reports.requests import ReportRequest, State
from fbads_pipeline.services.reports.make_reports import make_requested

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

ReaderDep = Annotated[Principal, Depends(Needs("reports:read"))]
ReportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
FileName = Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,200}\.(pdf|xlsx|html|csv)$")]
Format = Literal["pdf", "xlsx", "html", "csv", "csv_br", "csv_plain"]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file."}
}
_EARLIEST, _LATEST = date(2004, 1, 1), date(2100, 1, 1)
_SHOWN = 100


class NewReport(BaseModel):
    """account_id: needed but for the executive report, which is about every account that its asker sees.

    formats: csv is as spreadsheets of the language open it: of Portuguese with `;` and decimal comma, as csv_br is in
    every language; csv_plain always has commas between and decimal points. day: the
    account-local day on which it would be made (its period ends the day before); without one today.
    """

    model_config = ConfigDict(extra="forbid")

    kind: ReportKind
    account_id: AccountDigits | None = None
    language: KnownLanguage = "pt"
    formats: list[Format] = Field(min_length=1, max_length=6)
    day: date | None = Field(None, ge=_EARLIEST, le=_LATEST)


class ShownFile(BaseModel):
    """One file; `path` is where it is taken from."""

    format: str
    language: str
    bytes: int
    sha256: str
    path: str


class ShownReport(BaseModel):
    """waiting: being made; ready: `files` can be taken; failed: `reason` says why. account_id null: of several.
    needs_approval: made on schedule, and sent once a person approves it."""

    report_id: str
    kind: ReportKind
    account_id: str | None
    state: State
    reason: str | None
    made_at: datetime | None
    files: list[ShownFile]
    needs_approval: bool = False


@router.get("", responses=documented())
def list_reports(
    request: Request, requests: ReportRequestsDep, report_service: ReportServiceDep, clock: ClockDep, who: ReaderDep
) -> list[ShownReport]:
    """The newest hundred that one requested, then of those made on schedule for one's accounts."""
    return readable_reports(requests, report_service, clock.now(), who, problem_localizer(request))


@router.post(
    "", status_code=202, responses=documented(404, 422, 429), dependencies=[Depends(each_at_most("reports", 30))]
)
def make_report(
    given: NewReport,
    request: Request,
    response: Response,
    later: BackgroundTasks,
    requests: ReportRequestsDep,
    report_service: ReportServiceDep,
    clock: ClockDep,
    who: ReaderDep,
) -> ShownReport:
    """Request one; it is made right after this answer, and `Location` shows its state."""
    if (given.account_id is None) != (given.kind == "executive"):
        key = "report_of_all" if given.kind == "executive" else "report_needs_account"
        raise ApiError(422, "unusable_parameter", key, kind=given.kind)
    if not report_service.accounts(given.kind, given.account_id, _visible(who)):
        raise ApiError(404, "not_found", "no_account")
    wanted = ReportRequest(
        token_hex(16),
        who.user_id,
        given.kind,
        given.account_id,
        given.language,
        tuple(dict.fromkeys(given.formats)),
        given.day,
        clock.now(),
        visible_accounts=None if who.accounts is None else tuple(sorted(who.accounts)),
    )
    requests.add(wanted)
    later.add_task(make_requested, report_service, requests, wanted, _visible(who))
    response.headers["Location"] = f"/api/v1/reports/{wanted.request_id}"
    return _requested(wanted, clock.now(), problem_localizer(request))


@router.get("/{report_id}", responses=documented(404))
def one_report(
    report_id: ReportId,
    request: Request,
    requests: ReportRequestsDep,
    report_service: ReportServiceDep,
    clock: ClockDep,
    who: ReaderDep,
) -> ShownReport:
    """Its state, and its files where they are ready."""
    wanted = _own(requests, report_id, who)
    if wanted is not None:
        return _requested(wanted, clock.now(), problem_localizer(request))
    return _made(_known(report_service, report_id, who))


@router.get("/{report_id}/files/{name}", responses={**documented(404), **_FILES}, response_class=FileResponse)
def download(
    report_id: ReportId, name: FileName, requests: ReportRequestsDep, report_service: ReportServiceDep, who: ReaderDep
) -> FileResponse:
    """A file of it, by the name that its row has, and no other."""
    wanted = _own(requests, report_id, who)
    files = wanted.files if wanted is not None else _known(report_service, report_id, who).files
    if name in {one.name for one in files}:
        path = report_service.files.path(name)
        if path.is_file():
            return FileResponse(path, filename=name, media_type="application/octet-stream")
    raise ApiError(404, "not_found", "no_file", name=name)


def readable_reports(
    requests: ReportRequestsDep, report_service: ReportServiceDep, now: datetime, who: Principal, t: Localizer
) -> list[ShownReport]:
    """The newest hundred that the caller requested, then of those made on schedule for their accounts."""
    requested = [_requested(one, now, t) for one in _readable(requests, who)]
    return requested + [_made(one) for one in report_service.reports.newest(_SHOWN, _visible(who))]


def _own(requests: ReportRequestsDep, report_id: str, who: Principal) -> ReportRequest | None:
    """One that the caller requested, as long as they see all that it shows."""
    wanted = requests.one(who.user_id, report_id)
    return wanted if wanted is not None and wanted.may_be_read_by(who.accounts) else None


def _readable(requests: ReportRequestsDep, who: Principal) -> list[ReportRequest]:
    return [one for one in requests.newest(who.user_id, _SHOWN) if one.may_be_read_by(who.accounts)]


def _known(report_service: ReportServiceDep, report_id: str, who: Principal) -> MadeReport:
    for one in report_service.reports.newest(500, _visible(who)):
        if one.report_id == report_id:
            return one
    raise ApiError(404, "not_found", "no_report", id=report_id)


def _visible(who: Principal) -> list[str] | None:
    return None if who.accounts is None else sorted(who.accounts)


def _requested(one: ReportRequest, now: datetime, t: Localizer) -> ShownReport:
    state, reason = one.state_at(now)
    return ShownReport(
        report_id=one.request_id,
        kind=one.kind,
        account_id=one.account_id,
        state=state,
        reason=None if reason is None else t.render(reason),
        made_at=one.ended_at,
        files=_files(one.request_id, one.files),
    )


def _made(one: MadeReport) -> ShownReport:
    return ShownReport(
        report_id=one.report_id,
        kind=one.kind,
        account_id=one.account_id or None,
        state="ready",
        reason=None,
        made_at=one.made_at,
        files=_files(one.report_id, one.files),
        needs_approval=one.is_waiting,
    )


def _files(report_id: str, files: tuple[ReportFile, ...]) -> list[ShownFile]:
    return [
        ShownFile(
            format=one.format,
            language=one.language,
            bytes=one.bytes,
            sha256=one.sha256,
            path=f"/api/v1/reports/{report_id}/files/{one.name}",
        )
        for one in files
    ]
