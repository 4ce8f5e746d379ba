"""The reports that were made, by the schedule and by the visitor, and a form to make one now."""

from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, PagesDep, ReportRequestsDep, ReportServiceDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import period_text
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.core.messages import Instant
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.report import KINDS, Period
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.services.reports.make_reports import make_requested

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_SHOWN, _LOOKED_THROUGH = 50, 500


@router.get("/reports")
def reports_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    pages: PagesDep,
    requests: ReportRequestsDep,
    report_service: ReportServiceDep,
    clock: ClockDep,
) -> Response:
    """What was made for the visitor and by the schedule, newest first, and a form to make one now."""
    t = page_localizer(request, who)
    accounts = pages.accounts(who.accounts)
    names = {one["account_id"]: one["name"] or one["account_id"] for one in accounts}
    zones = {one["account_id"]: one["timezone_name"] or "UTC" for one in accounts}
    visible = None if who.accounts is None else sorted(who.accounts)
    own = [one for one in requests.newest(who.user_id, _SHOWN) if one.may_be_read_by(who.accounts)]
    made = [
        {
            "id": one.report_id,
            "kind": t(f"pages.reports.kind.{one.kind}"),
            "account": names.get(one.account_id, t("pages.reports.all_accounts")),
            "period": period_text(Period(one.first_day, one.last_day), t),
            "at": t.render(Instant(one.made_at, zones.get(one.account_id, "UTC"))),
            "by": t("pages.reports.by_schedule"),
            "state": "",
            "files": [file for file in one.files if file.language == t.language],
            "order": one.made_at,
        }
        for one in report_service.reports.newest(_SHOWN, visible)
    ]
    made += [_requested(one, names, zones, clock, t) for one in own]
    made.sort(key=lambda one: one["order"], reverse=True)
    kinds = [(one, t(f"pages.reports.kind.{one}")) for one in KINDS]
    return render(request, "reports.html.j2", who, "reports", accounts=accounts, made=made[:_SHOWN], kinds=kinds)


@router.post("/reports")
def make_here(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    requests: ReportRequestsDep,
    report_service: ReportServiceDep,
    clock: ClockDep,
    kind: Annotated[str, Form(pattern="^(daily|weekly|executive)$")],
    account: Annotated[str, Form(pattern=r"^[0-9]{1,32}$")],
    format: Annotated[str, Form(pattern="^(pdf|xlsx|html|csv|csv_br)$")],
) -> Response:
    """Make one now; the answer is the file, which is listed from then on."""
    named = next(one for one in KINDS if one == kind)
    visible = None if who.accounts is None else sorted(who.accounts)
    accounts = report_service.accounts(named, account, visible) if who.sees(account) else []
    if not accounts:
        raise PageProblem(404)
    wanted = ReportRequest(
        token_hex(16),
        who.user_id,
        named,
        None if named == "executive" else account,
        page_localizer(request, who).language,
        (format,),
        None,
        clock.now(),
        visible_accounts=None if visible is None else tuple(visible),
    )
    requests.add(wanted)
    make_requested(report_service, requests, wanted, visible)
    made = requests.one(who.user_id, wanted.request_id)
    if made is None or not made.files:
        raise PageProblem(503)
    return FileResponse(report_service.files.path(made.files[0].name), filename=made.files[0].name)


@router.get("/reports/{report_id}/{name}")
def download(
    report_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    name: Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,120}\.(pdf|xlsx|html|csv)$")],
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    requests: ReportRequestsDep,
    report_service: ReportServiceDep,
) -> Response:
    """A file of a report of the caller's accounts: by the name that its row has, and no other."""
    visible = None if who.accounts is None else sorted(who.accounts)
    own = requests.one(who.user_id, report_id)
    files = [*own.files] if own is not None and own.may_be_read_by(who.accounts) else []
    for one in report_service.reports.newest(_LOOKED_THROUGH, visible):
        if one.report_id == report_id:
            files += one.files
    if name in {file.name for file in files}:
        path = report_service.files.path(name)
        if path.is_file():
            return FileResponse(path, filename=name)
    raise PageProblem(404)


def _requested(
    one: ReportRequest, names: dict[str, str], zones: dict[str, str], clock: ClockDep, t: Localizer
) -> dict[str, Any]:
    state, reason = one.state_at(clock.now())
    account = one.account_id or ""
    return {
        "id": one.request_id,
        "kind": t(f"pages.reports.kind.{one.kind}"),
        "account": names.get(account, t("pages.reports.all_accounts")),
        "period": "" if one.day is None else t.formats.day(one.day),
        "at": t.render(Instant(one.asked_at, zones.get(account, "UTC"))),
        "by": t("pages.reports.by_you"),
        "state": t.render(reason) if reason is not None else "" if state == "ready" else t("pages.reports.waiting"),
        "files": one.files,
        "order": one.asked_at,
    }
