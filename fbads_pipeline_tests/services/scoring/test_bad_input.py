"""What real accounts bring: no budget, next to no conversion, everything stopped, gaps; nothing is made up from it."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from fbads_pipeline.domain.recommendations.model.fitting import fit_model
from fbads_pipeline.domain.scoring.account_performance import HISTORY_DAYS
from fbads_pipeline.services.scoring.score_campaigns import score_account
from fbads_pipeline_tests.support.fake_performance import TODAY, a_performance, same_target
from fbads_pipeline_tests.support.histories import a_campaign


def scored(history, **changes):
    seen = replace(a_performance(), history=history, **changes)
    return score_account(seen, same_target(seen), fit_model(seen.by_goal()[0].history, today=seen.today))


def proposed(found):
    return {one.campaign_id: one.action for one in found.proposals}


def campaigns(**conversions):
    made = [a_campaign(name, days=HISTORY_DAYS, conversions=each, until=TODAY) for name, each in conversions.items()]
    return pd.concat(made, ignore_index=True)


def test_a_budget_of_zero_is_no_budget_and_is_never_raised():
    history = campaigns(good=8.0, bad=0.2)
    found = scored(history.assign(daily_budget=0.0))
    assert proposed(found) == {"bad": "PAUSE"}
    assert found.reallocation is None


def test_one_conversion_in_sixty_days_makes_no_score_and_no_certainty():
    history = campaigns(one=0.0, usual=4.0)
    history.loc[history["campaign_id"].eq("one"), "spend"] = 1.0
    row = history.index[history["campaign_id"].eq("one")][20]
    history.loc[row, "conversions"] = 1.0
    found = scored(history)
    (score,) = (one for one in found.scores if one.campaign_id == "one")
    assert (score.total, score.why_not) == (None, "not enough data")
    assert "one" not in proposed(found)


def test_where_everything_is_stopped_nothing_is_suggested_and_each_says_why():
    found = scored(campaigns(good=8.0, bad=0.2).assign(status="PAUSED"))
    assert (proposed(found), found.reallocation) == ({}, None)
    assert set(found.withheld.values()) == {"not delivering"}


def test_an_account_without_conversions_by_nature_is_left_alone():
    history = campaigns(reach=0.0, views=0.0)
    found = scored(history, objectives={"reach": "OUTCOME_AWARENESS", "views": "OUTCOME_ENGAGEMENT"})
    assert (proposed(found), found.reallocation) == ({}, None)
    assert set(found.withheld.values()) == {"another goal"}
    assert {one.why_not for one in found.scores} == {"not enough data"}


def test_a_campaign_that_changes_its_goal_is_judged_by_neither():
    history = campaigns(good=8.0, bad=0.2)
    assert proposed(scored(history))["bad"] == "PAUSE"
    found = scored(history, objectives={"bad": "OUTCOME_AWARENESS"})
    assert "bad" not in proposed(found) and found.withheld["bad"] == "another goal"


@pytest.mark.parametrize(("gap", "is_assessed"), [((10, 11), True), ((8, 20), False), ((1, 2), False)])
def test_days_missing_in_the_middle_are_no_days_without_delivery(gap, is_assessed):
    days = {TODAY - timedelta(days=age) for age in range(gap[0], gap[1] + 1)}
    history = campaigns(good=8.0, bad=0.2)
    left = history[~history["date"].isin(days)]
    found = scored(left, unread=frozenset(days))
    assert bool(proposed(found)) is is_assessed
    if not is_assessed:
        assert set(found.withheld.values()) == {"not read"} and found.reallocation is None
        assert {one.why_not for one in found.scores} == {"not read"}
        return
    for one in found.proposals:
        whole = {two.campaign_id: two for two in scored(history).proposals}[one.campaign_id]
        assert one.action == whole.action, "a gap alone changes no verdict"


def test_todays_figures_and_later_ones_are_not_part_of_it():
    history = campaigns(good=8.0, bad=0.2)
    later = a_campaign("good", days=3, conversions=0.0, spend=9_999.0, until=TODAY + timedelta(days=3))
    assert proposed(scored(pd.concat([history, later], ignore_index=True))) == proposed(scored(history))


def test_a_lead_campaign_beside_purchase_campaigns_is_estimated_by_itself():
    """Its conversions are ten times as many and as cheap: pooled with the others it would move their prior."""
    shops = campaigns(shop=2.0, store=2.0, outlet=1.8)
    leads = campaigns(leads=20.0)
    both = pd.concat([shops, leads], ignore_index=True)
    goals = {"leads": "lead"}
    found, alone = scored(both, goals=goals), scored(shops)
    assert {one.campaign_id for one in found.scores} == {"shop", "store", "outlet", "leads"}
    apart = {one.campaign_id: (one.total, one.parts) for one in found.scores}
    assert {name: apart[name] for name in ("shop", "store", "outlet")} == {
        one.campaign_id: (one.total, one.parts) for one in alone.scores
    }
    pooled = {one.campaign_id: (one.total, one.parts) for one in scored(both).scores}
    assert pooled["shop"] != apart["shop"]
    accounts_cpa = [one for one in found.trends if one.campaign_id == "" and one.metric == "cpa"]
    assert accounts_cpa == [] and any(one.campaign_id == "" and one.metric == "spend" for one in found.trends)
    assert {one.campaign_id for one in found.trends if one.metric == "cpa"} == {"shop", "store", "outlet", "leads"}


def test_a_campaign_is_withheld_by_its_own_goal_and_not_by_the_accounts():
    history = campaigns(shop=2.0, leads=20.0)
    aims = {"shop": "OUTCOME_SALES", "leads": "OUTCOME_LEADS"}
    assert scored(history, objectives=aims).withheld == {"leads": "another goal"}
    assert scored(history, objectives=aims, goals={"leads": "lead"}).withheld == {}
