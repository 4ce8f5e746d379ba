"""When what was left out of an answer is gone, and when it stands."""

from datetime import date
from decimal import Decimal

import pytest

from fbads_pipeline.domain.collection.doubts import (
    DOUBTED_LISTS,
    DOUBTED_NUMBERS,
    DoubtfulDay,
    sentence_of,
    verdict_of_figure,
    verdict_of_row,
)
from fbads_pipeline.domain.collection.levels import Grain


@pytest.mark.parametrize(
    ("amount", "came", "others", "verdict"),
    [
        (50, 100, [100], "confirmed"),
        (50, 100, [124], "confirmed"),
        (50, 100, [125], "contradicted"),
        (50, 100, [150], "contradicted"),
        (50, 100, [1000], "contradicted"),
        (50, 100, [76], "confirmed"),
        (50, 100, [75], "unknown"),
        (50, 100, [], "unknown"),
        (50, 100, [100, 150], "contradicted"),
        (50, 100, [10, 100], "confirmed"),
        (50, 0, [20], "confirmed"),
        (-50, 100, [50], "contradicted"),
        (-50, 100, [100], "confirmed"),
    ],
)
def test_the_nearer_total_decides(amount, came, others, verdict):
    assert verdict_of_figure(Decimal(amount), Decimal(came), [Decimal(one) for one in others]) == verdict


@pytest.mark.parametrize(
    ("figures", "before", "is_later_run", "verdict"),
    [
        (["confirmed", "confirmed"], None, False, "confirmed"),
        (["confirmed", "contradicted"], "unknown", True, "contradicted"),
        (["confirmed", "unknown"], None, False, "unknown"),
        (["confirmed", "unknown"], "unknown", True, "repeated"),
        ([], None, False, "unknown"),
        ([], "unknown", True, "repeated"),
        ([], "unknown", False, "unknown"),
        ([], "contradicted", True, "unknown"),
    ],
)
def test_a_row_goes_when_all_of_it_is_confirmed_or_a_silent_run_is_repeated(figures, before, is_later_run, verdict):
    assert verdict_of_row(figures, before=before, is_later_run=is_later_run) == verdict


def test_people_are_not_added_up():
    assert {"impressions", "clicks", "spend"} <= set(DOUBTED_NUMBERS)
    assert not {"reach", "frequency"} & set(DOUBTED_NUMBERS)
    assert {"actions", "action_values", "conversions", "conversion_values"} <= set(DOUBTED_LISTS)


def test_doubtful_days_are_one_sentence():
    day = date(2026, 11, 19)
    assert sentence_of([DoubtfulDay(Grain("campaign"), day, 12)]) == (
        "insights by campaign of 2026-11-19: 12 known rows did not come again:"
        " what was known stands until another answer decides"
    )
    empty = DoubtfulDay(Grain("campaign", "age"), day)
    assert str(empty) == (
        "insights by campaign and age of 2026-11-19: no rows came, although another level has delivery"
    )
    both = DoubtfulDay(Grain("ad"), day, 1, 2)
    assert str(both).endswith("1 known rows did not come again and 2 rows came without figures that they had")
    assert "; and 2 more: what was known" in sentence_of([both] * 5)
