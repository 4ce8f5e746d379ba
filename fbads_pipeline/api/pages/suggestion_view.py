"""Suggestions and observations as plain texts for the template: no figure is calculated here, only written out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.band_svg import draw_band, draw_effect
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.view import stored_text
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.core.messages import Instant, Joined, Money, Percent, message
from fbads_pipeline.domain.recommendations.decisions import OPEN
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE
from fbads_pipeline.domain.recommendations.reasons import chance_of
from fbads_pipeline.domain.reports.facts import MetricAbout
from fbads_pipeline.domain.reports.report import Unit

_EVIDENCE: Mapping[str, Unit] = {
    "spend": "money",
    "impressions": "count",
    "clicks": "count",
    "conversions": "count",
    "ctr": "ratio",
    "cpa": "money",
}
_UNDOABLE = ("ACCEPTED", "REJECTED", "APPLIED")
_UNDO_SECONDS = 1800
_OUTCOMES = ("waiting", "not carried out", "unknown", "judged")


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


def observation_items(
    rows: Sequence[Mapping[str, Any]], names: Mapping[str, str | None], t: Localizer
) -> list[dict[str, Any]]:
    """Campaigns that are only observed, each with its sentence: there is nothing to accept."""
    return [
        {
            "campaign_id": row["campaign_id"],
            "name": plain_name(names.get(row["campaign_id"]), row["campaign_id"]),
            "day": t.formats.day(row["day"]),
            "reason": stored_text(row, "reason", t),
        }
        for row in rows
    ]


def hit_rate_text(judged: int, hits: int, t: Localizer) -> str:
    """How often what came lay within what was promised; without any judged decision it says so."""
    if not judged:
        return t("pages.suggestions.no_outcomes")
    return t("pages.suggestions.hit_rate", count=judged, hits=str(hits), rate=Percent(Decimal(hits) / judged))


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
        "link": f"/suggestions/{row['suggestion_id']}",
        "account_id": row["account_id"],
        "campaign_id": row["campaign_id"],
        "worth": _worth(row, str(evidence.get("currency", "")), t),
        "change": _budget_change(row, t),
        "band": _band(evidence, t),
        "version": row["version"],
        "name": _name(row, names, t),
        "kind": t(f"pages.suggestions.kind.{row['kind'].lower()}"),
        "basis": t("pages.suggestions.basis.rule") if row["basis"] == "rule" else "",
        "confidence": t(f"pages.suggestions.confidence.{row['confidence']}"),
        "status": t(f"pages.suggestions.status.{row['status'].lower()}"),
        "day": t.formats.day(row["day"]),
        "reason": stored_text(row, "reason", t),
        "note": stored_text(row, "note", t),
        "effect": _effect(row, str(evidence.get("currency", "")), t),
        "effect_bar": _effect_bar(row, str(evidence.get("currency", "")), t),
        "evidence": _evidence(evidence, about, t),
        "moves": _moves(evidence, t),
        "decided": _decided(row, t),
        "outcome": _outcome(row, t),
        "can_decide": may and row["status"] in OPEN and row["expires_at"] > now,
        "can_undo": may and is_fresh and row["status"] in _UNDOABLE,
    }


def _worth(row: Mapping[str, Any], currency: str, t: Localizer) -> str:
    """What it is expected to bring in a week; empty where nothing is promised."""
    if row["effect_expected"] is None or not currency:
        return ""
    return t("pages.steps.worth", money=_money(row["effect_expected"], currency))


def _budget_change(row: Mapping[str, Any], t: Localizer) -> str:
    """R$ 100,00 → R$ 120,00 por dia, where its object holds a daily budget."""
    budget, factor = row["evidence"].get("daily_budget"), row["factor"]
    if not budget or not factor or factor == 1:
        return ""
    before, after = (
        t.cell(Decimal(repr(one)), "money", row["evidence"].get("currency")) for one in (budget, budget * factor)
    )
    return t("pages.suggestions.budget_change", before=before, after=after)


def _band(evidence: Mapping[str, Any], t: Localizer) -> Markup | str:
    """The range of the projected CPA beside its target; nothing without either."""
    projected, target = evidence.get("projected", {}).get("cpa"), evidence.get("target_cpa")
    currency = evidence.get("currency")
    if not isinstance(projected, list) or not target or not currency:
        return ""
    low, middle, high = projected
    texts = [t.cell(Decimal(repr(round(one, 2))), "money", currency) for one in (low, middle, high, target)]
    label = t("pages.suggestions.cpa_beside", low=texts[0], middle=texts[1], high=texts[2], target=texts[3])
    return Markup(draw_band(low, high, target, middle, label=label))


def _name(row: Mapping[str, Any], names: Mapping[str, str | None], t: Localizer) -> str:
    """The campaign's name; of a reallocation how many campaigns it is for, of an ad set both names."""
    if row["kind"] == REALLOCATE:
        return t("recommendations.campaigns", count=len(row["evidence"]["moves"]))
    name = plain_name(names.get(row["campaign_id"]), row["campaign_id"])
    if not row["adset_id"]:
        return name
    return f"{name} › {plain_name(row['evidence'].get('adset_name'), row['adset_id'])}"


def _moves(evidence: Mapping[str, Any], t: Localizer) -> list[dict[str, str]]:
    """The moves of a reallocation: campaign, budget before and after, conversions a day before and after."""
    currency = str(evidence.get("currency", ""))
    return [
        {
            "campaign_id": one["campaign_id"],
            "name": plain_name(one.get("name"), one["campaign_id"]),
            "before": t.cell(Decimal(str(one["budget"])), "money", currency),
            "after": t.cell(Decimal(str(one["new_budget"])), "money", currency),
            "conversions": f"{_count(one['conversions'], t)} → {_count(one['new_conversions'], t)}",
        }
        for one in evidence.get("moves", ())
    ]


def _count(value: float, t: Localizer) -> str:
    return t.cell(Decimal(str(round(value, 1))), "count")


def _evidence(evidence: Mapping[str, Any], about: Mapping[str, MetricAbout], t: Localizer) -> list[tuple[str, str]]:
    """Days and figures that a suggestion rests on, with their labels; what is projected says so."""
    shown = [
        (t(f"pages.evidence.{name}"), t.formats.day(date.fromisoformat(str(evidence[name]))))
        for name in ("first_day", "last_day")
        if evidence.get(name) is not None
    ]
    currency = str(evidence.get("currency") or "")
    estimates = {"cpa": None, "conversions": None, **evidence.get("projected", {})}
    for name, unit in _EVIDENCE.items():
        reported = evidence.get(name)
        if isinstance(reported, list):  # of suggestions from before what is reported and what is projected stood apart
            estimates[name], reported = reported, None
        if reported is not None:
            shown.append((t.render(about[name].label), t.cell(Decimal(str(reported)), unit, currency or None)))
    for name, value in estimates.items():
        if value is not None:
            label = t("pages.evidence.projected", figure=about[name].label)
            shown.append((label, _projected(value, _EVIDENCE[name], currency or None, t)))
    return [*shown, (t("pages.evidence.currency"), plain_line(currency))] if currency else shown


def _projected(stored: Any, unit: Unit, currency: str | None, t: Localizer) -> str:
    """One figure; an estimate (low, middle, high) as its middle and its range."""
    if not isinstance(stored, list):
        return t.cell(Decimal(str(stored)), unit, currency)
    low, middle, high = (t.cell(Decimal(str(one)), unit, currency) for one in stored)
    return t("pages.evidence.estimate", middle=middle, low=low, high=high)


def _effect(row: Mapping[str, Any], currency: str, t: Localizer) -> str:
    """Expected effect with its interval; nothing where none is promised."""
    if row["effect_expected"] is None or not currency:
        return ""
    low, expected, high = (_money(row[f"effect_{name}"], currency) for name in ("low", "expected", "high"))
    sentences = [t("pages.suggestions.effect", low=low, expected=expected, high=high)]
    if row["p_better"] is not None:
        sentences.append(t("pages.suggestions.chance", chance=chance_of(float(row["p_better"]))))
    return " ".join(sentences)


def _effect_bar(row: Mapping[str, Any], currency: str, t: Localizer) -> Markup | str:
    """The same as a bar; nothing where no effect is promised."""
    if row["effect_expected"] is None or not currency:
        return ""
    low, expected, high = (float(row[f"effect_{name}"]) for name in ("low", "expected", "high"))
    return Markup(draw_effect(low, high, expected, label=_effect(row, currency, t)))


def last_time_text(row: Mapping[str, Any] | None, t: Localizer) -> str:
    """What was suggested of the same object before, what a person decided, and its outcome; empty without one."""
    if row is None:
        return ""
    kind, day = t(f"pages.suggestions.kind.{row['kind'].lower()}"), t.formats.day(row["day"])
    status = t(f"pages.suggestions.status.{row['status'].lower()}")
    said = t("pages.suggestions.was", what=kind, day=day, status=status)
    return " ".join(filter(None, (said, plain_line(row["decision_reason"] or ""), _outcome(row, t))))


def _outcome(row: Mapping[str, Any], t: Localizer) -> str:
    """The outcome of an accepted one, beside its promise; empty where nothing is followed."""
    state = row["outcome_state"]
    if state not in _OUTCOMES:
        return ""
    if state != "judged":
        return t(f"pages.outcome.{state.replace(' ', '_')}")
    currency = str(row["outcome_currency"])
    observed, low, high = (_money(row[name], currency) for name in ("outcome_observed", "outcome_low", "outcome_high"))
    key = "pages.outcome.hit" if row["outcome_is_hit"] else "pages.outcome.miss"
    return t(key, observed=observed, low=low, high=high)


def _money(amount: float, currency: str) -> Money:
    return Money(Decimal(repr(round(float(amount), 2))), currency)


def _decided(row: Mapping[str, Any], t: Localizer) -> str:
    if row["decided_at"] is None:
        return ""
    at = Joined((Instant(row["decided_at"], "UTC"), "UTC"), " ")
    reason = plain_line(row["decision_reason"] or "")
    return t.render(message("pages.suggestions.decided", at=at)) + (f": {reason}" if reason else "")
