"""In which order suggestions are presented, and how many in a day."""

from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.recommendations.inbox.presentation import OpenSuggestion, presented


def one(name, low=None, expected=None, spend=0.0, account="1", **others):
    return OpenSuggestion(name, account, low, expected, spend, **others)


def order(*found, most=10, decided=None):
    return [
        (row.suggestion_id, row.rank, row.status) for row in presented(found, decided_today=decided or {}, most=most)
    ]


def test_certain_gains_come_first_then_likely_ones_then_rules_by_what_was_spent():
    found = [
        one("rule of 5", spend=5.0),
        one("rule of 9", spend=9.0),
        one("likely 900", -10.0, 900.0),
        one("likely 20", -1.0, 20.0),
        one("certain 30", 1.0, 30.0),
        one("certain 40", 2.0, 40.0),
    ]
    names = [name for name, _, _ in order(*found)]
    assert names == ["certain 40", "certain 30", "likely 900", "likely 20", "rule of 9", "rule of 5"]


def test_each_account_has_its_own_places_and_its_own_number():
    found = [one("a", 1.0, 9.0), one("b", 1.0, 8.0), one("c", 1.0, 7.0, account="2")]
    assert order(*found, most=1) == [("a", 1, "PENDING"), ("b", 2, "WAITING"), ("c", 1, "PENDING")]


def test_what_was_decided_today_leaves_less_room_and_never_less_than_none():
    found = [one("a", 1.0, 9.0), one("b", 1.0, 8.0)]
    assert [status for _, _, status in order(*found, most=2, decided={"1": 1})] == ["PENDING", "WAITING"]
    assert [status for _, _, status in order(*found, most=2, decided={"1": 5})] == ["WAITING", "WAITING"]
    assert [status for _, _, status in order(*found, most=2, decided={"2": 5})] == ["PENDING", "PENDING"]


def test_a_snoozed_one_keeps_its_place_and_takes_nobodys():
    found = [one("a", 1.0, 9.0, is_snoozed=True), one("b", 1.0, 8.0), one("c", 1.0, 7.0)]
    assert order(*found, most=1) == [("a", 1, "PENDING"), ("b", 2, "PENDING"), ("c", 3, "WAITING")]


@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.none() | st.floats(-9, 9), st.floats(0, 9), st.booleans()), max_size=30
    ),
    st.integers(1, 5),
)
def test_never_more_than_the_number_and_none_is_lost(rows, most):
    found = [
        one(str(n), None if low is None else low, None if low is None else low + 1, spend, account, is_snoozed=snoozed)
        for n, (account, low, spend, snoozed) in enumerate(rows)
    ]
    placed = presented(found, decided_today={}, most=most)
    assert sorted(row.suggestion_id for row in placed) == sorted(row.suggestion_id for row in found)
    for account in "12":
        mine = {row.suggestion_id: row for row in found if row.account_id == account}
        shown = [row for row in placed if row.suggestion_id in mine and row.status == "PENDING"]
        assert sum(not mine[row.suggestion_id].is_snoozed for row in shown) <= most
        ranks = sorted(row.rank for row in placed if row.suggestion_id in mine)
        assert ranks == list(range(1, len(mine) + 1))
