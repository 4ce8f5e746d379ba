"""Alerts that were sent: when, about what, by which channels, and what is muted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import AlertListDep, FeedbackDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.alerts.mute_form import LENGTHS, SUBJECTS
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, frame_of
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import channel_name, stored_text
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH, _ROWS = "/alerts", 50
_STATES = frozenset({"pending", "sending", "sent", "failed", "unknown"})


@router.get(_PATH)
def alerts_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    alerts: AlertListDep,
    feedback: FeedbackDep,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    marked: Annotated[str, Query(pattern="^(yes|no)?$")] = "",
    done: Annotated[str, Query(pattern="^(muted|lifted)?$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Of the chosen accounts, the newest first; whoever sees all accounts also sees what concerns none."""
    t, frame = page_localizer(request, who), frame_of(request, who)
    if frame.has_unknown:
        raise PageProblem(404)
    accounts = who.accounts if frame.account is None and frame.client is None else frame.ids
    rows = alerts.newest(accounts, most=_ROWS, skipped=(page - 1) * _ROWS)
    total = rows[0]["total"] if rows else 0
    return render(
        request,
        "alerts.html.j2",
        who,
        "alerts",
        alerts=[_alert(row, frame, t) for row in rows],
        marks=feedback.own_marks(who, "alert", [row["alert_id"] for row in rows]),
        back=frame.link(_PATH, page=page if page > 1 else None),
        notice=_notice(marked, done, why, t),
        may_mute=who.may("suggestions:decide"),
        accounts=[(one["account_id"], account_name(one)) for one in frame.accounts],
        chosen=frame.account and frame.account["account_id"],
        lengths=[(length, t(f"pages.mutes.length.{length}")) for length in LENGTHS],
        subjects=[(name, t(f"pages.mutes.rule.{name}")) for name in SUBJECTS],
        mutes=[_mute(row, t) for row in alerts.mutes(accounts, frame.now)],
        before=frame.link(_PATH, page=page - 1) if page > 1 else "",
        after=frame.link(_PATH, page=page + 1) if page * _ROWS < total else "",
    )


def _alert(row: Row, frame: PageFrame, t: Localizer) -> dict[str, Any]:
    account = row["account_id"]
    return {
        "alert_id": row["alert_id"],
        "at": f"{t.formats.short_day(row['created_at'].date())} {row['created_at']:%H:%M}",
        "severity": row["severity"],
        "severity_label": t(f"reports.severity.{row['severity']}"),
        "title": stored_text(row, "title", t),
        "account": "" if account is None else plain_name(row["account_name"], account),
        "link": "" if account is None else frame.link("/", account=account, client=None),
        "sent": [_delivery(one, t) for one in row["deliveries"]],
    }


def _delivery(text: str, t: Localizer) -> dict[str, str]:
    channel, state, number = text.split(":")
    shown = t(f"pages.alerts.{state}", count=int(number)) if state in _STATES else state
    return {"text": f"{channel_name(channel, t)}: {shown}", "tone": "warning" if state in ("failed", "unknown") else ""}


def _notice(marked: str, done: str, why: str, t: Localizer) -> str | None:
    if why:
        return t("pages.mutes.not_done", why=plain_line(why))
    if done:
        return t(f"pages.mutes.done.{done}")
    return t(f"pages.feedback.kept.{marked}") if marked else None


def _mute(row: Row, t: Localizer) -> dict[str, Any]:
    until = f"{t.formats.day(row['until_local'].date())} {row['until_local']:%H:%M}"
    what = [plain_name(row["account_name"], row["account_id"]), row["campaign_id"], row["rule"], row["reason"]]
    text = t("pages.alerts.muted", what=" · ".join(plain_line(one) for one in what if one), until=until)
    return {"text": text, "mute_id": row["mute_id"]}
