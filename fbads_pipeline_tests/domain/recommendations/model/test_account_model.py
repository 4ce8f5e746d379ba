"""A model that can be kept, named, compared and used again."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from evaluation.decisions.simulator import FIRST_DAY, AccountSettings, simulate
from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.fitting import fit_model, is_better_than
from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve
from fbads_pipeline.domain.recommendations.suggestions import suggest
from fbads_pipeline_tests.support.histories import TODAY, an_account


def test_a_model_survives_json_with_its_version():
    model = fit_model(an_account(), today=TODAY)
    again = AccountModel.from_json(json.loads(json.dumps(model.as_json())))
    assert again == model and again.version == model.version
    assert (model.first_day, model.last_day) == (TODAY - timedelta(days=35), TODAY - timedelta(days=1))
    assert model.evaluation["campaigns"] == 10
    assert replace(model, rate_shape=9.9).version != model.version


def test_another_schema_is_refused():
    with pytest.raises(ValueError, match="schema 7"):
        AccountModel.from_json(fit_model(an_account(), today=TODAY).as_json() | {"schema": 7})


def test_an_old_version_can_judge_again():
    model = fit_model(an_account(), today=TODAY)
    found = suggest(an_account(), today=TODAY, target_cpa=30.0, model=model)
    assert {one.campaign_id: one.action for one in found}["dear"] == "PAUSE"


def test_a_worse_refit_is_not_promoted():
    world = AccountSettings(seed=4, campaigns=60)
    history, today = simulate(world).history(world.past_days), FIRST_DAY + timedelta(days=world.past_days)
    good = fit_model(history, today=today)
    bad = replace(
        good, maturity=MaturityCurve(fast=0.05, delay_days=20.0), mean_rate=good.mean_rate * 8, rate_shape=25.0
    )
    promoted, figures = is_better_than(bad, good, history, today=today)
    assert not promoted and figures["candidate"] > figures["current"]
    assert is_better_than(good, bad, history, today=today)[0]
    assert is_better_than(good, None, history, today=today)[0]


def test_the_curve_that_made_the_delays_is_found():
    for fast, delay in ((0.3, 4.0), (0.6, 1.2)):
        world = AccountSettings(seed=8, campaigns=200, fast_share=fast, delay_days=delay, drift=0.0)
        model = fit_model(simulate(world).history(world.past_days), today=FIRST_DAY + timedelta(days=world.past_days))
        for age in (1, 3, 7):
            truth = MaturityCurve(fast, delay).at([age])[0]
            assert model.maturity.at([age])[0] == pytest.approx(truth, abs=0.08)
