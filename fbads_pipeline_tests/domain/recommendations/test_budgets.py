"""Daily budgets of campaigns, from readings and from the change log."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.budgets import BudgetEdit, BudgetState, daily_budgets

READ = date(2026, 11, 20)


def on(*days: int, campaign: str = "7") -> pd.DataFrame:
    """Rows so many days after the first reading."""
    return pd.DataFrame({"campaign_id": campaign, "date": [READ + timedelta(days=one) for one in days]})


def state(after: int, budget: float | None, name: str = "7", campaign: str = "7", active: bool = True) -> BudgetState:
    return BudgetState(name, campaign, READ + timedelta(days=after), budget, active)


def asked(rows, states, edits=(), has_log=True):
    return list(np.nan_to_num(daily_budgets(rows, states, edits, has_log=has_log), nan=-1.0))


def test_what_was_read_holds_from_its_day_on():
    assert asked(on(0, 1, 2, 3), [state(0, 50.0), state(2, 60.0)]) == [50, 50, 60, 60]


def test_the_log_is_walked_back_before_the_first_reading():
    edits = [BudgetEdit("7", READ - timedelta(days=5), 30.0), BudgetEdit("7", READ - timedelta(days=2), 40.0)]
    assert asked(on(-9, -5, -3, -2, 0), [state(0, 50.0)], edits) == [30, 40, 40, 50, 50]


def test_without_a_log_nothing_is_known_of_the_days_before():
    assert asked(on(-1, 0), [state(0, 50.0)], has_log=False) == [-1, 50]


def test_active_ad_sets_add_up_and_paused_ones_do_not_count():
    states = [
        state(0, None),
        state(0, 20.0, "a"),
        state(0, 30.0, "b", active=False),
        state(1, 30.0, "b"),
        state(3, 20.0, "a", active=False),
    ]
    assert asked(on(-3, 0, 1, 2, 3), states) == [20, 20, 50, 50, 30]


def test_an_ad_set_that_came_later_was_not_there_before():
    assert asked(on(-1, 0, 1), [state(0, None), state(0, 20.0, "a"), state(1, 5.0, "b")]) == [20, 20, 25]


def test_a_campaign_without_any_budget_has_none():
    assert asked(on(0), [state(0, None)]) == [-1]
    assert asked(on(0, campaign="unknown"), [state(0, 10.0)]) == [-1]
    assert asked(on(0), []) == [-1]


def test_rows_keep_their_order_whatever_it_is():
    rows = pd.concat([on(2), on(0, campaign="8"), on(0)])
    assert asked(rows, [state(0, 50.0), state(1, 60.0), state(0, 9.0, "8", "8")]) == [60, 9, 50]
