"""The days of one campaign, ad set or ad: as charts, and as rows with what happened on them."""

from datetime import date, timedelta
from typing import Any

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.frame.page_frame import PageFrame
from fbads_pipeline.domain.metrics.declared import METRICS as DECLARED
from fbads_pipeline.domain.metrics.states import known_figure
from fbads_pipeline.domain.reports.report import MARKS, Chart, MarkKind, Period, Unit, days_of
from fbads_pipeline.domain.reports.tables import About, chart_gaps

_CHARTED: tuple[tuple[str, Unit], ...] = (("spend", "money"), ("conversions", "count"), ("cpa", "money"))
DAILY: tuple[tuple[str, Unit], ...] = (
    ("spend", "money"),
    ("impressions", "count"),
    ("clicks", "count"),
    ("conversions", "count"),
    ("ctr", "ratio"),
    ("cpa", "money"),
    ("roas", "factor"),
)
Marks = dict[date, list[tuple[MarkKind, str]]]


def day_charts(
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


def day_rows(
    rows: list[Any], marks: Marks, period: Period, currency: str | None, unread: set[date], t: Localizer
) -> list[dict[str, Any]]:
    """Every day of the period, the newest first: with figures, without delivery (zeros), or not read."""
    by_day = {row["day"]: row for row in rows}
    absent = {
        "not_read": {"text": t("reports.day_not_read"), "why": t("pages.readings.day")},
        "not_reported": {"text": t("reports.label.not_reported"), "why": t("coverage.not_reported")},
    }

    def cells(day: date) -> list[dict[str, str]]:
        known = [known_figure(DECLARED[name], by_day.get(day), is_read=day not in unread) for name, _ in DAILY]
        return [
            absent.get(state) or {"text": t.cell(value, unit, currency), "why": ""}
            for (value, state), (_, unit) in zip(known, DAILY, strict=True)
        ]

    return [
        {
            "cells": [{"text": t.formats.day(day), "why": ""}, *cells(day)],
            "marks": [text for _, text in marks.get(day, [])],
            "is_unread": day in unread,
        }
        for day in reversed(list(days_of(period)))
    ]


def object_tabs(frame: PageFrame, campaign_id: str, t: Localizer, *, here: str) -> list[dict[str, Any]]:
    """The campaign, its ad sets and ads in the grid, its hours, and how ads tire."""
    page, grid = f"/campaigns/{campaign_id}", {"campaign": campaign_id, "state": "all"}
    tabs = {
        "campaign": (t("pages.campaign.tab"), frame.link(page)),
        "adsets": (t("pages.grid.level.adsets"), frame.link("/campaigns", level="adset", **grid)),
        "ads": (t("pages.grid.level.ads"), frame.link("/campaigns", level="ad", **grid)),
        "hours": (t("pages.heat.tab"), frame.link(f"{page}/hours")),
        "tiring": (t("pages.ads.open"), f"{page}/ads"),
    }
    return [{"name": name, "link": link, "is_here": key == here} for key, (name, link) in tabs.items()]
