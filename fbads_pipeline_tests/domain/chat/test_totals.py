"""The sum of a list that a bound cuts: of each currency by itself, and only where every row of it is known."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.answers.totals import has_total, summed_metrics, with_total
from fbads_pipeline.domain.chat.plan import Plan, Rank, Threshold
from fbads_pipeline.domain.chat.result import Query, Result, ResultColumn
from fbads_pipeline_tests.support.asking import CATALOGUE

BOUND = Threshold("purchases", "at_most", Decimal(0))
PLAN = Plan("figures", metrics=("spend", "purchases"), dimensions=("campaign",), thresholds=(BOUND,))
COLUMNS = (
    ResultColumn("campaign", "key", dimension="campaign"),
    ResultColumn("currency", "key"),
    ResultColumn("spend", "value", "spend", "money"),
    ResultColumn("purchases", "value", "purchases", "count"),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "campaign": st.uuids().map(str),
            "currency": st.sampled_from(["BRL", "USD", "EUR"]),
            "spend": st.decimals(0, 9_999, places=2),
            "purchases": st.just(0),
        }
    ),
    min_size=2,
)


def listed(rows, groups=None, left_out=0):
    return Result(
        Query("", {}, COLUMNS, "campaign_daily"),
        tuple(rows),
        len(rows) if groups is None else groups,
        left_out=left_out,
    )


@given(ROWS)
def test_each_currency_has_its_own_sum(rows):
    summed = with_total(listed(rows), PLAN)
    assert summed is not None and [column.name for column in summed.query.columns] == ["currency", "spend"]
    assert sum(row["spend"] for row in summed.rows) == sum(row["spend"] for row in rows)
    for row in summed.rows:
        assert row["spend"] == sum(one["spend"] for one in rows if one["currency"] == row["currency"])
    assert len(summed.rows) == len({one["currency"] for one in rows})


@given(ROWS, st.data())
def test_there_is_no_sum_where_a_row_is_not_known(rows, data):
    assert with_total(listed(rows, len(rows) + 1), PLAN) is None
    assert with_total(listed(rows, left_out=1), PLAN) is None
    place = data.draw(st.integers(0, len(rows) - 1))
    unknown = [{**row, "spend": None} if at == place else row for at, row in enumerate(rows)]
    assert with_total(listed(unknown), PLAN) is None


@pytest.mark.parametrize(
    ("plan", "is_summed"),
    [
        (PLAN, True),
        (Plan("figures", metrics=("cpa",), dimensions=("campaign",), thresholds=(BOUND,)), False),
        (Plan("figures", metrics=("reach",), dimensions=("campaign",), thresholds=(BOUND,)), False),
        (Plan("figures", metrics=("purchases",), dimensions=("campaign",), thresholds=(BOUND,)), False),
        (Plan("figures", metrics=("spend",), dimensions=("day",), thresholds=(BOUND,)), False),
        (Plan("figures", metrics=("spend",), dimensions=("campaign",)), False),
        (replace(PLAN, rank=Rank("spend", True)), False),
    ],
)  # fmt: skip
def test_only_figures_that_add_up_over_a_list_cut_by_a_bound_are_summed(plan, is_summed):
    assert has_total(plan, CATALOGUE) is is_summed


def test_what_the_rows_have_none_of_is_not_summed():
    assert summed_metrics(PLAN) == ("spend",)
