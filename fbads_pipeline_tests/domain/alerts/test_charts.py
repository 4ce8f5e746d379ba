"""The chart of an alert: what is known of each day, and nothing else."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.alerts.charts import (
    AlertChart,
    RecentDay,
    chart_fact,
    chart_of,
    day_values,
    stored_chart,
)
from fbads_pipeline.domain.metrics.declared import METRICS

FIRST = date(2026, 11, 9)
FIGURES = {"spend": Decimal(20), "clicks": Decimal(40), "impressions": Decimal(2000), "conversions": Decimal(4)} | {
    "ctr": Decimal("0.02"),
    "cpa": Decimal(5),
    "conversion_rate": Decimal("0.1"),
}


def a_day(number=0, *, is_read=True, is_provisional=False, delivered=True, **figures):
    return RecentDay(FIRST + timedelta(days=number), is_read, is_provisional, FIGURES | figures if delivered else None)


def days(*changes):
    return [a_day(number, **change) for number, change in enumerate(changes)]


def test_a_day_is_measured_zero_not_reported_not_read_or_without_a_value():
    recent = days({}, {"delivered": False}, {"conversions": None}, {"delivered": False, "is_read": False}, {})
    assert day_values("conversions", recent) == (4, 0, None, None, 4)
    assert day_values("cpa", recent) == (5, None, 5, None, 5)
    chart = chart_of("conversions", [*recent, *days({}, {}, {}, {}, {}, {}, {})[5:]], "BRL")
    assert chart.gaps == {FIRST + timedelta(days=2): "not_reported", FIRST + timedelta(days=3): "not_read"}


def test_a_rate_without_clicks_has_no_value_and_no_gap():
    recent = days({}, {"ctr": None, "clicks": Decimal(0), "impressions": Decimal(0)}, {}, {}, {}, {})
    chart = chart_of("ctr", recent, "BRL")
    assert chart.values[1] is None and chart.gaps == {}


def test_the_detectors_name_of_a_rate_finds_the_registrys():
    assert chart_of("cvr", days({}, {}, {}, {}, {}), "BRL").metric == "conversion_rate"


@pytest.mark.parametrize("metric", ["no such metric", "roas", "frequency"])
def test_a_metric_that_was_not_read_is_not_drawn(metric):
    assert chart_of(metric, days({}, {}, {}, {}, {}), "BRL") is None
    assert day_values(metric, days({}, {})) == (None, None)


def test_too_few_known_days_and_nothing_above_zero_are_not_drawn():
    unread = {"is_read": False, "delivered": False}
    assert chart_of("spend", days({}, {}, {}, {}, unread), "BRL") is None
    assert chart_of("spend", days(*[{"delivered": False}] * 14), "BRL") is None
    assert chart_of("spend", [], "BRL") is None


def test_days_with_a_hole_between_them_are_refused():
    with pytest.raises(ValueError, match="follow one another"):
        chart_of("spend", [a_day(0), a_day(1), a_day(3), a_day(4), a_day(5)], "BRL")


def test_what_meta_attributes_later_is_provisional_and_the_rest_is_not():
    recent = days({}, {}, {}, {}, {"is_provisional": True})
    marked = {name: chart_of(name, recent, "BRL").provisional for name in ("spend", "ctr", "conversions", "cpa")}
    last = frozenset({FIRST + timedelta(days=4)})
    assert marked == {"spend": frozenset(), "ctr": frozenset(), "conversions": last, "cpa": last}


money = st.decimals(min_value=0, max_value=10**9, places=6)
charts = st.integers(5, 14).flatmap(
    lambda count: st.builds(
        AlertChart,
        metric=st.sampled_from(sorted(METRICS)),
        currency=st.sampled_from(["BRL", "JPY", None]),
        first_day=st.just(FIRST),
        values=st.lists(st.none() | money, min_size=count, max_size=count).map(tuple),
        provisional=st.frozensets(st.integers(0, count - 1).map(lambda n: FIRST + timedelta(days=n))),
        gaps=st.dictionaries(
            st.integers(0, count - 1).map(lambda n: FIRST + timedelta(days=n)),
            st.sampled_from(["not_read", "not_reported"]),
        ),
        since=st.none() | st.just(FIRST),
    )
)


@given(charts)
def test_it_is_read_from_an_alerts_facts_as_it_was_written(chart):
    facts = json.loads(json.dumps({"day": "2026-11-23"} | chart_fact(chart)))
    assert stored_chart(facts) == chart


def test_facts_without_one_and_of_a_metric_that_is_gone_have_none():
    assert chart_fact(None) == {} and stored_chart({}) is None
    gone = chart_fact(chart_of("spend", days({}, {}, {}, {}, {}), "BRL"))
    gone["chart"]["metric"] = "a_metric_of_last_year"
    assert stored_chart(gone) is None
