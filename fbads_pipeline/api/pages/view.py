"""What the pages show, as plain texts for the templates: no figure is calculated here, only written out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.html import change_text, tone_of
from fbads_pipeline.adapters.rendering.svg import draw
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.alerts.message_layout import sparkline
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.core.messages import Instant, Joined, Money, Percent, Value, from_json, message
from fbads_pipeline.domain.reports.facts import MetricAbout, PeriodFigures
from fbads_pipeline.domain.reports.report import Chart, Figure, Period, Table, Unit

_EVIDENCE: Mapping[str, Unit] = {
    "spend": "money",
    "impressions": "count",
    "clicks": "count",
    "conversions": "count",
    "ctr": "ratio",
    "cpa": "money",
}
_PARTS = ("efficiency", "trend", "attention", "delivery", "health")
_NOT_SCORED = ("not_enough_data", "tracking_is_broken", "not_reported", "not_read")
_UNDOABLE = ("ACCEPTED", "REJECTED", "APPLIED")
_UNDO_SECONDS = 1800


def period_text(period: Period, t: Localizer) -> str:
    """First and last day, as people write them."""
    return f"{t.formats.day(period.first)} – {t.formats.day(period.last)}"


def figure_cards(figures: Sequence[Figure], now: PeriodFigures, t: Localizer) -> list[dict[str, str]]:
    """Each number with its change and a sparkline of its days, empty where a day has no value."""
    cards = []
    for figure in figures:
        values = [value for day in now.days if (value := day.figures.get(figure.metric)) is not None]
        cards.append(
            {
                "label": t.render(figure.label),
                "value": t.cell(figure.now, figure.unit, figure.currency),
                "change": change_text(figure, t),
                "tone": tone_of(figure),
                "spark": sparkline([float(one) for one in values]) if len(values) == len(now.days) else "",
            }
        )
    return cards


def drawn(charts: Sequence[Chart], t: Localizer) -> list[dict[str, Any]]:
    """Each chart as SVG; its figures stand in the table below."""
    return [{"title": t.render(one.title), "svg": Markup(draw(one, t))} for one in charts]


def table_header(table: Table, t: Localizer) -> list[dict[str, Any]]:
    """Each column's label, and whether it holds numbers."""
    return [{"label": t.render(column.label), "is_number": column.unit != "text"} for column in table.columns]


def table_rows(table: Table, ids: Sequence[str], t: Localizer) -> list[dict[str, Any]]:
    """The first rows as texts, one for each id, the campaign that its first cell leads to."""
    return [
        {
            "id": campaign,
            "cells": [
                {"text": t.cell(value, column.unit, table.currency), "is_number": column.unit != "text"}
                for value, column in zip(row, table.columns, strict=True)
            ],
        }
        for row, campaign in zip(table.rows[: len(ids)], ids, strict=True)
    ]


def anomaly_items(rows: Sequence[Mapping[str, Any]], t: Localizer) -> list[dict[str, str]]:
    """Open anomalies, each with its sentence."""
    return [
        {
            "campaign_id": row["campaign_id"],
            "name": plain_name(row["campaign_name"], row["campaign_id"]),
            "severity": row["severity"],
            "severity_label": t(f"reports.severity.{row['severity']}"),
            "since": t("pages.today.since", since=f"{t.formats.short_day(row['since'].date())} {row['since']:%H:%M}"),
            "at_stake": t("pages.today.at_stake", money=t.cell(row["at_stake"], "money", row["currency"]))
            if row["at_stake"]
            else "",
            "text": stored_text(row, "message", t),
        }
        for row in rows
    ]


def suggestion_items(
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[str, str | None],
    about: Mapping[str, MetricAbout],
    t: Localizer,
    now: datetime,
    *,
    may: bool,
) -> list[dict[str, Any]]:
    """Suggestions with what can be done about each. may: whether the visitor may decide."""
    return [_suggestion(row, names, about, t, now, may) for row in rows]


def score_card(row: Mapping[str, Any] | None, t: Localizer) -> dict[str, Any] | None:
    """The score with its range and the points that it is made of, from 50."""
    if row is None:
        return None
    if row["total"] is None:
        reason = (row["why_not"] or "").replace(" ", "_")
        why = t(f"pages.score.{reason}") if reason in _NOT_SCORED else ""
        return {"total": t("pages.score.none"), "range": why, "parts": []}
    parts = [(t(f"pages.score.{name}"), f"{Decimal(row[f'{name}_points']):+.0f}") for name in _PARTS]
    low, high = (t.cell(row[name], "score") for name in ("low", "high"))
    return {"total": t.cell(row["total"], "score"), "range": f"{low} – {high}", "parts": parts}


def stored_text(row: Mapping[str, Any], name: str, t: Localizer) -> str:
    """The message that the row stores under that name, on one line; empty where there is none."""
    return "" if row[name] is None else plain_line(t.render(from_json(row[name])))


def _suggestion(
    row: Mapping[str, Any],
    names: Mapping[str, str | None],
    about: Mapping[str, MetricAbout],
    t: Localizer,
    now: datetime,
    may: bool,
) -> dict[str, Any]:
    evidence = row["evidence"]
    is_fresh = row["decided_at"] is not None and (now - row["decided_at"]).total_seconds() < _UNDO_SECONDS
    return {
        "suggestion_id": row["suggestion_id"],
        "campaign_id": row["campaign_id"],
        "version": row["version"],
        "name": plain_name(names.get(row["campaign_id"]), row["campaign_id"]),
        "kind": t(f"pages.suggestions.kind.{row['kind'].lower()}"),
        "confidence": t(f"pages.suggestions.confidence.{row['confidence']}"),
        "status": t(f"pages.suggestions.status.{row['status'].lower()}"),
        "day": t.formats.day(row["day"]),
        "reason": stored_text(row, "reason", t),
        "note": stored_text(row, "note", t),
        "effect": _effect(row, str(evidence.get("currency", "")), t),
        "evidence": _evidence(evidence, about, t),
        "decided": _decided(row, t),
        "can_decide": may and row["status"] == "PENDING" and row["expires_at"] > now,
        "can_undo": may and is_fresh and row["status"] in _UNDOABLE,
    }


def _evidence(evidence: Mapping[str, Any], about: Mapping[str, MetricAbout], t: Localizer) -> list[tuple[str, str]]:
    """Days and figures that a suggestion rests on, with their labels."""
    shown = [
        (t(f"pages.evidence.{name}"), t.formats.day(date.fromisoformat(str(evidence[name]))))
        for name in ("first_day", "last_day")
        if evidence.get(name) is not None
    ]
    currency = str(evidence.get("currency") or "")
    for name, unit in _EVIDENCE.items():
        if evidence.get(name) is not None:
            shown.append((t.render(about[name].label), _evidence_figure(evidence[name], unit, currency or None, t)))
    return [*shown, (t("pages.evidence.currency"), plain_line(currency))] if currency else shown


def _evidence_figure(stored: Any, unit: Unit, currency: str | None, t: Localizer) -> str:
    """One figure; an estimate (low, middle, high) as its middle and its range."""
    if not isinstance(stored, list):
        return t.cell(Decimal(str(stored)), unit, currency)
    low, middle, high = (t.cell(Decimal(str(one)), unit, currency) for one in stored)
    return t("pages.evidence.estimate", middle=middle, low=low, high=high)


def _effect(row: Mapping[str, Any], currency: str, t: Localizer) -> str:
    """Expected effect with its interval; nothing where none is promised."""
    if row["effect_expected"] is None or not currency:
        return ""
    low, expected, high = (
        Money(Decimal(repr(round(row[f"effect_{name}"], 2))), currency) for name in ("low", "expected", "high")
    )
    sentences = [t("pages.suggestions.effect", low=low, expected=expected, high=high)]
    if row["p_better"] is not None:
        sentences.append(t("pages.suggestions.chance", chance=_chance(float(row["p_better"]))))
    return " ".join(sentences)


def _chance(p: float) -> Value:
    """Whole percents, and never a certainty."""
    if p >= 0.995:
        return Joined((">", Percent(Decimal("0.99"))), " ")
    return Joined(("<", Percent(Decimal("0.01"))), " ") if p < 0.005 else Percent(Decimal(round(p * 100)) / 100)


def _decided(row: Mapping[str, Any], t: Localizer) -> str:
    if row["decided_at"] is None:
        return ""
    at = Joined((Instant(row["decided_at"], "UTC"), "UTC"), " ")
    reason = plain_line(row["decision_reason"] or "")
    return t.render(message("pages.suggestions.decided", at=at)) + (f": {reason}" if reason else "")
