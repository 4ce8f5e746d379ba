"""Short series: what can be found in them, and from when on."""

import numpy as np
import pytest

from fbads_pipeline.domain.anomalies.detectors.series import detect_series, rows_needed

DAY = 86_400.0


def daily(rows: int, seed: int) -> np.ndarray:
    """A weekly pattern and 15 % of noise."""
    rng = np.random.default_rng(seed)
    weekend = np.where(np.arange(rows) % 7 >= 5, 0.6, 1.0)
    return 200.0 * weekend * rng.lognormal(0, 0.15, rows)


@pytest.mark.parametrize("at", [20, 45, 59])
def test_one_day_of_sixty_at_eight_times_the_usual_speaks(at):
    values = daily(60, 3)
    values[at] = 8 * 200.0
    _, alerts = detect_series(values, DAY)
    assert np.flatnonzero(alerts).tolist() == [at]


def test_two_that_are_ten_days_apart_both_speak():
    values = daily(60, 4)
    values[[30, 40]] = 1600.0
    assert np.flatnonzero(detect_series(values, DAY)[1]).tolist() == [30, 40]


@pytest.mark.parametrize("step", [DAY, 3600.0])
def test_calm_short_series_say_nothing(step):
    said = sum(detect_series(daily(100, seed), step)[1].sum() for seed in range(20))
    assert said <= 1


def test_the_first_rows_are_too_few_to_assess():
    values = daily(60, 5)
    needed = rows_needed(DAY)
    values[needed - 1] = 1600.0
    assert detect_series(values, DAY)[1].sum() == 0


@pytest.mark.parametrize(("step", "said"), [(300.0, 1), (3600.0, 2)])
def test_two_bursts_within_ten_hours_are_one_alert(step, said):
    rng = np.random.default_rng(6)
    values = 200.0 * rng.lognormal(0, 0.1, 3000)
    values[[2000, 2100]] = 4000.0
    assert detect_series(values, step)[1][2000:2101].sum() == said
