"""The reports that were made, by the schedule and by the visitor, a form to make one now, and links for clients."""

from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import RecipientsDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.reports.report_stores import ReportStores, ReportStoresDep
from fbads_pipeline.api.pages.view import period_text
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.api.rate_limits import count_of
from fbads_pipeline.domain.core.links import shared_report_page
from fbads_pipeline.domain.core.messages import Instant
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.links import NoSuchReport, NotShareable, ReportLink
from fbads_pipeline.domain.reports.report import KINDS, Period
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.domain.reports.template import UnusableTemplate
from fbads_pipeline.services.reports.make_reports import make_requested

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_SHOWN, _LOOKED_THROUGH = 50, 500
_LINKS_PER_MINUTE = 30

WhoDep = Annotated[Principal, Depends(Visitor("reports:read"))]
ReportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@router.get("/reports")
def reports_page(request: Request, who: WhoDep, stores: ReportStoresDep) -> Response:
    """What was made for the visitor and by the schedule, newest first, and a form to make one now."""
    return _page(request, who, stores)


@router.post("/reports")
def make_here(
    request: Request,
    who: WhoDep,
    stores: ReportStoresDep,
    kind: Annotated[str, Form(pattern="^(daily|weekly|monthly|executive)$")],
    account: Annotated[str, Form(pattern=r"^[0-9]{1,32}$")],
    format: Annotated[str, Form(pattern="^(pdf|xlsx|html|csv|csv_br|csv_plain|link)$")],
) -> Response:
    """Make one now; the answer is the file, which is listed from then on, or the page with a link for a client."""
    named = next(one for one in KINDS if one == kind)
    visible = None if who.accounts is None else sorted(who.accounts)
    accounts = stores.made.accounts(named, account, visible) if who.sees(account) else []
    if not accounts:
        raise PageProblem(404)
    wanted = ReportRequest(
        token_hex(16),
        who.user_id,
        named,
        None if named == "executive" else account,
        page_localizer(request, who).language,
        ("html", "pdf") if format == "link" else (format,),
        None,
        stores.clock.now(),
        visible_accounts=None if visible is None else tuple(visible),
    )
    stores.requests.add(wanted)
    make_requested(stores.made, stores.requests, wanted, visible)
    made = stores.requests.one(who.user_id, wanted.request_id)
    if made is None or not made.files:
        raise PageProblem(503)
    if format == "link":
        return _shared(request, who, stores, made.request_id, made.language)
    return FileResponse(stores.made.files.path(made.files[0].name), filename=made.files[0].name)


@router.post("/reports/{report_id}/links")
def share_here(
    request: Request,
    who: WhoDep,
    stores: ReportStoresDep,
    report_id: ReportId,
    language: Annotated[str, Form(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")],
) -> Response:
    """A link for a client to a report that was made; its address is on the answer, and never again."""
    return _shared(request, who, stores, report_id, language)


@router.post("/reports/links/{link_id}")
def revoke_here(
    who: WhoDep, stores: ReportStoresDep, link_id: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
) -> Response:
    """End a link: the next request for it finds nothing."""
    if not stores.links.revoke(link_id, who):
        raise PageProblem(404)
    return RedirectResponse("/reports", 303)


@router.post("/reports/{report_id}/approval")
def approve_here(
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    stores: ReportStoresDep,
    recipients: RecipientsDep,
    report_id: ReportId,
    step: Annotated[str, Form(pattern="^(comment|approve)$")],
    comment: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Another comment for a report that waits, or let it go exactly as it was made."""
    visible = None if who.accounts is None else sorted(who.accounts)
    if step == "approve":
        is_done = stores.made.approve(report_id, visible, recipients.everybody(), actor=who.user_id)
    else:
        try:
            text = comment.replace("\r\n", "\n").strip()
            is_done = stores.made.with_comment(report_id, text, visible, actor=who.user_id)
        except UnusableTemplate:
            raise PageProblem(422) from None
    if not is_done:
        raise PageProblem(404)
    return RedirectResponse("/reports", 303)


@router.get("/reports/{report_id}/{name}")
def download(
    report_id: ReportId,
    name: Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,120}\.(pdf|xlsx|html|csv)$")],
    who: WhoDep,
    stores: ReportStoresDep,
) -> Response:
    """A file of a report of the caller's accounts: by the name that its row has, and no other."""
    visible = None if who.accounts is None else sorted(who.accounts)
    own = stores.requests.one(who.user_id, report_id)
    files = [*own.files] if own is not None and own.may_be_read_by(who.accounts) else []
    for one in stores.made.reports.newest(_LOOKED_THROUGH, visible):
        if one.report_id == report_id:
            files += one.files
    if name in {file.name for file in files}:
        path = stores.made.files.path(name)
        if path.is_file():
            return FileResponse(path, filename=name)
    raise PageProblem(404)


def _shared(request: Request, who: Principal, stores: ReportStores, report_id: str, language: str) -> Response:
    count_of(request, who, "report-links", _LINKS_PER_MINUTE)
    try:
        link, secret = stores.links.share(report_id, who, language, None)
    except (NoSuchReport, NotShareable):
        raise PageProblem(404) from None
    base = request.app.state.settings.public_url or str(request.base_url)
    return _page(request, who, stores, made_link=(link, shared_report_page(base, secret)))


def _page(
    request: Request, who: Principal, stores: ReportStores, *, made_link: tuple[ReportLink, str] | None = None
) -> Response:
    t = page_localizer(request, who)
    accounts = stores.pages.accounts(who.accounts)
    names = {one["account_id"]: one["name"] or one["account_id"] for one in accounts}
    zones = {one["account_id"]: one["timezone_name"] or "UTC" for one in accounts}
    own = [one for one in stores.requests.newest(who.user_id, _SHOWN) if one.may_be_read_by(who.accounts)]
    made = _scheduled(who, stores, names, zones, t)
    made += [_requested(one, names, zones, stores, t) for one in own]
    made.sort(key=lambda one: one["order"], reverse=True)
    kinds = [(one, t(f"pages.reports.kind.{one}")) for one in KINDS]
    links = [_link(one, names, stores, t) for one in stores.links.of(who, _SHOWN)]
    link = None
    if made_link is not None:
        link = {"url": made_link[1], "end": t.formats.day(made_link[0].expires_at.date())}
    return render(
        request,
        "reports.html.j2",
        who,
        "reports",
        accounts=accounts,
        made=made[:_SHOWN],
        kinds=kinds,
        links=links,
        link=link,
    )


def _scheduled(
    who: Principal, stores: ReportStores, names: dict[str, str], zones: dict[str, str], t: Localizer
) -> list[dict[str, Any]]:
    visible = None if who.accounts is None else sorted(who.accounts)
    return [
        {
            "id": one.report_id,
            "kind": t(f"pages.reports.kind.{one.kind}"),
            "account": names.get(one.account_id, t("pages.reports.all_accounts")),
            "period": period_text(Period(one.first_day, one.last_day), t),
            "at": t.render(Instant(one.made_at, zones.get(one.account_id, "UTC"))),
            "by": t("pages.reports.by_schedule"),
            "state": t("reports.waiting_for_approval") if one.is_waiting else "",
            "files": [file for file in one.files if file.language == t.language] or list(one.files),
            "language": "" if one.is_waiting else t.language,
            "is_waiting": one.is_waiting,
            "comment": one.comment,
            "order": one.made_at,
        }
        for one in stores.made.reports.newest(_SHOWN, visible)
    ]


def _requested(
    one: ReportRequest, names: dict[str, str], zones: dict[str, str], stores: ReportStores, t: Localizer
) -> dict[str, Any]:
    state, reason = one.state_at(stores.clock.now())
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
        "is_waiting": False,
        "language": one.language if any(file.format == "html" for file in one.files) else "",
        "order": one.asked_at,
    }


def _link(one: ReportLink, names: dict[str, str], stores: ReportStores, t: Localizer) -> dict[str, Any]:
    state = one.state_at(stores.clock.now())
    of = one.account_ids or ()
    return {
        "id": one.link_id,
        "kind": t(f"pages.reports.kind.{one.kind}"),
        "account": names.get(of[0], of[0]) if len(of) == 1 else t("pages.reports.all_accounts"),
        "made_at": t.formats.day(one.made_at.date()),
        "end": t.formats.day(one.expires_at.date()),
        "views": t.formats.count(one.views),
        "downloads": t.formats.count(one.downloads),
        "is_open": state == "open",
        "state": t(f"reports.link.{state}"),
    }
