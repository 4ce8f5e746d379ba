"""One campaign: charts, days with what happened on them, score, changes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import (
    CampaignsDep,
    ClockDep,
    MetaRecommendationsDep,
    PagesDep,
    ReportServiceDep,
    SuggestionsDep,
)
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import PageFrame, required_frame
from fbads_pipeline.api.pages.metrics.audience import AudienceDep
from fbads_pipeline.api.pages.metrics.grid_view import budget_text
from fbads_pipeline.api.pages.metrics.object_days import DAILY, Marks, day_charts, day_rows, object_tabs
from fbads_pipeline.api.pages.readings import ReadingsDep, no_figures
from fbads_pipeline.api.pages.recommendations.meta import of_campaign
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.score_view import score_card
from fbads_pipeline.api.pages.view import drawn, period_text, stored_text
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.delivery.messages import object_link
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.domain.reports.tables import About, campaign_status
from fbads_pipeline.domain.reports.unreported import is_unreported, unread_days, unreported_text
from fbads_pipeline.ports.reports import ReportFacts
from fbads_pipeline.services.reports.build_report import METRICS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_OBJECTIVES = frozenset({"sales", "leads", "traffic", "engagement", "awareness", "app_promotion"})


@router.get("/campaigns/{campaign_id}")
def campaign_page(
    request: Request,
    campaign_id: Annotated[str, Path(pattern=r"^[0-9]{1,32}$")],
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    campaigns: CampaignsDep,
    pages: PagesDep,
    report_service: ReportServiceDep,
    readings: ReadingsDep,
    suggestions: SuggestionsDep,
    audience: AudienceDep,
    meta: MetaRecommendationsDep,
    clock: ClockDep,
) -> Response:
    """One campaign over the chosen days, four weeks without a choice: what to decide, charts, days with what happened
    on them, audience and placement, score, changes."""
    t, frame = page_localizer(request, who), required_frame(request, who, "28d")
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise PageProblem(404)
    known = report_service.builder.facts.accounts([found["account_id"]], now=clock.now())
    if not known:
        raise PageProblem(404)
    days = frame.days_on(known[0].today)
    period = Period(days.since, days.until)
    facts = report_service.builder.facts
    coverage = facts.coverage(known[0], period)
    unread = unread_days(coverage)
    rows = pages.days(found["account_id"], campaign_id, period.first, period.last)
    anomalies = pages.anomalies_of(who.accounts, campaign_id, period.first)
    history = pages.history(who.accounts, campaign_id)
    marks = _marks(anomalies, history, report_service, found, period, t)
    metrics = report_service.builder.about
    link = frame.link(f"/campaigns/{campaign_id}")
    return render(
        request,
        "campaign.html.j2",
        who,
        "campaigns",
        has_period=True,
        heading=plain_name(found["name"], campaign_id),
        campaign_id=campaign_id,
        state=_status(found["effective_status"], t),
        is_on=found["effective_status"] == "ACTIVE",
        at_meta=object_link("campaign", found["account_id"], campaign_id),
        tabs=object_tabs(frame, campaign_id, t, here="campaign"),
        about=" · ".join(filter(None, (known[0].name, _objective(found["objective"], t), _budget(found, t)))),
        period=period_text(period, t),
        suggested=_suggested(suggestions, frame, found, t),
        found=[_anomaly(row, t) for row in anomalies],
        meta=of_campaign(meta, found["account_id"], campaign_id, t),
        parts=audience.tables(found, period, t),
        readings=readings.notice(known[0], coverage, None, who, link, t),
        no_figures=no_figures(coverage, t),
        left_out=_left_out(facts, known[0], campaign_id, period, rows, metrics, t),
        charts=drawn(day_charts(rows, marks, period, found["currency"], metrics, unread), t),
        columns=[t("reports.column.day"), *(t.render(metrics[name].label) for name, _ in DAILY)],
        days=day_rows(rows, marks, period, found["currency"], unread, t),
        score=score_card(pages.score(who.accounts, campaign_id), t),
        history=_history(history, found["currency"], t),
    )


def _left_out(
    facts: ReportFacts,
    account: ReportAccount,
    campaign_id: str,
    period: Period,
    rows: list[Any],
    about: About,
    t: Localizer,
) -> list[str]:
    """A line per metric that Meta did not report of some day, with what the ads or the ad sets have of it instead."""
    names = [(name, unit) for name, unit in DAILY if any(is_unreported(name, row) for row in rows)]
    if not names:
        return []
    found = facts.figures(account.account_id, period, METRICS)
    below = next((one.below for one in found.campaigns if one.campaign_id == campaign_id), {})
    texts = [(about[name].label, unreported_text(name, unit, account.currency, below)) for name, unit in names]
    return [f"{t.render(label)}: {t.render(text)}" for label, text in texts]


def _marks(
    anomalies: Sequence[Row],
    history: Sequence[Row],
    report_service: ReportServiceDep,
    found: Mapping[str, Any],
    period: Period,
    t: Localizer,
) -> Marks:
    """Day → what happened on it: anomalies, changes, days of the calendar."""
    marks: Marks = {}
    for row in anomalies:
        marks.setdefault(row["day"], []).append(("anomaly", stored_text(row, "message", t)))
    for row in history[:-1]:
        marks.setdefault(row["at_local"].date(), []).append(("edit", _state(row, found["currency"], t)))
    calendar = report_service.builder.calendar
    if calendar is not None:
        for event in calendar.between(found["account_id"], period.first, period.last):
            name = t.render(event.title)
            for n in range(min((event.ends_on - event.starts_on).days + 1, 31)):
                marks.setdefault(event.starts_on + timedelta(days=n), []).append(
                    ("calendar", plain_name(name, event.kind))
                )
    return marks


def _history(rows: list[Any], currency: str | None, t: Localizer) -> list[dict[str, str]]:
    """Each change as before → after, the newest first; the oldest state that is known has nothing before it."""
    return [
        {
            "at": f"{t.formats.day(row['at_local'].date())} {row['at_local']:%H:%M}",
            "text": _change(older, row, currency, t),
        }
        for row, older in zip(rows, [*rows[1:], None], strict=True)
    ]


def _change(before: Mapping[str, Any] | None, now: Mapping[str, Any], currency: str | None, t: Localizer) -> str:
    if before is None:
        return f"{_state(now, currency, t)} · {plain_name(now['name'], '')}"
    parts: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "status": lambda row: _status(row["effective_status"] or row["status"], t),
        "budget": lambda row: t.cell(row["daily_budget"], "money", currency),
        "name": lambda row: plain_name(row["name"], "–"),
    }
    shown = {key: (text(before), text(now)) for key, text in parts.items()}
    changes = [t(f"pages.campaign.change.{key}", old=old, new=new) for key, (old, new) in shown.items() if old != new]
    return " · ".join(changes) or _state(now, currency, t)


def _objective(objective: str | None, t: Localizer) -> str:
    """In words where it is one of Meta's."""
    known = (objective or "").removeprefix("OUTCOME_").lower()
    return t(f"pages.objective.{known}") if known in _OBJECTIVES else plain_line(objective or "")


def _budget(found: Mapping[str, Any], t: Localizer) -> str:
    shown = budget_text(found, t)
    return t("pages.campaign.adset_budgets") if shown == "–" else shown


def _suggested(suggestions: SuggestionsDep, frame: PageFrame, found: Mapping[str, Any], t: Localizer) -> list[Any]:
    """What waits for a decision about the campaign or an ad set of it."""
    rows = suggestions.suggestions(
        status="PENDING",
        account_id=found["account_id"],
        accounts=frozenset({found["account_id"]}),
        after=None,
        limit=500,
        by_rank=True,
    )
    return [
        {
            "kind": t(f"pages.suggestions.kind.{row['kind'].lower()}"),
            "text": stored_text(row, "reason", t),
            "link": f"/suggestions/{row['suggestion_id']}",
            "suggestion_id": row["suggestion_id"],
            "version": row["version"],
        }
        for row in rows
        if row["campaign_id"] == found["campaign_id"] and row["expires_at"] > frame.now
    ]


def _anomaly(row: Mapping[str, Any], t: Localizer) -> dict[str, str]:
    since, closed = (_at(row[name], t) for name in ("since", "closed_at"))
    return {
        "severity": "" if closed else row["severity"],
        "label": t("pages.campaign.over", at=closed) if closed else t(f"reports.severity.{row['severity']}"),
        "since": t("pages.today.since", since=since),
        "text": stored_text(row, "message", t),
    }


def _at(local: datetime | None, t: Localizer) -> str:
    return "" if local is None else f"{t.formats.short_day(local.date())} {local:%H:%M}"


def _state(row: Mapping[str, Any], currency: str | None, t: Localizer) -> str:
    """Status and daily budget."""
    budget = t.cell(row["daily_budget"], "money", currency)
    return f"{_status(row['effective_status'] or row['status'], t)} · {budget}"


def _status(status: str | None, t: Localizer) -> str:
    return plain_line(t.render(campaign_status(status)))
