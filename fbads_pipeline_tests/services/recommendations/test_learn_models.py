"""Learning by night: what is kept, what is used, and what came of accepted proposals."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fbads_pipeline.domain.recommendations.model.fitting import fit_model
from fbads_pipeline.domain.recommendations.targets import SettingsTargets
from fbads_pipeline.domain.scoring.account_performance import FittedModel, PromisedEffect
from fbads_pipeline.services.recommendations.learn_models import follow_suggestions, learn, learn_models
from fbads_pipeline.services.scoring.score_campaigns import score_account
from fbads_pipeline_tests.support.fake_performance import TODAY, FakePerformance, a_history, a_performance, same_target
from fbads_pipeline_tests.support.fakes import FakeMarts, FixedClock, PlainLimits, an_account

MARTS = FakeMarts(accounts=[an_account("1")])


def followed(seen, decided):
    performance = FakePerformance(seen)
    performance.accepted = [decided]
    follow_suggestions(MARTS, performance, FixedClock(), SettingsTargets(PlainLimits()))
    return performance.outcomes["s1"]


def accepted(kind="PAUSE", factor=0.0, *, days_ago=10, effect=(500.0, 2_500.0)):
    return PromisedEffect("s1", "1", "9", kind, factor, effect, TODAY - timedelta(days=days_ago), "BRL")


def test_every_night_keeps_one_fit_per_account():
    performance = FakePerformance(a_performance())
    report = learn_models(MARTS, performance, FixedClock())
    assert [(one.account_id, one.is_current, one.reason) for one in report.kept] == [("1", True, "the account's first")]
    assert report.promoted == 1
    again = learn_models(MARTS, performance, FixedClock())
    assert again.kept[0].reason == "the same as the one in use"


def test_a_model_that_foretells_worse_is_kept_but_not_used():
    """Half the conversions of the last week's days before are lost: its rate is far from what came."""
    seen = a_performance()
    good = fit_model(seen.history, today=TODAY)
    history = seen.history.copy()
    old = history["date"].dt.date < TODAY - timedelta(days=7)
    history.loc[old, "conversions"] = (history.loc[old, "conversions"] * 0.1).astype(int)
    kept = learn(replace(seen, history=history), good)
    assert not kept.is_current
    assert kept.reason.endswith("worse, kept but not used")
    assert kept.model.version != good.version


def test_a_model_that_foretells_as_well_is_used():
    seen = a_performance()
    older = fit_model(
        seen.history[seen.history["date"].dt.date < TODAY - timedelta(days=3)], today=TODAY - timedelta(days=3)
    )
    kept = learn(seen, older)
    assert kept.is_current
    assert "used from now on" in kept.reason


def test_any_old_version_can_score_again():
    seen = a_performance()
    performance = FakePerformance(seen)
    old = fit_model(
        seen.history[seen.history["date"].dt.date < TODAY - timedelta(days=9)], today=TODAY - timedelta(days=9)
    )
    performance.save_model(FittedModel("1", old, False, "old"), now=FixedClock().now())
    learn_models(MARTS, performance, FixedClock())
    again = score_account(seen, same_target(seen), performance.model("1", old.version))
    assert again.model_version == old.version
    assert again.scores != score_account(seen, same_target(seen), performance.model("1")).scores


def test_an_accepted_pause_that_held_is_judged():
    seen = a_performance()
    history = seen.history[
        ~((seen.history["campaign_id"] == "9") & (seen.history["date"].dt.date > TODAY - timedelta(days=10)))
    ]
    one = followed(replace(seen, history=history), accepted())
    assert one.state == "judged"
    assert one.outcome.is_hit is True
    assert one.outcome.observed == pytest.approx(7 * (500 - 50 * 500 / 150), rel=0.25)


def test_a_promise_far_from_what_came_is_no_hit():
    seen = a_performance()
    history = seen.history[
        ~((seen.history["campaign_id"] == "9") & (seen.history["date"].dt.date > TODAY - timedelta(days=10)))
    ]
    assert followed(replace(seen, history=history), accepted(effect=(20_000.0, 30_000.0))).outcome.is_hit is False


def test_a_week_that_was_not_read_as_a_whole_is_waited_for():
    seen = a_performance()
    history = seen.history[
        ~((seen.history["campaign_id"] == "9") & (seen.history["date"].dt.date > TODAY - timedelta(days=10)))
    ]
    within, after = (frozenset({TODAY - timedelta(days=age)}) for age in (6, 2))
    assert followed(replace(seen, history=history, unread=within), accepted()).state == "waiting"
    assert followed(replace(seen, history=history, unread=after), accepted()).state == "judged"


def test_a_week_whose_conversions_were_not_reported_cannot_be_judged():
    seen = a_performance()
    raised = a_history({"9": 150.0}, spend=600.0, seed=2)
    history = seen.history.copy()
    mine = (history["date"].dt.date >= TODAY - timedelta(days=10)) & (history["campaign_id"] == "9")
    history.loc[mine, ["spend", "daily_budget"]] = raised[["spend", "daily_budget"]].tail(int(mine.sum())).to_numpy()
    gone = mine & (history["date"].dt.date == TODAY - timedelta(days=8))
    history["conversions"] = history["conversions"].astype(float).mask(gone)
    one = followed(replace(seen, history=history), accepted("BUDGET_UP", 1.2, effect=(-900.0, 100.0)))
    assert (one.state, one.outcome.is_hit) == ("unknown", None)


def test_what_nobody_carried_out_is_not_judged():
    one = followed(a_performance(), accepted())
    assert (one.state, one.outcome) == ("not carried out", None)


def test_seven_days_are_waited_for():
    assert followed(a_performance(), accepted(days_ago=6)).state == "waiting"


@pytest.mark.parametrize(("factor", "state"), [(1.2, "judged"), (0.8, "not carried out")])
def test_a_budget_counts_when_it_moved_the_promised_way(factor, state):
    seen = a_performance()
    raised = a_history({"9": 150.0}, spend=600.0, seed=2)
    at = seen.history["date"].dt.date >= TODAY - timedelta(days=10)
    history = seen.history.copy()
    mine = at & (history["campaign_id"] == "9")
    history.loc[mine, ["spend", "daily_budget"]] = raised[["spend", "daily_budget"]].tail(int(mine.sum())).to_numpy()
    kind = "BUDGET_UP" if factor > 1 else "BUDGET_DOWN"
    assert followed(replace(seen, history=history), accepted(kind, factor, effect=(-900.0, 100.0))).state == state
