"""What a visitor chooses for this browser: with or without tax, light or dark, the language."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.translation.translator import localizer, translator
from fbads_pipeline.api.dependencies import PreferencesDep
from fbads_pipeline.api.languages import LANGUAGE_COOKIE, KnownLanguage, page_localizer
from fbads_pipeline.api.pages.frame.page_frame import MONEY_COOKIE, reader_money
from fbads_pipeline.api.pages.rendering import THEME_COOKIE, render, theme_of
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_YEAR = 365 * 86400
VisitorDep = Annotated[Principal, Depends(Visitor())]


@router.get("/settings")
def settings_page(request: Request, who: VisitorDep, done: str = "") -> Response:
    """The choices, where the rest is set, and whether accepted suggestions are carried out."""
    t = page_localizer(request, who)
    places = [("/account", "account"), ("/targets", "targets"), ("/clients", "clients"), ("/privacy", "privacy")]
    applied = request.app.state.settings.apply_decisions
    return render(
        request,
        "settings.html.j2",
        who,
        "settings",
        money=reader_money(request, who),
        theme=theme_of(request),
        offered=[(code, localizer(code).name) for code in translator().languages],
        places=[(path, t(f"pages.title.{name}"), t(f"pages.settings.about.{name}")) for path, name in places],
        applying=t("pages.suggestions.applied_on" if applied else "pages.suggestions.applied_off"),
        notice=t("pages.settings.kept") if done == "yes" else None,
    )


@router.post("/settings")
def keep_settings(
    who: VisitorDep,
    preferences: PreferencesDep,
    money: Annotated[Literal["spend", "cost"], Form()],
    theme: Annotated[Literal["auto", "light", "dark"], Form()],
    language: Annotated[KnownLanguage, Form()],
) -> Response:
    """Kept by the browser; with or without tax also by the user, whom messages and the chat follow."""
    answer = RedirectResponse("/settings?done=yes", 303)
    for name, value in ((MONEY_COOKIE, money), (THEME_COOKIE, theme), (LANGUAGE_COOKIE, language)):
        answer.set_cookie(name, value, max_age=_YEAR, samesite="lax", httponly=True)
    if who.email:
        preferences.keep(who.user_id, replace(preferences.of(who.user_id), money=money))
    return answer
