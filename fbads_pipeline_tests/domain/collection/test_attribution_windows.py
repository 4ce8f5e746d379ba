"""Attribution windows: those that Meta answers, and one sentence for all others."""

import pytest

from fbads_pipeline.domain.collection.attribution_windows import ANSWERED_WINDOWS, read_windows


def test_every_window_that_meta_answers_may_be_asked_for():
    assert read_windows(ANSWERED_WINDOWS) == ANSWERED_WINDOWS
    assert read_windows([" 7D_CLICK", '"1d_view"', "7d_click", "['skan_view'"]) == ("7d_click", "1d_view", "skan_view")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["7d_click", "7d_view"], "7d_view has been empty in every answer since 2026-01-12"),
        (["28d_view"], "28d_view has been empty"),
        (["7d_clik"], "'7d_clik' is no attribution window"),
        (["default"], "'default' is no attribution window"),
        ([], "it names no attribution window"),
        ([""], "'' is no attribution window"),
    ],
)
def test_a_window_that_meta_does_not_answer_is_refused_with_those_that_it_does(given, reason):
    with pytest.raises(ValueError, match=reason) as refused:
        read_windows(given)
    assert all(window in str(refused.value) for window in ANSWERED_WINDOWS)
