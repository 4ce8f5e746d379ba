"""The charts of a backtest: whose spend, of which days, in the reader's language."""

import warnings
from datetime import date, datetime

import pandas as pd

from fbads_pipeline.cli.data.backtest_plots import PlotMark, write_plots
from fbads_pipeline.cli.data.backtest_stored import spend_by_day
from fbads_pipeline.domain.anomalies.daily.daily_figures import CampaignDay
from fbads_pipeline.domain.anomalies.daily.past_anomalies import compare_with_marks
from fbads_pipeline.services.anomalies.backtest_anomalies import AccountBacktest

DAYS = [date(2026, 11, day) for day in (1, 2, 4)]


def test_a_day_without_delivery_is_zero_and_one_that_was_not_read_is_not_there():
    """A stop is what a chart is looked at for: a line from the day before to the day after would hide it."""
    rows = [CampaignDay("7", DAYS[0], 100, 1, 10.0, 0, 0), CampaignDay("7", DAYS[2], 100, 1, None, 0, 0)]
    account = AccountBacktest("1", "BRL", [], rows, DAYS, 0, 3, 14, compare_with_marks([], []))
    assert spend_by_day(account) == [
        ("7", pd.Timestamp(DAYS[0]), 10.0),
        ("7", pd.Timestamp(DAYS[1]), 0.0),
        ("7", pd.Timestamp(DAYS[2]), None),
    ]
    assert account.days_read == 3


def test_campaigns_of_one_name_are_two_charts_and_nothing_is_said_in_another_language(tmp_path):
    """The same name in two accounts is two campaigns, in two currencies; names of any script make no noise."""
    found = [PlotMark(one, datetime(2026, 11, 2), "anomaly") for one in ("7", "8")]
    readings = pd.DataFrame(
        [(one, pd.Timestamp(day), spend) for one, spend in (("7", 10.0), ("8", 900.0)) for day in DAYS],
        columns=["campaign_id", "date", "spend"],
    )
    titles = {"7": "春のセール (BRL)", "8": "春のセール (JPY)"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_plots(tmp_path / "page.html", found, readings, "pt", titles)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert all(f"{title}: investimento por dia" in page for title in titles.values())
    assert "Achados por dia" in page and "anomalia" in page
    assert "resolvido" not in page and "findings" not in page, "no kind that was not found"
    assert "<html lang='pt-BR'>" in page
