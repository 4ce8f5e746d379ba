"""Templates → pages, in the visitor's language."""

from functools import cache
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.api.pages.labels import PAGES, WORDS
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.identity.users import Principal

LANGUAGE_COOKIE = "fbads_language"


def language_of(request: Request, who: Principal | None) -> Language:
    """The browser's choice, else the user's, else what the browser asks for, else Portuguese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("pt", "en"):
        return "en" if chosen == "en" else "pt"
    if who is not None and who.email:
        return who.language
    wanted = request.headers.get("accept-language", "")
    return "en" if wanted.lower().startswith("en") else "pt"


def render(
    request: Request, template: str, who: Principal | None, title: str, *, status: int = 200, **shown: Any
) -> Response:
    """The page; every text in it is escaped by the template."""
    language = language_of(request, who)
    words = WORDS[language]
    here = request.url.path
    other = "en" if language == "pt" else "pt"
    back = f"{here}?{request.url.query}" if request.url.query and request.method == "GET" else here
    text = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            w=words,
            title=words.get(title, title),
            who=who,
            pages=PAGES[language],
            here=here,
            other_language=f"/language/{other}?back={quote(back, safe='')}",
            csrf=getattr(request.state, "csrf", ""),
            **{"notice": None, **shown},
        )
    )
    return HTMLResponse(text, status)


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("fbads_pipeline.api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
