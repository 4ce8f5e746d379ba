"""Forms that mute an account or a campaign for a while, and end a mute before its time."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.api.dependencies import AlertListDep, ClockDep, MutesDep, PagesDep
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.alerts.mutes import Mute, duration
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
DeciderDep = Annotated[Principal, Depends(Visitor("suggestions:decide"))]
LENGTHS = ("12h", "1d", "3d", "7d", "30d", "90d")
SUBJECTS = ("anomalies", "suggestions", "budget")


@router.post("/alerts/mutes")
def mute_here(
    who: DeciderDep,
    pages: PagesDep,
    mutes: MutesDep,
    clock: ClockDep,
    account: Annotated[str, Form(pattern=r"^[0-9]{1,32}$")],
    length: Annotated[str, Form(pattern=r"^[1-9][0-9]{0,3}[mhd]$")],
    campaign: Annotated[str, Form(pattern=r"^[0-9]{0,32}$")] = "",
    rule: Annotated[str, Form(pattern=r"^[a-z0-9_.-]{0,80}$")] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Nothing is sent of it until then. Of accounts that the visitor sees alone."""
    if not (who.sees(account) and pages.is_account(account)):
        raise PageProblem(404)
    now = clock.now()
    try:
        until = now + duration(length)
    except ValueError:
        raise PageProblem(422) from None
    wanted = Mute(account, until, campaign or None, rule or None, plain_line(reason) or None)
    mutes.mute(wanted, made_by=who.user_id, now=now)
    return _back("muted")


@router.post("/alerts/mutes/{mute_id}/end")
def end_mute_here(
    who: DeciderDep,
    alerts: AlertListDep,
    mutes: MutesDep,
    clock: ClockDep,
    mute_id: Annotated[int, Path(ge=1, le=2**62)],
) -> Response:
    """From now on it is announced again."""
    now = clock.now()
    if mute_id not in {row["mute_id"] for row in alerts.mutes(who.accounts, now)}:
        raise PageProblem(404)
    mutes.lift(mute_id, now=now)
    return _back("lifted")


def _back(done: str) -> Response:
    return RedirectResponse(f"/alerts?{urlencode({'done': done})}", 303)
