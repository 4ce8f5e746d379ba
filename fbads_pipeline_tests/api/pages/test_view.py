"""What the pages write out: each number beside its own days."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.api.pages.view import anomaly_items, figure_cards
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


def open_anomaly(name, **other):
    values = {
        "anomaly_id": name,
        "account_id": "1",
        "campaign_id": name,
        "campaign_name": f"Campanha {name}",
        "kind": "tracking_break",
        "severity": "critical",
        "message": "texto",
        "causes": [{"name": "account_wide"}],
        "currency": "BRL",
        "at_stake": Decimal("10.50"),
        "since": datetime(2026, 11, 9 + len(name), 14),
    }
    return {**values, **other}


def test_what_a_whole_account_shares_is_one_card_and_what_it_does_not_is_its_own():
    alone = open_anomaly("ddd", causes=[{"name": "tracking"}])
    other = open_anomaly("eee", kind="spend_drop")
    t = localizer("pt")
    cards = anomaly_items([open_anomaly("aa"), open_anomaly("b"), alone, other], t)
    assert [one["name"] for one in cards] == ["A conta inteira: 2 campanhas", "Campanha ddd", "Campanha eee"]
    shared = cards[0]
    assert shared["text"].endswith("embora haja cliques em toda a conta: Campanha aa, Campanha b.")
    assert "21,00" in shared["at_stake"] and "10/11" in shared["since"] and shared["campaign_id"] == "aa"
