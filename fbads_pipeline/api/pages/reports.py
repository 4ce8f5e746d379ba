"""The reports that were made, and a form to make one now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from fbads_pipeline.api.dependencies import ClockDep, PagesDep, ReportServiceDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import period_text
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.report import KINDS, Period

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/reports")
def reports_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    pages: PagesDep,
    report_service: ReportServiceDep,
) -> Response:
    """What was made, newest first, and a form to make one now."""
    t = page_localizer(request, who)
    accounts = pages.accounts(who.accounts)
    names = {one["account_id"]: one["name"] or one["account_id"] for one in accounts}
    visible = None if who.accounts is None else sorted(who.accounts)
    made = [
        {
            "id": one.report_id,
            "kind": t(f"pages.reports.kind.{one.kind}"),
            "account": names.get(one.account_id, t("pages.reports.all_accounts")),
            "period": period_text(Period(one.first_day, one.last_day), t),
            "files": [file for file in one.files if file.language == t.language],
        }
        for one in report_service.reports.newest(50, visible)
    ]
    kinds = [(one, t(f"pages.reports.kind.{one}")) for one in KINDS]
    return render(request, "reports.html.j2", who, "reports", accounts=accounts, made=made, kinds=kinds)


@router.post("/reports")
def make_here(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    report_service: ReportServiceDep,
    clock: ClockDep,
    kind: Annotated[str, Form(pattern="^(daily|weekly|executive)$")],
    account: Annotated[str, Form(pattern=r"^[0-9]{1,32}$")],
    format: Annotated[str, Form(pattern="^(pdf|xlsx|html|csv|csv_br)$")],
) -> Response:
    """Make one now; the answer is the file."""
    named = next(one for one in KINDS if one == kind)
    visible = None if who.accounts is None else sorted(who.accounts)
    accounts = report_service.accounts(named, account, visible) if who.sees(account) else []
    if not accounts:
        raise PageProblem(404)
    are_chosen = named == "executive" and visible is not None
    language = page_localizer(request, who).language
    (path,) = report_service.write(named, accounts, language, [format], None, are_chosen=are_chosen)
    return FileResponse(path, filename=path.rpartition("/")[2])


@router.get("/reports/{report_id}/{name}")
def download(
    report_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    name: Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,120}\.(pdf|xlsx|html|csv)$")],
    who: Annotated[Principal, Depends(Visitor("reports:read"))],
    report_service: ReportServiceDep,
) -> Response:
    """A file of a report of the caller's accounts: by the name that its row has, and no other."""
    visible = None if who.accounts is None else sorted(who.accounts)
    for one in report_service.reports.newest(500, visible):
        if one.report_id == report_id and name in {file.name for file in one.files}:
            path = report_service.files.path(name)
            if path.is_file():
                return FileResponse(path, filename=name)
    raise PageProblem(404)
