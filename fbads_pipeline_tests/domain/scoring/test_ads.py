"""Ads: tired only where people see them more and respond less, best and worst only beyond chance."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fbads_pipeline.domain.scoring.ads import AdFigures, AdWindow, assess_ads, fatigue_of


def window(clicks=200, *, impressions=20_000, spend="100", conversions="20", frequency="1.2"):
    known = None if conversions is None else Decimal(conversions)
    return AdWindow(impressions, clicks, Decimal(spend), known, None if frequency is None else Decimal(frequency))


def an_ad(ad_id="1", *, recent=None, before=None):
    return AdFigures(ad_id, None, recent or window(), before or window(600, impressions=60_000, conversions="60"))


@pytest.mark.parametrize(
    ("recent", "verdict"),
    [
        ({"clicks": 120, "frequency": "1.6"}, "tired"),
        ({"conversions": "8", "spend": "100", "frequency": "1.6"}, "steady"),  # too few conversions for its CPA
        ({"conversions": "12", "spend": "200", "frequency": "1.6"}, "tired"),
        ({"clicks": 120, "frequency": "1.2"}, "steady"),  # worse, but not because it is seen more often
        ({"clicks": 190, "frequency": "1.6"}, "steady"),  # seen more often, and no worse
        ({"clicks": 30, "frequency": "1.6"}, "too little data"),
        ({"impressions": 900, "frequency": "1.6"}, "too little data"),
        ({"clicks": None, "frequency": "1.6"}, "too little data"),
        ({"frequency": None}, "too little data"),
    ],
)
def test_an_ad_is_tired_where_frequency_and_response_are_worse_together(recent, verdict):
    before = window(600, impressions=60_000, spend="300", conversions="60")
    assert fatigue_of(an_ad(recent=window(**recent), before=before)) == verdict


def test_the_best_and_the_worst_are_named_only_beyond_chance():
    good, middle, bad = (
        an_ad(name, recent=window(conversions=made)) for name, made in (("g", "60"), ("m", "20"), ("b", "2"))
    )
    good, bad = (replace(one, before=window(conversions=made)) for one, made in ((good, "90"), (bad, "3")))
    found = {one.figures.ad_id: one for one in assess_ads([good, middle, bad])}
    assert (found["g"].place, found["m"].place, found["b"].place) == ("best", None, "worst")
    assert found["g"].p_better > 0.9 > found["m"].p_better > 0.1 > found["b"].p_better
    alike = [an_ad(name) for name in "xyz"]
    assert {one.place for one in assess_ads(alike)} == {None}
    assert [one.p_better for one in assess_ads(alike)] == pytest.approx([0.5] * 3, abs=0.05)


def test_conversions_that_were_not_reported_say_nothing_and_hurt_no_other():
    unknown = an_ad("u", recent=window(conversions=None))
    found = assess_ads([unknown, an_ad("a"), an_ad("b")])
    assert found[0].p_better is None and found[1].p_better is not None
    assert [one.p_better for one in assess_ads([an_ad("alone")])] == [None]
