"""Clients: a list, and one form for everything of a client."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.clients.logo_drawing import drawn_logo
from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.metrics.pages import PageReader
from fbads_pipeline.adapters.translation.translator import Localizer, localizer, translator
from fbads_pipeline.api.dependencies import ClientGrantsDep, ClientsDep, ClockDep, PagesDep, TargetsDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.clients.client import Client
from fbads_pipeline.domain.clients.client_form import FIELDS, form_texts, read_form
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.targets import UnusableTarget
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Day, Money, Percent, message
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.clients.keep_client import keep_client

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ClientId = Annotated[int, Path(ge=1, lt=2**63)]
ReaderDep = Annotated[Principal, Depends(Visitor("marts:read"))]
SetterDep = Annotated[Principal, Depends(Visitor("suggestions:decide"))]
_DONE = ("saved", "removed")


async def _form(request: Request) -> dict[str, str]:
    """The texts of the form's fields; those that it lacks are blank."""
    form = await request.form()
    return {name: str(form.get(name, "")) for name in FIELDS}


async def _logo(request: Request) -> bytes:
    """The file of the form; nothing where none was chosen."""
    async with request.form(max_files=1) as form:
        given = form.get("logo")
        return b"" if given is None or isinstance(given, str) else await given.read()


FormDep = Annotated[dict[str, str], Depends(_form)]


@router.get("/clients")
def clients_page(
    request: Request,
    who: ReaderDep,
    clients: ClientsDep,
    grants: ClientGrantsDep,
    pages: PagesDep,
    clock: ClockDep,
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Every client that the visitor sees, and the form of a new one."""
    t = page_localizer(request, who)
    known = clients.all(who.accounts, at=clock.now())
    users = grants.users([one.client_id for one in known]) if who.may("admin") else {}
    return _page(
        request,
        who,
        pages,
        rows=[_row(one, users.get(one.client_id, []), t) for one in known],
        notice=t(f"clients.form.{done}") if done in _DONE else None,
    )


@router.post("/clients")
def add_here(
    request: Request,
    who: SetterDep,
    texts: FormDep,
    clients: ClientsDep,
    targets: TargetsDep,
    pages: PagesDep,
    clock: ClockDep,
) -> Response:
    """Add a client; a form that is wrong is shown again with what was typed."""
    return _Form(request, who, clients, targets, pages, clock).save(texts, None)


@router.get("/clients/{client_id}")
def client_page(
    request: Request, client_id: ClientId, who: ReaderDep, clients: ClientsDep, pages: PagesDep, clock: ClockDep
) -> Response:
    """One client: its form and its history."""
    t = page_localizer(request, who)
    client = clients.one(client_id, who.accounts, at=clock.now())
    if client is None:
        raise PageProblem(404)
    versions = [
        {"text": t("clients.version", version=str(one.version), at=Day(one.set_at.date())), "by": one.set_by}
        for one in clients.versions(client_id)
    ]
    texts = form_texts(client.details, client.budget)
    return _page(request, who, pages, client=client, texts=texts, versions=versions[::-1])


@router.post("/clients/{client_id}")
def change_here(
    request: Request,
    client_id: ClientId,
    who: SetterDep,
    texts: FormDep,
    clients: ClientsDep,
    targets: TargetsDep,
    pages: PagesDep,
    clock: ClockDep,
) -> Response:
    """Replace what is known of a client."""
    client = clients.one(client_id, who.accounts)
    if client is None:
        raise PageProblem(404)
    return _Form(request, who, clients, targets, pages, clock).save(texts, client)


@router.post("/clients/{client_id}/remove")
def remove_here(client_id: ClientId, who: SetterDep, clients: ClientsDep, clock: ClockDep) -> Response:
    """Remove a client; its accounts stay."""
    if who.accounts is not None or not clients.remove(client_id, actor=who.user_id, now=clock.now()):
        raise PageProblem(404)
    return RedirectResponse("/clients?done=removed", 303)


@router.post("/clients/{client_id}/logo")
def logo_here(
    request: Request,
    client_id: ClientId,
    who: Annotated[Principal, Depends(Visitor("suggestions:decide", files=1))],
    content: Annotated[bytes, Depends(_logo)],
    clients: ClientsDep,
    pages: PagesDep,
    clock: ClockDep,
) -> Response:
    """The logo of a client, from a file."""
    client = clients.one(client_id, who.accounts, at=clock.now())
    if client is None or who.accounts is not None:
        raise PageProblem(404)
    try:
        clients.keep_logo(client_id, drawn_logo(content), actor=who.user_id, now=clock.now())
    except UnusableClient as wrong:
        texts = form_texts(client.details, client.budget)
        return _page(request, who, pages, client=client, texts=texts, why=wrong, status=422)
    return RedirectResponse("/clients?done=saved", 303)


class _Form:
    """What saving a form needs."""

    def __init__(
        self,
        request: Request,
        who: Principal,
        clients: PostgresClients,
        targets: PostgresTargets,
        pages: PageReader,
        clock: Clock,
    ) -> None:
        self._request, self._who = request, who
        self._clients, self._targets, self._pages, self._now = clients, targets, pages, clock.now()

    def save(self, texts: dict[str, str], client: Client | None) -> Response:
        """Keeps the client, its budget and its targets; the form again, with the reason, where one is wrong."""
        if self._who.accounts is not None:
            raise PageProblem(403)
        known = [
            Account(one["account_id"], one["name"], one["currency"], one["timezone_name"] or "UTC")
            for one in self._pages.accounts(None)
        ]
        try:
            given = read_form(texts, known=known, now=self._now)
            actor = self._who.user_id
            keep_client(self._clients, self._targets, given, client, known, actor=actor, now=self._now)
        except (UnusableClient, UnusableTarget) as wrong:
            return _page(self._request, self._who, self._pages, client=client, texts=texts, why=wrong, status=422)
        return RedirectResponse("/clients?done=saved", 303)


def _page(
    request: Request,
    who: Principal,
    pages: PageReader,
    *,
    client: Client | None = None,
    texts: dict[str, str] | None = None,
    rows: list[dict[str, Any]] | None = None,
    versions: list[dict[str, str]] | None = None,
    notice: str | None = None,
    why: UnusableClient | UnusableTarget | None = None,
    status: int = 200,
) -> Response:
    t = page_localizer(request, who)
    if why is not None:
        notice = t("clients.form.not_saved", why=plain_line(t.render(why.message)))
    may = who.may("suggestions:decide") and who.accounts is None
    return render(
        request,
        "clients.html.j2",
        who,
        "clients",
        status=status,
        client=client,
        texts=texts or dict.fromkeys(FIELDS, ""),
        rows=rows,
        versions=versions or [],
        accounts=pages.accounts(who.accounts),
        offered=[(code, localizer(code).name) for code in translator().languages],
        may=may,
        notice=notice,
    )


def _row(one: Client, users: list[str], t: Localizer) -> dict[str, Any]:
    details = one.details
    budget = one.budget
    tax = details.tax
    rate = None if tax.rate is None else t.render(Percent(tax.rate))
    return {
        "id": one.client_id,
        "name": details.name,
        "accounts": ", ".join(details.accounts),
        "contact": " · ".join(text for text in vars(details.contact).values() if text),
        "channels": ", ".join(map(str, details.channels)),
        "budget": ""
        if budget is None or budget.amount is None
        else t.render(message("clients.value.budget", value=Money(budget.amount, budget.currency))),
        "tax": rate or tax.country or t(f"clients.value.tax_{tax.mode}"),
        "users": ", ".join(users),
    }
