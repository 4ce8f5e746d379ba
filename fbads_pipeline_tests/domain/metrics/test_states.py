"""A figure is measured (zero included), not reported, not read, or without a denominator; nothing else is zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.states import known_figure, with_parts

D = Decimal


@pytest.mark.parametrize(
    ("name", "row", "is_read", "value", "state"),
    [
        ("spend", {"spend": D(5)}, True, D(5), "measured"),
        ("spend", {"spend": D(0)}, True, D(0), "measured"),
        ("conversions", {"conversions": None}, True, None, "not_reported"),
        ("cpa", {"cpa": None, "spend": D(5), "conversions": D(0)}, True, None, "undefined"),
        ("cpa", {"cpa": None, "spend": D(5), "conversions": None}, True, None, "not_reported"),
        ("reach", {"reach": None}, True, None, "not_reported"),
        ("spend", None, True, D(0), "measured"),
        ("cpa", None, True, None, "undefined"),
        ("reach", None, True, None, "undefined"),
        ("spend", None, False, None, "not_read"),
        ("cpa", None, False, None, "not_read"),
    ],
)
def test_each_state(name, row, is_read, value, state):
    assert known_figure(METRICS[name], row, is_read=is_read) == (value, state)


def test_a_ratio_is_read_with_its_parts():
    assert with_parts(["cpa", "spend"], METRICS) == ["cpa", "spend", "conversions"]
    assert with_parts(["reach"], METRICS) == ["reach"]


@given(
    st.sampled_from(sorted(METRICS)),
    st.one_of(st.none(), st.just({})),
    st.dictionaries(st.sampled_from(sorted(METRICS)), st.one_of(st.none(), st.decimals(0, 9, places=2))),
    st.booleans(),
)
def test_whatever_is_left_out_never_becomes_a_value(name, row, figures, is_read):
    if row is not None:
        row = {**dict.fromkeys(METRICS), **figures}
    value, state = known_figure(METRICS[name], row, is_read=is_read)
    if state != "measured":
        assert value is None
    elif row is None:
        assert value == 0 and is_read
    else:
        assert value == row[name] is not None
