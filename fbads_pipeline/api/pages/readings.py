"""Days that were not read: what a page says of them, and the button that asks for their reading."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, CollectRequestsDep, ReportServiceDep, at_once
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor, own_path
from fbads_pipeline.api.parameters import AccountDigits
from fbads_pipeline.domain.collection.collect_requests import ASKED_AGAIN_AFTER
from fbads_pipeline.domain.core.days import DayRange, last_months
from fbads_pipeline.domain.core.messages import Instant
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.coverage import Coverage
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.domain.reports.unreported import coverage_warnings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# Meta keeps 37 months.
_MONTHS = 37


def no_figures(coverage: Coverage, t: Localizer) -> str:
    """Why a period has no figure: nothing was delivered, nothing was read, or its level is not collected."""
    if coverage.read:
        return t("pages.no_data")
    if coverage.not_collected:
        return t("coverage.level_not_collected", level=coverage.not_collected)
    return t("pages.nothing_read")


class Readings:
    """A dependency: what is known of requests for days, for whoever looks at a page."""

    def __init__(self, requests: CollectRequestsDep, clock: ClockDep) -> None:
        self._requests, self._now = requests, clock.now()

    def notice(
        self,
        account: ReportAccount,
        now: Coverage,
        before: Coverage | None,
        who: Principal,
        back: str,
        t: Localizer,
    ) -> dict[str, Any] | None:
        """What stands above the figures of a period with gaps: sentences, the reading that was asked for, and a form
        that asks for it. None where every day was read. before: of the period that it would be compared with."""
        lines = [t.render(one) for one in coverage_warnings(now, before if before is not None else Coverage(0))]
        gaps = [one.gap for one in (now, before) if one is not None and one.gap is not None]
        if not gaps:
            return {"lines": lines, "asked": "", "can_ask": False} if lines else None
        days = DayRange(min(one.since for one in gaps), max(one.until for one in gaps))
        asked = self._requests.newest_of(account.account_id, days)
        is_recent = asked is not None and self._now - asked.asked_at <= ASKED_AGAIN_AFTER
        at = None if asked is None else Instant(asked.asked_at, account.timezone_name)
        return {
            "lines": lines,
            "asked": t("pages.readings.asked", at=at) if at is not None and is_recent else "",
            "can_ask": who.may("suggestions:decide") and not is_recent,
            "account_id": account.account_id,
            "since": days.since,
            "until": days.until,
            "back": back,
        }


ReadingsDep = Annotated[Readings, Depends(at_once(Readings))]


@router.post("/readings")
def ask_for_days(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:decide"))],
    requests: CollectRequestsDep,
    report_service: ReportServiceDep,
    clock: ClockDep,
    account: Annotated[AccountDigits, Form(max_length=80)],
    since: Annotated[date, Form()],
    until: Annotated[date, Form()],
    back: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Ask for a run over the days, and go back; the page shows how far it is."""
    known = report_service.builder.facts.accounts([account], now=clock.now()) if who.sees(account) else []
    if not known:
        raise PageProblem(404)
    oldest = last_months(known[0].today, _MONTHS).since
    if not oldest <= since <= until <= known[0].today:
        raise PageProblem(422)
    requests.ask_for_days(who.user_id, account, DayRange(since, until), now=clock.now())
    return RedirectResponse(own_path(back), 303)
