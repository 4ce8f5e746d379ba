"""Money moves to where it earns more, and its total stays."""

import pandas as pd
import pytest

from fbads_pipeline.domain.recommendations.outcomes import Applied, Outcome, follow_up, hit_rates, together
from fbads_pipeline.domain.recommendations.reallocation import MOST_MOVES, reallocate, reallocation_of
from fbads_pipeline.domain.recommendations.verdicts import assess
from fbads_pipeline_tests.support.histories import TODAY, a_campaign, an_account


def test_money_moves_from_dear_to_cheap_under_the_same_total():
    moves = {one.campaign_id: one for one in reallocate(an_account(), today=TODAY)}
    assert moves["cheap"].new_budget == pytest.approx(1.2 * 102)
    assert moves["dear"].new_budget == pytest.approx(0.8 * 102)
    assert sum(one.new_budget - one.budget for one in moves.values()) == pytest.approx(0, abs=0.5)
    assert sum(one.new_conversions for one in moves.values()) > sum(one.conversions for one in moves.values())


def test_the_total_never_rises_and_nobody_moves_beyond_the_step():
    moves = reallocate(an_account(), today=TODAY, largest_step=0.1)
    assert sum(one.new_budget - one.budget for one in moves) <= 1e-6
    assert all(0.9 - 1e-9 <= one.new_budget / one.budget <= 1.1 + 1e-9 for one in moves)


def test_together_they_have_an_effect_with_an_interval_that_holds_their_sum():
    history, targets = an_account(), dict.fromkeys(an_account()["campaign_id"].unique(), 30.0)
    assessed = assess(history, today=TODAY, target_cpa=targets)
    made = reallocation_of(assessed, today=TODAY, target_cpa=targets)
    assert made.effect[0] < made.expected < made.effect[1]
    assert sum(one.new_budget - one.budget for one in made.moves) <= 1e-6
    gained = 7 * 30 * sum(one.new_conversions - one.conversions for one in made.moves)
    assert made.expected == pytest.approx(gained, rel=0.25)
    assert made.p_better >= 0.8 and made.is_proposed(is_open=False)
    assert {one["campaign_id"] for one in made.evidence({"dear": "Cara"})["moves"]} >= {"cheap", "dear"}


def test_money_goes_where_a_conversion_is_worth_more():
    history = pd.concat([a_campaign("a"), a_campaign("b")])
    moves = {one.campaign_id: one for one in reallocate(history, today=TODAY, target_cpa={"a": 60.0, "b": 20.0})}
    assert moves["a"].new_budget > moves["a"].budget and moves["b"].new_budget < moves["b"].budget


def test_a_person_is_asked_for_so_many_moves_at_once_and_their_total_stays():
    history = pd.concat([a_campaign(f"c{one}", conversions=1.0 + one % 7) for one in range(60)])
    moves = reallocate(history, today=TODAY)
    assert 2 <= len(moves) <= MOST_MOVES
    assert sum(one.new_budget - one.budget for one in moves) <= 1e-6


def test_what_came_of_several_changes_is_judged_by_its_sum():
    def one(observed, high):
        return Outcome(Applied("c", "REALLOCATE", 1.2, (0, 0), TODAY), observed, 2 * observed - high, high, None)

    both = together([one(10.0, 13.0), one(-4.0, 0.0)], (0.0, 2.0))
    assert (both.observed, both.low, both.high, both.is_hit) == (6.0, 1.0, 11.0, True)
    assert together([one(10.0, 13.0), one(-4.0, 0.0)], (20.0, 30.0)).is_hit is False
    unknown = Outcome(both.applied, None, None, None, None)
    assert together([one(10.0, 13.0), unknown], (0.0, 2.0)).is_hit is None


def test_a_withheld_campaign_keeps_its_budget():
    assert "dear" not in {one.campaign_id for one in reallocate(an_account(), today=TODAY, withheld={"dear"})}


def test_one_campaign_alone_has_nothing_to_exchange():
    assert reallocate(a_campaign(), today=TODAY) == []


def after_a_cut(conversions):
    """The cheap campaign's budget went down 20 % a week and a day ago; what it then earned."""
    start = TODAY - pd.Timedelta(days=8)
    before = an_account()
    week = pd.to_datetime(before["date"]) >= pd.Timestamp(start)
    mine = week & (before["campaign_id"] == "cheap")
    before.loc[mine, ["spend", "daily_budget", "conversions"]] = [80.0, 81.6, conversions]
    return before, Applied("cheap", "BUDGET_DOWN", 0.8, (-200.0, -80.0), start)


def test_an_accepted_suggestion_is_held_against_its_week():
    history, applied = after_a_cut(10.4)
    (one,) = follow_up(history, [applied], today=TODAY, target_cpa=30.0)
    assert one.is_hit and one.low < one.observed < one.high
    assert hit_rates([one]) == [{"action": "BUDGET_DOWN", "judged": 1, "hits": 1, "hit_rate": 1.0}]


def test_a_promise_far_from_the_outcome_is_a_miss():
    history, applied = after_a_cut(1.0)
    (one,) = follow_up(history, [applied], today=TODAY, target_cpa=30.0)
    assert one.is_hit is False


def test_nothing_is_judged_before_its_week_is_over():
    history, applied = after_a_cut(10.4)
    (one,) = follow_up(history, [applied], today=TODAY - pd.Timedelta(days=2), target_cpa=30.0)
    assert (one.observed, one.is_hit) == (None, None)
    assert hit_rates([one])[0]["hit_rate"] is None
