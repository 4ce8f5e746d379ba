"""What the pages write out: each number beside its own days."""

from datetime import date, timedelta

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.api.pages.view import figure_cards
from fbads_pipeline.domain.alerts.message_layout import sparkline
from fbads_pipeline.domain.reports.facts import DayFigures, PeriodFigures
from fbads_pipeline.domain.reports.tables import figures
from fbads_pipeline_tests.support.fake_reports import ABOUT, some_figures

FIRST = date(2026, 11, 16)


def a_period(conversions, first=FIRST):
    """Seven days, each with its own spend, CTR and CPM."""
    days = [some_figures(100 + 10 * n, conversions, clicks=50 + n * n) for n in range(7)]
    listed = tuple(DayFigures(first + timedelta(days=n), one, False) for n, one in enumerate(days))
    return PeriodFigures(some_figures(910, conversions), listed, (), None)


def test_an_account_that_stopped_converting_keeps_every_card_with_its_own_days():
    now, before = a_period(None), a_period(4, FIRST - timedelta(days=7))
    cards = figure_cards(figures(now, before, ABOUT, "BRL"), now, localizer("en"))
    drawn = {card["label"]: card["spark"] for card in cards}
    assert list(drawn) == ["spend en", "conversions en", "cpa en", "roas en", "ctr en", "cpm en"]
    assert drawn["conversions en"] == drawn["cpa en"] == ""
    for name in ("spend", "ctr", "cpm"):
        days = [float(day.figures[name] or 0) for day in now.days]
        assert drawn[f"{name} en"] == sparkline(days)
    assert (
        next(card["value"] for card in cards if card["label"] == "conversions en")
        == "not reported by Meta at this level"
    )
