"""Periods by name, in the days of whoever chose them."""

from datetime import date

import pytest

from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.periods import LONGEST_PERIOD_DAYS, PERIOD_NAMES, PeriodChoice, chosen_period

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("today", date(2026, 3, 1), date(2026, 3, 1)),
        ("yesterday", date(2026, 2, 28), date(2026, 2, 28)),
        ("7d", date(2026, 2, 22), date(2026, 2, 28)),
        ("14d", date(2026, 2, 15), date(2026, 2, 28)),
        ("28d", date(2026, 2, 1), date(2026, 2, 28)),
        ("30d", date(2026, 1, 30), date(2026, 2, 28)),
        ("month", date(2026, 3, 1), date(2026, 3, 1)),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_named_period_is_of_complete_days_but_for_today_and_this_month(name, since, until):
    chosen = chosen_period(name, None, None, is_compared=True)
    assert chosen == PeriodChoice(name) and chosen.on(TODAY) == DayRange(since, until)


def test_every_name_but_custom_can_be_asked_for():
    found = [name for name in PERIOD_NAMES if chosen_period(name, None, None, is_compared=False) is not None]
    assert found == [name for name in PERIOD_NAMES if name != "custom"]


def test_both_days_make_a_period_of_ones_own_and_nothing_else_does():
    first, last = date(2026, 1, 3), date(2026, 1, 9)
    own = chosen_period("7d", first, last, is_compared=False)
    assert (own.name, own.on(TODAY), own.is_compared) == ("custom", DayRange(first, last), False)
    assert chosen_period("7d", last, first, is_compared=True) is None, "the wrong way round"
    longest = date.fromordinal(first.toordinal() + LONGEST_PERIOD_DAYS)
    assert chosen_period("7d", first, longest, is_compared=True) is None
    assert chosen_period("7d", first, longest.replace(day=longest.day - 1), is_compared=True) is not None
    assert chosen_period("decade", None, None, is_compared=True) is None
