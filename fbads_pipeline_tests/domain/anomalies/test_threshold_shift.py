"""People's marks move thresholds within stated bounds, and only once there are enough of them."""

from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.anomalies.state.threshold_shift import LEAST_MARKS, MOST_SHIFT, shifts_of, threshold_shift


@given(st.lists(st.booleans(), max_size=400))
def test_the_shift_stays_within_its_bounds_and_few_marks_move_nothing(marks):
    shift = threshold_shift(marks)
    assert -MOST_SHIFT <= shift <= MOST_SHIFT
    if len(marks) < LEAST_MARKS:
        assert shift == 0.0


@given(st.integers(LEAST_MARKS, 100), st.integers(0, 99))
def test_more_useless_ones_never_lower_the_threshold(count, useful):
    some = min(useful, count - 1)
    fewer, more = ([True] * one + [False] * (count - one) for one in (some, some + 1))
    assert threshold_shift(fewer) >= threshold_shift(more)


def test_kinds_are_moved_apart_and_to_a_tenth():
    marks = {"spend_drop": [False] * 3 + [True] * 7, "ctr_collapse": [True] * 9, "cpm_rise": [False] * 60}
    shifts = shifts_of(marks)
    assert {kind: (one.shift, one.marks) for kind, one in shifts.items()} == {
        "spend_drop": (0.2, 10),
        "cpm_rise": (0.5, 60),
    }
