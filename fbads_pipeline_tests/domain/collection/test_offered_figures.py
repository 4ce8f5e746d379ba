"""Which figures Meta offers: by the hour, in breakdowns, of days long past."""

from datetime import date

import pytest

from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.offered_figures import (
    OPTIONAL_FIGURES,
    UNIQUE_FIGURES,
    first_day_of_unique_figures,
    not_offered,
)
from fbads_pipeline.domain.collection.pages import RAW_FIGURES


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 20), date(2025, 10, 21)),
        (date(2026, 3, 31), date(2025, 3, 1)),
        (date(2026, 1, 31), date(2025, 1, 1)),
    ],
)
def test_breakdowns_have_reach_of_thirteen_months(today, first):
    assert first_day_of_unique_figures(Grain("campaign", "age"), today) == first
    assert first_day_of_unique_figures(Grain("ad"), today) == date.min


@pytest.mark.parametrize("whose", ["advertiser", "audience"])
def test_by_the_hour_there_is_neither_reach_nor_what_happens_away_from_meta(whose):
    absent = not_offered(Grain("campaign", f"hourly_stats_aggregated_by_{whose}_time_zone"))
    assert absent >= UNIQUE_FIGURES | OPTIONAL_FIGURES
    assert not absent & {"spend", "impressions", "clicks", "actions"}


def test_by_region_there_is_reach_and_nothing_that_happens_away_from_meta():
    absent = not_offered(Grain("campaign", "region"))
    assert {"conversions", "results"} <= absent and not absent & {"reach", "outbound_clicks", "spend"}


def test_other_breakdowns_and_plain_rows_have_every_figure():
    assert not_offered(Grain("campaign", "age,gender")) == not_offered(Grain("ad")) == frozenset()


def test_every_optional_field_is_collected():
    assert {field for figure in RAW_FIGURES for field in figure.asked} >= OPTIONAL_FIGURES
