"""How an account, or every account of a client, names campaigns and tags links: the rule, tried on known names."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.postgres.clients.naming import NamingScope
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, NamingDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, required_frame, with_account
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.naming import NAME_DIMENSIONS, PARAMETERS, NamingRule, parse_name, read_parameters
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_FIELDS = ("pattern", *PARAMETERS)
_MOST_NAMES = 20


async def _form(request: Request) -> dict[str, str]:
    """The texts of the form's fields; those that it lacks are blank."""
    form = await request.form()
    return {name: str(form.get(name, "")).strip() for name in (*_FIELDS, "action")}


@router.get("/links/rule")
def naming_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    naming: NamingDep,
    done: Annotated[str, Query(pattern="^(saved|removed)?$")] = "",
) -> Response:
    """The rule of the chosen client, else of the chosen account, with what it makes of the newest names."""
    t, frame = page_localizer(request, who), _frame(request, who)
    texts = _texts(naming.own(*_scope(frame)) or NamingRule())
    return _page(request, who, naming, texts, notice=t(f"clients.naming.{done}") if done else None)


@router.post("/links/rule")
def set_here(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    texts: Annotated[dict[str, str], Depends(_form)],
    naming: NamingDep,
    clock: ClockDep,
) -> Response:
    """Try the rule, save it, or remove the one that is there; a rule that is wrong is shown again with the reason."""
    t, frame = page_localizer(request, who), _frame(request, who)
    if not _may_set(frame, who):
        raise PageProblem(403)
    action = texts["action"] if texts["action"] in ("save", "remove") else "try"
    try:
        rule = None if action == "remove" else _rule(texts)
        if action == "try":
            return _page(request, who, naming, texts)
        naming.set(*_scope(frame), rule, actor=who.user_id, now=clock.now())
    except UnusableClient as wrong:
        why = t("clients.form.not_saved", why=plain_line(t.render(wrong.message)))
        return _page(request, who, naming, texts, notice=why, status=422)
    done = "removed" if rule is None else "saved"
    return RedirectResponse(frame.link("/links/rule", done=done), 303)


def _frame(request: Request, who: Principal) -> PageFrame:
    frame = required_frame(request, who)
    return frame if frame.client is not None else with_account(request, who)


def _scope(frame: PageFrame) -> tuple[NamingScope, str]:
    if frame.client is not None:
        return "client", str(frame.client["client_id"])
    if frame.account is None:
        raise PageProblem(404)
    return "account", str(frame.account["account_id"])


def _may_set(frame: PageFrame, who: Principal) -> bool:
    """A client's rule holds for accounts too that somebody may not see."""
    return who.may("suggestions:decide") and (frame.client is None or who.accounts is None)


def _texts(rule: NamingRule) -> dict[str, str]:
    return {"pattern": rule.pattern or "", **{name: rule.parameters.get(name, "") for name in PARAMETERS}}


def _rule(texts: Mapping[str, str]) -> NamingRule | None:
    """None where every field is blank. Raises UnusableClient for a pattern or a parameter that cannot be read."""
    given = read_parameters({name: texts[name] for name in PARAMETERS if texts[name]})
    if not texts["pattern"] and not given:
        return None
    rule = NamingRule(texts["pattern"] or None, given)
    _ = rule.regex  # refuses a pattern that cannot be read
    return rule


def _page(
    request: Request,
    who: Principal,
    naming: NamingDep,
    texts: Mapping[str, str],
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    t, frame = page_localizer(request, who), _frame(request, who)
    rule = (_rule(texts) if status == 200 else None) or NamingRule()
    names = [name for account in sorted(frame.ids) for name in naming.names(account)]
    found = [(name, parse_name(name, rule)) for name in names]
    return render(
        request,
        "naming.html.j2",
        who,
        "naming",
        status=status,
        notice=notice,
        whose=_whose(frame, t),
        send_to=frame.link("/links/rule"),
        links=frame.link("/links"),
        texts=texts,
        parameters=PARAMETERS,
        may=_may_set(frame, who),
        dimensions=[(name, t(f"pages.grid.group.{name}")) for name in NAME_DIMENSIONS],
        fitting=t("clients.naming.fitting", fitting=str(sum(1 for _, parts in found if parts)), count=len(found))
        if rule.pattern and found
        else "",
        rows=[_row(name, parts) for name, parts in _examples(found)] if rule.pattern else [],
    )


def _examples(found: list[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str]]]:
    """The first that fit and the first that do not, half of each where there are enough."""
    fit, other = [one for one in found if one[1]], [one for one in found if not one[1]]
    kept = max(_MOST_NAMES // 2, _MOST_NAMES - len(other))
    return fit[:kept] + other[: _MOST_NAMES - len(fit[:kept])]


def _row(name: str, parts: Mapping[str, str]) -> dict[str, Any]:
    return {"name": plain_name(name, "–"), "parts": [plain_line(parts.get(one, "")) for one in NAME_DIMENSIONS]}


def _whose(frame: PageFrame, t: Localizer) -> str:
    if frame.client is not None:
        return t("clients.naming.of_client", name=plain_name(frame.client["client_name"], "–"))
    return t("clients.naming.of_account", name=account_name(frame.account or {"name": None, "account_id": "–"}))
