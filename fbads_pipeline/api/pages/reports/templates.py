"""What a client's reports contain: one form, its history, and a preview of what is on the form."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.adapters.postgres.reports.templates import PostgresReportTemplates
from fbads_pipeline.adapters.translation.translator import Localizer, localizer, translator
from fbads_pipeline.api.dependencies import ClientsDep, ClockDep, ReportServiceDep, ReportTemplatesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.reports.shared import page_response
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.clients.client import Client
from fbads_pipeline.domain.core.messages import Day
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.template import (
    DEFAULT_TEMPLATE,
    OFFERED_METRICS,
    SCHEDULABLE,
    SECTIONS,
    ReportTemplate,
    UnusableTemplate,
    ordered_sections,
)
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.reports.make_reports import ReportService

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ClientId = Annotated[int, Path(ge=1, lt=2**63)]
_FIELDS = 100
SetterDep = Annotated[Principal, Depends(Visitor("suggestions:decide", fields=_FIELDS))]
_PLACE = "place_"


@dataclass(frozen=True)
class TemplateStores:
    """What the form is made of."""

    clients: PostgresClients
    templates: PostgresReportTemplates
    made: ReportService
    clock: Clock

    def find(self, client_id: int, who: Principal) -> Client:
        """A client whose templates they may set; raises PageProblem."""
        client = self.clients.one(client_id, who.accounts)
        if client is None or who.accounts is not None:
            raise PageProblem(404)
        return client


async def _stores(
    clients: ClientsDep, templates: ReportTemplatesDep, made: ReportServiceDep, clock: ClockDep
) -> TemplateStores:
    return TemplateStores(clients, templates, made, clock)


StoresDep = Annotated[TemplateStores, Depends(_stores)]


async def _form(request: Request) -> dict[str, list[str]]:
    """Field → what was chosen or typed in it."""
    form = await request.form(max_fields=_FIELDS)
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        found.setdefault(name, []).append(str(value))
    return found


FormDep = Annotated[dict[str, list[str]], Depends(_form)]


@router.get("/clients/{client_id}/report")
def template_page(
    request: Request,
    client_id: ClientId,
    who: SetterDep,
    stores: StoresDep,
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The form, filled with what holds."""
    client, versions = stores.find(client_id, who), stores.templates.versions(client_id)
    t = page_localizer(request, who)
    notice = t("reports.template.saved") if done == "saved" else None
    return _page(request, who, stores, client, versions[0].template if versions else DEFAULT_TEMPLATE, notice=notice)


@router.post("/clients/{client_id}/report")
def set_here(request: Request, client_id: ClientId, who: SetterDep, stores: StoresDep, given: FormDep) -> Response:
    """Keep what is on the form, or show a report as it would be."""
    client, t = stores.find(client_id, who), page_localizer(request, who)
    try:
        template = _read(given)
        template.require_metrics(OFFERED_METRICS, translator().languages)
    except UnusableTemplate as wrong:
        return _page(request, who, stores, client, _kept(stores, client_id), notice=t.render(wrong.message), status=422)
    if given.get("action") == ["preview"]:
        page = stores.made.preview(client.details.accounts, template, template.language or client.details.language)
        if page is None:
            notice = t("reports.template.no_preview")
            return _page(request, who, stores, client, template, notice=notice, status=422)
        return page_response(page)
    stores.templates.set(client_id, template, actor=who.user_id, now=stores.clock.now())
    return RedirectResponse(f"/clients/{client_id}/report?done=saved", 303)


def _kept(stores: TemplateStores, client_id: int) -> ReportTemplate:
    versions = stores.templates.versions(client_id)
    return versions[0].template if versions else DEFAULT_TEMPLATE


def _read(given: dict[str, list[str]]) -> ReportTemplate:
    """Metrics in the order of the catalogue, those of every report first. Raises UnusableTemplate."""
    places = {name.removeprefix(_PLACE): values[0][:10] for name, values in given.items() if name.startswith(_PLACE)}
    chosen = given.get("metrics", [])
    known = [name for name in _metrics() if name in chosen]
    return ReportTemplate(
        ordered_sections(places),
        tuple(known),
        given.get("comment", [""])[0].replace("\r\n", "\n").strip(),
        given.get("language", [""])[0] or None,
        "needs_approval" in given,
        tuple(one for one in SCHEDULABLE if one in given.get("kinds", [])),
    )


def _metrics() -> list[str]:
    return list(dict.fromkeys((*DEFAULT_TEMPLATE.metrics, *OFFERED_METRICS)))


def _page(
    request: Request,
    who: Principal,
    stores: TemplateStores,
    client: Client,
    template: ReportTemplate,
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    t = page_localizer(request, who)
    return render(
        request,
        "report_template.html.j2",
        who,
        "reports",
        heading=t("reports.template.title", name=client.details.name),
        status=status,
        client=client,
        chosen=template,
        sections=_sections(template, t),
        metrics=[(name, t(f"metrics.{name}"), name in template.metrics) for name in _metrics()],
        kinds=[(one, t(f"pages.reports.kind.{one}"), one in template.kinds) for one in SCHEDULABLE],
        offered=[(code, localizer(code).name) for code in translator().languages],
        versions=[
            {"text": t("clients.version", version=str(one.number), at=Day(one.set_at.date())), "by": one.set_by}
            for one in stores.templates.versions(client.client_id)
        ],
        notice=notice,
    )


def _sections(template: ReportTemplate, t: Localizer) -> list[dict[str, Any]]:
    """Those that it has, in its order, then the others with 0."""
    rest = [one for one in SECTIONS if one not in template.sections]
    return [
        {"name": name, "label": t(f"reports.section.{name}"), "place": place}
        for name, place in [*((one, n) for n, one in enumerate(template.sections, 1)), *((one, 0) for one in rest)]
    ]
