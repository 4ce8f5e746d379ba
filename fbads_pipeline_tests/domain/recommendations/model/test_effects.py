"""Campaigns are drawn in blocks: what stands beside a campaign must not show in its figures."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from fbads_pipeline.domain.recommendations.model.campaign_history import read_history
from fbads_pipeline.domain.recommendations.model.effects import FACTORS, PAUSE, UP, effects_of
from fbads_pipeline.domain.recommendations.model.posterior import fit_posterior
from fbads_pipeline_tests.support.histories import TODAY, a_campaign

TARGET = 30.0
COLUMN = {factor: place for place, factor in enumerate(FACTORS)}


@pytest.fixture(scope="module")
def history():
    """Forty campaigns from dear to cheap; every third leaves money over, every fifth has no budget of its own."""
    return pd.concat(
        [
            a_campaign(
                f"c{one:02}",
                conversions=1.0 + one % 9,
                budget=None if one % 5 == 4 else 100.0 / (0.6 if one % 3 == 2 else 0.99),
            )
            for one in range(40)
        ]
    )


@pytest.fixture(scope="module")
def posterior(history):
    return fit_posterior(read_history(history, TODAY))


def effects(posterior, rows):
    names = tuple(f"c{one:02}" for one in range(40))
    return effects_of(posterior, names, np.array(rows, dtype=np.int64), today=TODAY, target_cpa=TARGET)


def test_a_campaign_alone_has_the_figures_it_has_among_forty(posterior):
    together = effects(posterior, range(40))
    for row in (0, 2, 4, 17, 39):
        alone = effects(posterior, [row])
        for name in ("low", "mean", "high", "p_gain", "p_above_target", "cpa"):
            assert np.array_equal(getattr(alone, name)[0], getattr(together, name)[row], equal_nan=True), name


def test_figures_stand_at_their_campaign_whatever_the_order_of_rows(posterior):
    there, back = effects(posterior, range(40)), effects(posterior, range(39, -1, -1))
    assert np.array_equal(there.mean, back.mean[::-1], equal_nan=True)
    assert np.unique(there.mean[:, COLUMN[UP]]).size == 40


def test_a_pause_gains_as_often_as_the_cpa_is_above_the_target(posterior):
    found = effects(posterior, range(40))
    assert np.array_equal(found.p_gain[:, COLUMN[PAUSE]], found.p_above_target)
    assert (found.low <= found.high).all() and (found.cpa[:, 0] <= found.cpa[:, 2]).all()


def test_rows_in_disorder_and_days_told_twice_read_the_same(history):
    ordered = read_history(history, TODAY)
    again = history[history["date"] >= TODAY - timedelta(days=9)]
    mixed = read_history(pd.concat([again, history]).sample(frac=1.0, random_state=3), TODAY)
    for name, values in vars(ordered).items():
        np.testing.assert_array_equal(values, getattr(mixed, name), err_msg=name)


def test_of_a_day_told_twice_the_larger_figures_count(history):
    twice = pd.concat([history, history.head(1).assign(spend=250.0), history.head(1).assign(spend=180.0)])
    assert read_history(twice, TODAY).spend[0] == 250.0
