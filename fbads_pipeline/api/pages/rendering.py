"""Templates → pages, in the visitor's language."""

from functools import cache
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import localizer, translator
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.domain.identity.users import Principal

_NAVIGATION = {
    "/": "today",
    "/suggestions": "suggestions",
    "/morning": "morning",
    "/delivery": "delivery",
    "/creatives": "creatives",
    "/budgets": "budgets",
    "/clients": "clients",
    "/targets": "targets",
    "/chat": "chat",
    "/reports": "reports",
    "/privacy": "privacy",
}


def render(
    request: Request, template: str, who: Principal | None, title: str, *, status: int = 200, **shown: Any
) -> Response:
    """The page; every text in it is escaped by the template. title: a key of pages.title."""
    t = page_localizer(request, who)
    here = request.url.path
    back = f"{here}?{request.url.query}" if request.url.query and request.method == "GET" else here
    text = (
        _environment()
        .get_template(template)
        .render(
            t=t,
            title=t(f"pages.title.{title}"),
            who=who,
            navigation=[(path, t(f"pages.title.{name}")) for path, name in _NAVIGATION.items()],
            here=here,
            languages=[localizer(code) for code in translator().languages if code != t.language],
            back_here=quote(back, safe=""),
            csrf=getattr(request.state, "csrf", ""),
            **{"notice": None, **shown},
        )
    )
    return HTMLResponse(text, status)


@cache
def _environment() -> Any:
    # Jinja2 is heavy: imported where it is needed.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("fbads_pipeline.api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
