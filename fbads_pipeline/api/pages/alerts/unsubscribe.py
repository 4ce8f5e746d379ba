"""Ending the mails to one address, by the link in them: no login, and the signature opens nothing else.

GET asks, POST ends: what fetches links in mails by itself ends nothing (RFC 8058).
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import escape

from fbads_pipeline.api.dependencies import ClockDep, DatabaseDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.rate_limits import at_most
from fbads_pipeline.bootstrap.alerts import unsubscribe_key, unsubscribed
from fbads_pipeline.domain.alerts.unsubscribing import EMAIL, is_signed_for
from fbads_pipeline.domain.core.links import UNSUBSCRIBE

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_limited = at_most("unsubscribe", 60)
Address = Annotated[str, Query(max_length=320)]
Signature = Annotated[str, Query(max_length=64)]


@router.get(UNSUBSCRIBE)
def ask(request: Request, address: Address = "", signature: Signature = "", channel: str = EMAIL) -> Response:
    """A form that asks whether the mails shall end."""
    _limited(request)
    t = page_localizer(request)
    if not _is_theirs(request, channel, address, signature):
        return _page(request, t("alerts.unsubscribe.wrong"), status=404)
    button = f'<form method="post"><button>{escape(t("alerts.unsubscribe.button"))}</button></form>'
    return _page(request, t("alerts.unsubscribe.question", address=address), button)


@router.post(UNSUBSCRIBE)
def end(
    request: Request,
    database: DatabaseDep,
    clock: ClockDep,
    address: Address = "",
    signature: Signature = "",
    channel: str = EMAIL,
) -> Response:
    """Ends them: the button of the form, or a mail program by itself with one click."""
    _limited(request)
    t = page_localizer(request)
    if not _is_theirs(request, channel, address, signature):
        return _page(request, t("alerts.unsubscribe.wrong"), status=404)
    unsubscribed(database).end(EMAIL, address, now=clock.now())
    return _page(request, t("alerts.unsubscribe.done", address=address))


def _is_theirs(request: Request, channel: str, address: str, signature: str) -> bool:
    return channel == EMAIL and is_signed_for(unsubscribe_key(request.app.state.settings), address, signature)


def _page(request: Request, text: str, form: str = "", *, status: int = 200) -> Response:
    """One sentence, escaped, and the form."""
    t = page_localizer(request)
    title = escape(t("alerts.unsubscribe.title"))
    page = (
        f'<!doctype html>\n<html lang="{t.tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title></head><body><main><h1>{title}</h1><p>{escape(text)}</p>{form}</main></body></html>\n"
    )
    return HTMLResponse(page, status)
