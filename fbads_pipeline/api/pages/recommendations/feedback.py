"""Two buttons beside every suggestion and anomaly: useful, not useful. A form, so that it works without JavaScript."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, FeedbackDep
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor, own_path
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.recommendations.inbox.feedback import FeedbackRefused, FeedbackSubject, PerceivedPrecision

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.post("/feedback")
def mark_here(
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    feedback: FeedbackDep,
    clock: ClockDep,
    subject: Annotated[FeedbackSubject, Form()],
    subject_id: Annotated[str, Form(pattern=r"^[0-9a-zA-Z_.:|-]{1,128}$")],
    useful: Annotated[str, Form(pattern="^(yes|no)$")],
    back: Annotated[str, Form(max_length=500)] = "/suggestions",
) -> Response:
    """Keep the mark, and go back to where the person was."""
    try:
        feedback.mark(who, subject, subject_id, is_useful=useful == "yes", now=clock.now())
    except FeedbackRefused:
        raise PageProblem(404) from None
    path = own_path(back)
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{urlencode({'marked': useful})}#{subject_id}", 303)


def precision_text(found: list[PerceivedPrecision], t: Localizer) -> str:
    """How many of the marks on suggestions say useful; empty without any."""
    marks = sum(one.marks for one in found if one.subject == "suggestion")
    useful = sum(one.useful for one in found if one.subject == "suggestion")
    return t("pages.feedback.precision", count=marks, useful=str(useful)) if marks else ""
