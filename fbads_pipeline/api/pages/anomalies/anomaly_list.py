"""Open anomalies and their history, each with what was expected, the money at stake, and when it was announced."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from fbads_pipeline.adapters.postgres.metrics.recent_days import Course
from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.rendering.band_svg import draw_band
from fbads_pipeline.adapters.rendering.chart_picture import report_chart
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import AnomaliesDep, FeedbackDep, PagesDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import required_frame
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import channel_name, drawn, stored_text
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.alerts.charts import RecentDay, chart_of
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.report import Unit

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
# A page of them with their charts stays below what a browser lays out at once on a phone.
_PATH, _ROWS = "/anomalies", 12
# Days after it began that the chart of one that is over shows.
_AFTER = timedelta(days=9)
_UNITS: dict[str, Unit] = {"spend": "money", "cpm": "money", "cpa": "money", "ctr": "ratio", "roas": "factor"}
_STATES: dict[str, str] = {"open": "OPEN", "closed": "CLOSED"}


@router.get(_PATH)
def anomalies_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    pages: PagesDep,
    anomalies: AnomaliesDep,
    feedback: FeedbackDep,
    state: Annotated[Literal["open", "closed"], Query()] = "open",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    marked: Annotated[str, Query(pattern="^(yes|no)?$")] = "",
) -> Response:
    """Of the chosen accounts, the worst first; the history newest first."""
    t, frame = page_localizer(request, who), required_frame(request, who)
    rows = pages.anomaly_list(frame.ids, _STATES[state], most=_ROWS, skipped=(page - 1) * _ROWS)
    total = rows[0]["total"] if rows else 0
    days = pages.days_up_to([_course(row) for row in rows], frame.now)
    unlearned = [one for one in anomalies.learning(sorted(frame.ids)) if not one.is_watched]
    return render(
        request,
        "anomalies.html.j2",
        who,
        "anomalies",
        tabs=[
            {
                "name": t(f"pages.anomalies.{one}"),
                "link": frame.link(_PATH, state=None if one == "open" else one),
                "is_here": one == state,
            }
            for one in _STATES
        ],
        anomalies=[_item(row, days.get(_course(row), ()), len(frame.chosen) > 1, t) for row in rows],
        marks=feedback.own_marks(who, "anomaly", [row["anomaly_id"] for row in rows]),
        back=frame.link(_PATH, state=None if state == "open" else state),
        count=t(f"pages.anomalies.count.{state}", count=total),
        learning=t("pages.verdict.learning", count=len(unlearned)) if unlearned else "",
        before=frame.link(_PATH, state=state, page=page - 1) if page > 1 else "",
        after=frame.link(_PATH, state=state, page=page + 1) if page * _ROWS < total else "",
        notice=t(f"pages.feedback.kept.{marked}") if marked else None,
    )


def _course(row: Row) -> Course:
    """What its chart shows: the last days, or those around it where it is over."""
    return row["account_id"], row["campaign_id"], None if row["closed_at"] is None else row["since"].date() + _AFTER


def _item(row: Row, days: Sequence[RecentDay], has_account: bool, t: Localizer) -> dict[str, Any]:
    chart = chart_of(row["metric"], days, row["currency"], since=row["since"].date())
    said = [t.render(one) for one in _announced(row, t)]
    return {
        "anomaly_id": row["anomaly_id"],
        "campaign_id": row["campaign_id"],
        "name": plain_name(row["campaign_name"], row["campaign_id"]),
        "account": plain_name(row["account_name"], row["account_id"]) if has_account else "",
        "severity": row["severity"],
        "severity_label": t(f"reports.severity.{row['severity']}"),
        "since": t("pages.today.since", since=_moment(row["since"], t)),
        "at_stake": t("pages.today.at_stake", money=t.cell(row["at_stake"], "money", row["currency"]))
        if row["at_stake"]
        else "",
        "text": stored_text(row, "message", t),
        "end": "" if row["closed_at"] is None else t("pages.anomalies.over", at=_moment(row["closed_at"], t)),
        "recovery": stored_text(row, "recovery", t) if row["closed_at"] is not None else "",
        "announced": " ".join(said),
        "band": _band(row, t),
        "chart": None if chart is None else drawn([report_chart(chart)], t)[0],
    }


def _announced(row: Row, t: Localizer) -> list[str]:
    if row["alerted_at"] is None:
        return [t("pages.anomalies.not_announced")]
    at = _moment(row["alerted_at"], t)
    if not row["channels"]:
        return [t("pages.anomalies.announced", at=at)]
    channels = ", ".join(channel_name(one, t) for one in row["channels"])
    return [t("pages.anomalies.announced_by", at=at, channels=channels)]


def _band(row: Row, t: Localizer) -> Markup | str:
    """What is usual, what was expected and what was found, on one scale; nothing where a value has no place on it."""
    values = [row[name] for name in ("low", "high", "expected", "observed")]
    if not all(isfinite(one) for one in values):
        return ""
    unit = _UNITS.get(row["metric"], "count")
    texts = [t.cell(Decimal(repr(round(one, 6))), unit, row["currency"]) for one in values]
    label = t("pages.anomalies.band", low=texts[0], high=texts[1], expected=texts[2], observed=texts[3])
    return Markup(draw_band(*values, label=label))


def _moment(at: datetime, t: Localizer) -> str:
    return f"{t.formats.short_day(at.date())} {at:%H:%M}"
