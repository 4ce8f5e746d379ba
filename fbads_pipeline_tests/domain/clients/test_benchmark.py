"""The own benchmark: percentiles over at least ten accounts, silent below, naming nobody but the reader's own."""

from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.clients.benchmark import BenchmarkedAccount, benchmarks, percentile, quarter_of


def accounts(count, **values):
    return [
        BenchmarkedAccount(str(one), "OUTCOME_SALES", "BR", "BRL", {"ctr": D(one) / 100, "cpa": None} | values)
        for one in range(1, count + 1)
    ]


@pytest.mark.parametrize(("count", "shown"), [(9, 0), (10, 1)])
def test_fewer_than_ten_accounts_are_silent(count, shown):
    assert len(benchmarks(accounts(count), None)) == shown


def test_a_reader_sees_the_percentiles_and_their_own_accounts_alone():
    (found,) = benchmarks(accounts(11), frozenset({"3"}))
    assert (found.metric, found.accounts, found.percentiles[50], found.own) == ("ctr", 11, D("0.06"), {"3": D("0.03")})


def test_other_countries_objectives_and_currencies_are_other_groups():
    other = [BenchmarkedAccount("x", "OUTCOME_SALES", "PT", "EUR", {"ctr": D(1)})]
    (found,) = benchmarks([*accounts(10), *other], None)
    assert found.accounts == 10 and "x" not in found.own


@given(st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=40), st.sampled_from([10, 25, 50, 75, 90]))
def test_percentiles_are_those_of_numpy(values, percent):
    expected = np.percentile([float(one) for one in values], percent)
    assert float(percentile(sorted(values), percent)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("metric", "lowest", "highest"), [("ctr", "worst", "best"), ("cpa", "best", "worst")])
def test_less_of_a_cost_is_better_and_more_of_the_others(metric, lowest, highest):
    figures = [BenchmarkedAccount(str(one), "OUTCOME_SALES", "BR", "BRL", {metric: D(one)}) for one in range(1, 13)]
    (found,) = benchmarks(figures, None)
    assert [quarter_of(found, one) for one in ("1", "6", "12")] == [lowest, "middle", highest]
    (alike,) = benchmarks(accounts(12, ctr=D(1)), None)
    assert quarter_of(alike, "1") == "middle", "accounts that are all alike have no best"
