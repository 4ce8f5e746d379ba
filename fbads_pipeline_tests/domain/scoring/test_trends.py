"""Level, slope and change points of known series."""

import numpy as np
import pytest

from fbads_pipeline.domain.scoring.trends import trends_of


def test_a_steady_fall_has_its_slope_and_a_level():
    noise = np.random.default_rng(1).normal(0, 0.01, 28)
    found = trends_of((100 * 0.97 ** np.arange(28) * np.exp(noise))[None, :])
    assert found.slope[0] == pytest.approx(-0.03, abs=0.003)
    assert found.level[0] == pytest.approx(100 * 0.97**27, rel=0.03)
    assert found.p_falling[0] > 0.999


def test_a_step_is_found_where_it_is():
    noise = np.random.default_rng(2).normal(0, 0.05, 28)
    found = trends_of((np.where(np.arange(28) < 18, 10.0, 6.0) * np.exp(noise))[None, :])
    assert found.changed_at[0] == 18 and found.shift[0] == pytest.approx(-0.4, abs=0.05)


def test_noise_alone_seldom_has_a_change_point():
    noise = np.random.default_rng(3).normal(0, 0.2, (2_000, 28))
    assert (trends_of(np.exp(noise)).changed_at >= 0).mean() < 0.05


@pytest.mark.parametrize("series", [np.zeros(28), np.full(28, np.nan), np.ones(5)])
def test_what_is_not_known_has_no_trend(series):
    found = trends_of(series[None, :])
    assert np.isnan(found.level[0]) and found.changed_at[0] == -1


def test_a_constant_series_neither_falls_nor_changes():
    found = trends_of(np.full((1, 28), 7.0))
    assert (found.level[0], found.slope[0], found.changed_at[0]) == (pytest.approx(7.0), pytest.approx(0.0), -1)
