"""What the pages show, as plain texts for the templates: no figure is made here, only written out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.formats import Formats
from fbads_pipeline.adapters.rendering.html import change_of, tone_of
from fbads_pipeline.adapters.rendering.svg import draw
from fbads_pipeline.api.pages.labels import WORDS
from fbads_pipeline.domain.alerts.message_layout import sparkline
from fbads_pipeline.domain.core.formatting import Language, plain_line, plain_name
from fbads_pipeline.domain.reports.facts import PeriodFigures
from fbads_pipeline.domain.reports.labels import LABELS
from fbads_pipeline.domain.reports.report import Chart, Figure, Table

_EVIDENCE = ("first_day", "last_day", "spend", "impressions", "clicks", "conversions", "ctr", "cpa", "currency")
_PARTS = ("efficiency", "trend", "attention", "delivery", "health")


def figure_cards(figures: Sequence[Figure], now: PeriodFigures, language: Language) -> list[dict[str, str]]:
    """Each number with its change and its last days drawn."""
    formats = Formats(language)
    cards = []
    for figure in figures:
        values = [day.figures.get(figure.metric) for day in now.days]
        cards.append(
            {
                "label": figure.label,
                "value": formats.show(figure.now, figure.unit, figure.currency),
                "change": change_of(figure, formats),
                "tone": tone_of(figure),
                "spark": "" if None in values else sparkline([float(value or 0) for value in values]),
            }
        )
    return cards


def drawn(charts: Sequence[Chart], language: Language) -> list[dict[str, Any]]:
    """Each chart as SVG; its figures stand in the table below."""
    formats = Formats(language)
    return [{"title": one.title, "svg": Markup(draw(one, formats, LABELS[language]))} for one in charts]


def table_rows(table: Table, ids: Sequence[str], language: Language) -> list[dict[str, Any]]:
    """The first rows as texts, one for each id, the campaign that its first cell leads to."""
    formats = Formats(language)
    return [
        {
            "id": campaign,
            "cells": [
                {"text": formats.show(value, column.unit, table.currency), "is_number": column.unit != "text"}
                for value, column in zip(row, table.columns, strict=True)
            ],
        }
        for row, campaign in zip(table.rows[: len(ids)], ids, strict=True)
    ]


def anomaly_items(rows: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    """Open anomalies with their words in that language."""
    formats, words = Formats(language), WORDS[language]
    return [
        {
            "campaign_id": row["campaign_id"],
            "name": plain_name(row["campaign_name"], row["campaign_id"]),
            "severity": row["severity"],
            "severity_word": words["severities"][row["severity"]],
            "since": f"{formats.short_day(row['since'].date())} {row['since']:%H:%M}",
            "at_stake": formats.show(row["at_stake"], "money", row["currency"]) if row["at_stake"] else "",
            "text": plain_line(row[f"message_{language}"]),
        }
        for row in rows
    ]


def suggestion_items(
    rows: Sequence[Mapping[str, Any]], names: Mapping[str, str | None], language: Language, now: datetime, *, may: bool
) -> list[dict[str, Any]]:
    """Suggestions with what can be done about each."""
    return [_suggestion(row, names, language, now, may) for row in rows]


def score_card(row: Mapping[str, Any] | None, language: Language) -> dict[str, Any] | None:
    """The score with its range and the points that it is made of, from 50."""
    if row is None:
        return None
    formats, words = Formats(language), WORDS[language]
    if row["total"] is None:
        return {"total": words["not_scored"], "range": str(row["why_not"] or ""), "parts": []}
    parts = [(words[name], f"{Decimal(row[f'{name}_points']):+.0f}") for name in _PARTS]
    low, high = (formats.show(row[name], "score") for name in ("low", "high"))
    return {"total": formats.show(row["total"], "score"), "range": f"{low} – {high}", "parts": parts}


def _suggestion(
    row: Mapping[str, Any], names: Mapping[str, str | None], language: Language, now: datetime, may: bool
) -> dict[str, Any]:
    words, formats = WORDS[language], Formats(language)
    evidence = row["evidence"]
    is_fresh = row["decided_at"] is not None and (now - row["decided_at"]).total_seconds() < 1800
    return {
        "suggestion_id": row["suggestion_id"],
        "campaign_id": row["campaign_id"],
        "version": row["version"],
        "name": plain_name(names.get(row["campaign_id"]), row["campaign_id"]),
        "kind_word": words["kinds"].get(row["kind"], row["kind"]),
        "confidence_word": words["confidences"][row["confidence"]],
        "status_word": words["statuses"][row["status"]],
        "day": formats.day(row["day"]),
        "reason": plain_line(row[f"reason_{language}"]),
        "note": plain_line(row[f"note_{language}"] or ""),
        "effect": _effect(row, str(evidence.get("currency", "")), language),
        "evidence": [(key, plain_line(str(evidence[key]))) for key in _EVIDENCE if evidence.get(key) is not None],
        "decided": _decided(row, words, formats),
        "can_decide": may and row["status"] == "PENDING" and row["expires_at"] > now,
        "can_undo": may and is_fresh and row["status"] in ("ACCEPTED", "REJECTED", "APPLIED"),
    }


def _effect(row: Mapping[str, Any], currency: str, language: Language) -> str:
    """Expected effect with its interval; nothing where none is promised."""
    if row["effect_expected"] is None or not currency:
        return ""
    formats, words = Formats(language), WORDS[language]
    money = {
        name: formats.show(Decimal(repr(round(row[f"effect_{name}"], 2))), "money", currency)
        for name in ("low", "expected", "high")
    }
    said = str(words["effect"]).format(**money)
    if row["p_better"] is not None:
        chance = _chance(float(row["p_better"]), formats)
        said += " " + str(words["better"]).format(p=chance)
    return said


def _chance(p: float, formats: Formats) -> str:
    """Whole percents, and never a certainty."""
    if p >= 0.995:
        return "> 99 %"
    return "< 1 %" if p < 0.005 else f"{formats.show(Decimal(round(p * 100)), 'count')} %"


def _decided(row: Mapping[str, Any], words: Mapping[str, Any], formats: Formats) -> str:
    if row["decided_at"] is None:
        return ""
    at = f"{formats.day(row['decided_at'].date())} {row['decided_at']:%H:%M} UTC"
    reason = plain_line(row["decision_reason"] or "")
    return str(words["decided"]).format(at=at) + (f": {reason}" if reason else "")


def day_text(value: date, language: Language) -> str:
    """A day as people read it."""
    return Formats(language).day(value)
