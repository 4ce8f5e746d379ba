"""The waterfall of a score: its bars touch, its whole points add up, hostile labels are text."""

import re
from xml.etree import ElementTree

import pytest

from fbads_pipeline.adapters.rendering.waterfall_svg import WaterfallStep, draw_waterfall
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.api.pages.score_view import score_card, whole_points

ROW = {"total": 42.4, "low": 33.1, "high": 51.0, "why_not": None, "target_cpa": None, "currency": "BRL"}
POINTS = {"efficiency": -14.4, "trend": -0.3, "attention": 0.6, "delivery": 3.3, "health": 3.2}
ROW |= {f"{name}_points": points for name, points in POINTS.items()}


def bars(svg):
    root = ElementTree.fromstring(svg)
    return [
        (one.get("class"), float(one.get("x")), float(one.get("x")) + float(one.get("width")))
        for one in root.iter("{http://www.w3.org/2000/svg}rect")
    ]


def test_each_bar_begins_where_the_one_before_ends():
    steps = [
        WaterfallStep("Start", 50, "50", is_whole=True),
        WaterfallStep("<b>Down</b>", -20, "-20"),
        WaterfallStep("Up", 5, "+5"),
        WaterfallStep("Total", 35, "35", is_whole=True),
    ]
    svg = draw_waterfall(steps, 30, 40, label="50, -20, +5, 35")
    start, down, up, total = bars(svg)
    assert down[2] == pytest.approx(start[2], abs=0.2) and up[1] == pytest.approx(down[1], abs=0.2)
    assert total[2] == pytest.approx(up[2], abs=0.2) and start[1] == total[1]
    assert [kind for kind, _, _ in bars(svg)] == ["whole", "loss", "gain", "whole"]
    assert "<b>" not in svg and "style=" not in svg


@pytest.mark.parametrize("language", ["pt", "en"])
def test_the_points_add_up_to_the_score_and_none_is_minus_zero(language):
    card = score_card(ROW, localizer(language))
    shown = [int(one) for one in re.findall(r'class="value"[^>]*>([^<]+)<', card["svg"])]
    assert shown[0] == 50 and sum(shown[:-1]) == shown[-1] == int(card["total"]) == 42
    assert "-0" not in card["svg"] and "+0" not in card["svg"] and "None" not in str(card)


def test_parts_of_a_score_that_was_cut_off_stay_as_they_are():
    assert whole_points([60.0, 10.0], 50.0) == [60, 10]


def test_without_a_score_the_card_says_why():
    card = score_card({**ROW, "total": None, "why_not": "not enough data", "target_cpa": 45}, localizer("pt"))
    assert (card["total"], card["range"], card["svg"]) == ("sem nota", "dados insuficientes", "")
    assert card["target"].replace("\xa0", " ") == "R$ 45,00"
