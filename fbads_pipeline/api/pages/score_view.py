"""A campaign's score: the points that it is made of, from 50 to the total, drawn and in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.rendering.waterfall_svg import WaterfallStep, draw_waterfall
from fbads_pipeline.adapters.translation.translator import Localizer

_PARTS = ("efficiency", "trend", "attention", "delivery", "health")
_NOT_SCORED = ("not_enough_data", "tracking_is_broken", "not_reported", "not_read")
_START = 50
# So far the parts may lie from the total: what is cut off at 0 and 100 lies farther, and is shown as it is.
_ROUNDING = 1.0


def score_card(row: Mapping[str, Any] | None, t: Localizer) -> dict[str, Any] | None:
    """The score with its range, its target and its waterfall; without a score, why."""
    if row is None:
        return None
    target = "" if row["target_cpa"] is None else t.cell(row["target_cpa"], "money", row["currency"])
    if row["total"] is None:
        return {"total": t("pages.score.none"), "range": why_not_scored(row, t), "target": target, "svg": ""}
    total, low, high = (t.cell(row[name], "score") for name in ("total", "low", "high"))
    exact = [float(row[f"{name}_points"]) for name in _PARTS]
    points = whole_points(exact, float(row["total"]) - _START)
    steps = [WaterfallStep(t("pages.score.start"), _START, str(_START), is_whole=True)]
    steps += [
        WaterfallStep(t(f"pages.score.{name}"), part, f"{part:+d}" if part else "0")
        for name, part in zip(_PARTS, points, strict=True)
    ]
    steps.append(WaterfallStep(t("pages.score.title"), float(row["total"]), total, is_whole=True))
    label = ", ".join(f"{one.label} {one.text}" for one in steps)
    svg = Markup(draw_waterfall(steps, float(row["low"]), float(row["high"]), label=label))
    return {"total": total, "range": f"{low} – {high}", "target": target, "svg": svg}


def whole_points(parts: Sequence[float], total: float) -> list[int]:
    """The parts as whole points that add up to the total as it is shown: those with the largest rest are rounded up.

    >>> whole_points([-14.4, -0.3, 0.6, 3.3, 3.2], -7.6)
    [-15, 0, 1, 3, 3]
    """
    if abs(sum(parts) - total) > _ROUNDING:
        return [round(one) for one in parts]
    floors = [int(one // 1) for one in parts]
    missing = round(_START + total) - _START - sum(floors)
    by_rest = sorted(range(len(parts)), key=lambda n: floors[n] - parts[n])
    return [one + (1 if n in by_rest[: max(missing, 0)] else 0) for n, one in enumerate(floors)]


def why_not_scored(row: Mapping[str, Any], t: Localizer) -> str:
    """Why there is no score, empty where that is not known."""
    reason = (row["why_not"] or "").replace(" ", "_")
    return t(f"pages.score.{reason}") if reason in _NOT_SCORED else ""
