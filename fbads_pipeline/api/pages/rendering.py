"""Templates → pages, in the visitor's language, with the frame around them."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer, localizer, translator
from fbads_pipeline.api.assets import asset
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.frame_view import frame_view
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, frame_of
from fbads_pipeline.domain.identity.users import Principal, may_set_up

# Group → path → key of pages.title.
NAVIGATION: Mapping[str, Mapping[str, str]] = {
    "day": {
        "/": "today",
        "/campaigns": "campaigns",
        "/suggestions": "suggestions",
        "/anomalies": "anomalies",
        "/alerts": "alerts",
    },
    "money": {
        "/budgets": "budgets",
        "/delivery": "delivery",
        "/creatives": "creatives",
        "/sales": "sales",
        "/links": "links",
        "/benchmark": "benchmark",
    },
    "clients": {"/clients": "clients", "/targets": "targets", "/reports": "reports", "/chat": "chat"},
    "settings": {
        "/settings": "settings",
        "/rules": "rules",
        "/users": "users",
        "/account": "account",
        "/privacy": "privacy",
    },
}
_BAR = {"/": "◎", "/campaigns": "▤", "/suggestions": "✓"}
# Pages that follow the choices of the frame; the others keep their own address.
_FOLLOWING = frozenset(
    {
        "/",
        "/campaigns",
        "/suggestions",
        "/anomalies",
        "/alerts",
        "/budgets",
        "/delivery",
        "/creatives",
        "/reports",
        "/sales",
        "/links",
        "/benchmark",
        "/chat",
    }
)
_ADMINISTRATORS = frozenset({"/users"})
THEME_COOKIE = "fbads_theme"
# Pages of which nothing may be asked of the database.
_FRAMELESS = frozenset({"problem", "start", "login"})


def render(
    request: Request, template: str, who: Principal | None, title: str, *, status: int = 200, **shown: Any
) -> Response:
    """The page; every text in it is escaped by the template. title: a key of pages.title; heading: in its place, where
    the page is about one thing; has_period: whether the figures follow the period of the frame."""
    t = page_localizer(request, who)
    here = request.url.path
    back = f"{here}?{request.url.query}" if request.url.query and request.method == "GET" else here
    frame = None if who is None or title in _FRAMELESS else frame_of(request, who)
    has_period = bool(shown.pop("has_period", False))
    text = (
        _environment()
        .get_template(template)
        .render(
            t=t,
            title=t(f"pages.title.{title}"),
            who=who,
            theme_name=theme_of(request),
            frame=frame and frame_view(frame, t, here, request.app.state.settings.stale_hours, request.query_params),
            has_period=has_period,
            start=_link(frame, "/"),
            ask_here=_ask_link(frame, who, here),
            navigation=_navigation(frame, who, here, title, t),
            bar=[{**_item(frame, path, here, t), "sign": sign} for path, sign in _BAR.items()],
            here=here,
            undo_back=_without(request, ("done", "why", "marked")),
            languages=[localizer(code) for code in translator().languages if code != t.language],
            back_here=quote(back, safe=""),
            csrf=getattr(request.state, "csrf", ""),
            **{"notice": None, "undo": None, "heading": "", **shown},
        )
    )
    return HTMLResponse(text, status)


def _without(request: Request, names: tuple[str, ...]) -> str:
    """The address of the page without those parts of its query."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in names]
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def theme_of(request: Request) -> str:
    """`light`, `dark`, or `auto`: as the device has it."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in ("light", "dark") else "auto"


def _navigation(
    frame: PageFrame | None, who: Principal | None, here: str, title: str, t: Localizer
) -> list[dict[str, Any]]:
    """The groups; the page itself, or the one that it belongs to, is marked."""
    hidden = _ADMINISTRATORS if who is None or not may_set_up(who) else frozenset()
    return [
        {
            "title": t(f"pages.frame.group.{group}"),
            "pages": [
                {
                    "link": _link(frame, path),
                    "name": t(f"pages.title.{name}"),
                    "is_here": path == here or name == title,
                }
                for path, name in pages.items()
                if path not in hidden
            ],
        }
        for group, pages in NAVIGATION.items()
    ]


def page_links(request: Request, who: Principal, t: Localizer) -> list[tuple[str, str]]:
    """Name and address of every page that the visitor finds in the navigation."""
    groups = _navigation(frame_of(request, who), who, request.url.path, "", t)
    return [(page["name"], page["link"]) for group in groups for page in group["pages"]]


def _item(frame: PageFrame | None, path: str, here: str, t: Localizer) -> dict[str, Any]:
    name = next(pages[path] for pages in NAVIGATION.values() if path in pages)
    return {"link": _link(frame, path), "name": t(f"pages.title.{name}"), "is_here": path == here}


def _link(frame: PageFrame | None, path: str) -> str:
    return path if frame is None or path not in _FOLLOWING else frame.link(path)


def _ask_link(frame: PageFrame | None, who: Principal | None, here: str) -> str:
    """Where one asks about this page; empty where nobody can, or where one does already."""
    if frame is None or who is None or not who.may("chat:use") or here == "/chat":
        return ""
    return frame.link("/chat", about=here)


@cache
def _environment() -> Any:
    # Jinja2 is heavy: imported where it is needed.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("fbads_pipeline.api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset
    return made
