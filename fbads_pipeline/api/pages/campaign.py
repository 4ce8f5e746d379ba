"""One campaign: charts, days with what happened on them, score, changes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import CampaignsDep, ClockDep, PagesDep, ReportServiceDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.readings import ReadingsDep, no_figures
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import drawn, period_text, score_card, stored_text
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.declared import METRICS as DECLARED
from fbads_pipeline.domain.metrics.states import known_figure
from fbads_pipeline.domain.reports.facts import ReportAccount
from fbads_pipeline.domain.reports.report import MARKS, Chart, MarkKind, Period, Unit, days_of
from fbads_pipeline.domain.reports.tables import About, campaign_status, chart_gaps
from fbads_pipeline.domain.reports.unreported import is_unreported, unread_days, unreported_text
from fbads_pipeline.ports.reports import ReportFacts
from fbads_pipeline.services.reports.build_report import METRICS

_CHARTED: tuple[tuple[str, Unit], ...] = (("spend", "money"), ("conversions", "count"), ("cpa", "money"))
_DAILY: tuple[tuple[str, Unit], ...] = (
    ("spend", "money"),
    ("impressions", "count"),
    ("clicks", "count"),
    ("conversions", "count"),
    ("ctr", "ratio"),
    ("cpa", "money"),
    ("roas", "factor"),
)
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_DAYS = 28
Marks = dict[date, list[tuple[MarkKind, str]]]


@router.get("/campaigns/{campaign_id}")
def campaign_page(
    request: Request,
    campaign_id: Annotated[str, Path(pattern=r"^[0-9]{1,32}$")],
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    campaigns: CampaignsDep,
    pages: PagesDep,
    report_service: ReportServiceDep,
    readings: ReadingsDep,
    clock: ClockDep,
) -> Response:
    """Four weeks of one campaign: charts, days with what happened on them, score, changes."""
    t = page_localizer(request, who)
    found = campaigns.campaign(campaign_id, who.accounts)
    if found is None:
        raise PageProblem(404)
    known = report_service.builder.facts.accounts([found["account_id"]], now=clock.now())
    if not known:
        raise PageProblem(404)
    last = known[0].today - timedelta(days=1)
    period = Period(last - timedelta(days=_DAYS - 1), last)
    facts = report_service.builder.facts
    coverage = facts.coverage(known[0], period)
    unread = unread_days(coverage)
    rows = pages.days(found["account_id"], campaign_id, period.first, period.last)
    marks = _marks(pages, report_service, who, found, period, t)
    metrics = report_service.builder.about
    about = [found["account_id"], found["objective"], _status(found["effective_status"], t), period_text(period, t)]
    return render(
        request,
        "campaign.html.j2",
        who,
        "campaigns",
        name=plain_name(found["name"], campaign_id),
        campaign_id=campaign_id,
        about=" · ".join(str(one) for one in about if one),
        readings=readings.notice(known[0], coverage, None, who, f"/campaigns/{campaign_id}", t),
        no_figures=no_figures(coverage, t),
        left_out=_left_out(facts, known[0], campaign_id, period, rows, metrics, t),
        charts=drawn(_charts(rows, marks, period, found["currency"], metrics, unread), t),
        columns=[t("reports.column.day"), *(t.render(metrics[name].label) for name, _ in _DAILY)],
        days=_day_rows(rows, marks, period, found["currency"], unread, t),
        score=score_card(pages.score(who.accounts, campaign_id), t),
        history=_history(pages.history(who.accounts, campaign_id), found["currency"], t),
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
    names = [(name, unit) for name, unit in _DAILY if any(is_unreported(name, row) for row in rows)]
    if not names:
        return []
    found = facts.figures(account.account_id, period, METRICS)
    below = next((one.below for one in found.campaigns if one.campaign_id == campaign_id), {})
    texts = [(about[name].label, unreported_text(name, unit, account.currency, below)) for name, unit in names]
    return [f"{t.render(label)}: {t.render(text)}" for label, text in texts]


def _charts(
    rows: list[Any], marks: Marks, period: Period, currency: str | None, about: About, unread: set[date]
) -> list[Chart]:
    """Spend, conversions and CPA by day, with what happened; nothing where no day has figures."""
    if not rows:
        return []
    days = [period.first + timedelta(days=n) for n in range(period.days)]
    by_day = {row["day"]: row for row in rows}
    blank = [None] * len(days)
    gravest = {day: min((kind for kind, _ in found), key=MARKS.index) for day, found in marks.items()}
    made = []
    for name, unit in _CHARTED:
        values = [by_day[day][name] if day in by_day else None for day in days]
        provisional = [name != "spend" and day in by_day and bool(by_day[day]["is_provisional"]) for day in days]
        if any(value is not None for value in values):
            gaps = chart_gaps(name, by_day, unread)
            made.append(Chart(about[name].label, unit, days, values, blank, provisional, currency, gravest, gaps))
    return made


def _marks(
    pages: PagesDep,
    report_service: ReportServiceDep,
    who: Principal,
    found: Mapping[str, Any],
    period: Period,
    t: Localizer,
) -> Marks:
    """Day → what happened on it: anomalies, changes, days of the calendar."""
    marks: Marks = {}
    for row in pages.anomalies_of(who.accounts, found["campaign_id"], period.first):
        marks.setdefault(row["day"], []).append(("anomaly", stored_text(row, "message", t)))
    for row in pages.history(who.accounts, found["campaign_id"])[:-1]:
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


def _day_rows(
    rows: list[Any], marks: Marks, period: Period, currency: str | None, unread: set[date], t: Localizer
) -> list[dict[str, Any]]:
    """Every day of the period, the newest first: with figures, without delivery (zeros), or not read."""
    by_day = {row["day"]: row for row in rows}
    absent = {
        "not_read": {"text": t("reports.day_not_read"), "why": t("pages.readings.day")},
        "not_reported": {"text": t("reports.label.not_reported"), "why": t("coverage.not_reported")},
    }

    def cells(day: date) -> list[dict[str, str]]:
        known = [known_figure(DECLARED[name], by_day.get(day), is_read=day not in unread) for name, _ in _DAILY]
        return [
            absent.get(state) or {"text": t.cell(value, unit, currency), "why": ""}
            for (value, state), (_, unit) in zip(known, _DAILY, strict=True)
        ]

    return [
        {
            "cells": [{"text": t.formats.day(day), "why": ""}, *cells(day)],
            "marks": [text for _, text in marks.get(day, [])],
            "is_unread": day in unread,
        }
        for day in reversed(list(days_of(period)))
    ]


def _history(rows: list[Any], currency: str | None, t: Localizer) -> list[str]:
    return [
        f"{t.formats.day(row['at_local'].date())} {row['at_local']:%H:%M}: {_state(row, currency, t)}"
        f" · {plain_name(row['name'], '')}"
        for row in rows
    ]


def _state(row: Mapping[str, Any], currency: str | None, t: Localizer) -> str:
    """Status and daily budget."""
    budget = t.cell(row["daily_budget"], "money", currency)
    return f"{_status(row['effective_status'] or row['status'], t)} · {budget}"


def _status(status: str | None, t: Localizer) -> str:
    return plain_line(t.render(campaign_status(status)))
