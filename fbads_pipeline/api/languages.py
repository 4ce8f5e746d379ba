"""Which language a request is answered in: any that has a catalogue."""

from typing import Annotated

from fastapi import Request
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from fbads_pipeline.adapters.translation.translator import Localizer, localizer, translator
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.identity.users import Principal

LANGUAGE_COOKIE = "fbads_language"
FOR_PROGRAMS = "en"


def _known(code: str) -> str:
    languages = translator().languages
    if code not in languages:
        raise PydanticCustomError("unknown_language", "one of {languages}", {"languages": ", ".join(languages)})
    return code


KnownLanguage = Annotated[Language, AfterValidator(_known)]


def page_localizer(request: Request, who: Principal | None = None) -> Localizer:
    """The language of a page: the browser's choice, else the user's, else what the browser accepts, else the
    installation's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in translator().languages:
        return localizer(chosen)
    if who is not None and who.email:
        return localizer(_known_or(who.language, request.app.state.settings.language))
    return localizer(accepted(request) or request.app.state.settings.language)


def problem_localizer(request: Request) -> Localizer:
    """The language of an API's problem: what the request accepts, else the caller's own, else English."""
    who: Principal | None = getattr(request.state, "principal", None)
    own = None if who is None or not who.email else who.language
    return localizer(accepted(request) or _known_or(own, FOR_PROGRAMS))


def accepted(request: Request) -> Language | None:
    """The language that Accept-Language prefers among those that have a catalogue."""
    wanted: list[tuple[float, int, Language]] = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, parameters = part.partition(";")
        quality = parameters.strip().removeprefix("q=") or "1"
        code = tag.strip().partition("-")[0].lower()
        if code in translator().languages and quality.replace(".", "", 1).isdigit() and float(quality) > 0:
            wanted.append((-float(quality), len(wanted), code))
    return min(wanted)[2] if wanted else None


def _known_or(code: Language | None, otherwise: Language) -> Language:
    return code if code in translator().languages else otherwise
