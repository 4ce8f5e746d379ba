"""Where a month lands: exact on steady spend, right on noisy months, silent where too little is known."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from statistics import median

import pytest

from evaluation.budgets.__main__ import BARS, back_test
from fbads_pipeline.domain.clients.client import Client, ClientBudget, ClientDetails
from fbads_pipeline.domain.clients.landing import (
    Landing,
    MonthPlace,
    RunningSpend,
    capped,
    exact_daily,
    landing,
    state_of,
    together,
)
from fbads_pipeline.domain.clients.month_budgets import AccountMonth, month_budgets
from fbads_pipeline.domain.clients.tax import BEGINNING, END, TaxPeriod

TODAY = date(2026, 11, 11)
MONTH = MonthPlace(TODAY)
NOON = datetime(2026, 11, 11, 15, tzinfo=UTC)
BRAZIL = [TaxPeriod(BEGINNING, END, D("0.1215"), "BR", "country")]


def steady(amount=100.0, days=60, until=TODAY):
    return {until - timedelta(days=one): amount for one in range(1, days + 1)}


def test_steady_spend_lands_exactly_with_next_to_no_interval_of_noise():
    found = landing(MONTH, [RunningSpend(steady())], 1000.0)
    assert found.mean == pytest.approx(3000) and found.low < 3000 < found.high


def test_a_weekday_profile_is_learned():
    weekly = {day: (50.0 if day.weekday() >= 5 else 120.0) for day in steady()}
    spent = sum(value for day, value in weekly.items() if day.month == 11)
    actual = spent + sum(50.0 if day.weekday() >= 5 else 120.0 for day in MONTH.to_come)
    assert landing(MONTH, [RunningSpend(weekly)], spent).mean == pytest.approx(actual, rel=0.03)


def test_a_campaign_that_ends_spends_until_then_and_one_that_stopped_no_more():
    ending = RunningSpend(steady(40.0), date(2026, 11, 16))
    found = landing(MONTH, [RunningSpend(steady(60.0)), ending], 1000.0)
    assert found.mean == pytest.approx(1000 + 20 * 60 + 5 * 40)


def test_what_today_has_spent_already_is_a_floor():
    assert landing(MONTH, [RunningSpend(steady())], 1000.0, 900.0).mean == pytest.approx(1000 + 900 + 19 * 100)


def test_too_few_read_days_give_no_landing():
    assert landing(MONTH, [RunningSpend(steady(days=4))], 400.0) is None


def test_a_cap_cuts_and_the_exact_daily_amount_lands():
    found = landing(MONTH, [RunningSpend(steady())], 1000.0)
    assert capped(found, 500.0).mean == 1500 and capped(found, None) is found
    assert exact_daily(2000.0, found, MONTH) == pytest.approx(50)
    assert exact_daily(900.0, found, MONTH) is None


@pytest.mark.parametrize(
    ("budget", "low", "mean", "high", "state"),
    [
        (1000, 1100, 1200, 1300, "over"),
        (1000, 950, 1200, 1300, "on_plan"),
        (1000, 1001, 1030, 1100, "on_plan"),
        (1000, 700, 800, 900, "under"),
        (None, 700, 800, 900, "no_budget"),
    ],
)
def test_a_budget_is_off_where_the_whole_interval_is(budget, low, mean, high, state):
    assert state_of(budget, Landing(0, mean, low, high, 0), is_read=True) == state


def test_errors_of_several_accounts_partly_cancel():
    one = Landing(100, 1000, 900, 1100, 78.0**2)
    both = together([one, one])
    assert both.mean == 2000 and both.high - both.mean < 200


@pytest.mark.parametrize(("day", "bar"), [(10, 0.06), (20, 0.03)])
def test_past_months_land_within_the_bar_and_the_interval_holds_four_of_five(day, bar):
    """Median error over seeds of an account whose budget people change once a month, by up to a quarter."""
    found = back_test(day, range(60))
    assert BARS[day] == bar and median(found.errors) < bar and 42 <= round(found.held * 60) <= 57


def account(number="1", amount="100", budget=None, **spend):
    days = {day: D(amount) for day in steady()}
    return AccountMonth(number, f"Conta {number}", "BRL", "America/Sao_Paulo", {**days, **spend.get("changes", {})},
                        budget=budget)  # fmt: skip


def client(number, accounts, budget=None):
    held = None if budget is None else ClientBudget("BRL", D(budget), date(2026, 11, 1))
    return Client(number, ClientDetails(f"Cliente {number}", accounts), 1, "a", NOON, held)


def test_clients_are_listed_worst_first_and_say_what_they_pay():
    accounts = [account("1"), account("2"), account("3", amount="50", budget=D(1500)), account("4")]
    clients = [client(1, ("1", "2"), 6000), client(2, ("4",), 1000)]
    rows = month_budgets(accounts, clients, dict.fromkeys(("1", "2", "4"), BRAZIL), NOON)
    assert [(one.name, one.state) for one in rows] == [
        ("Cliente 2", "over"),
        ("Cliente 1", "on_plan"),
        ("Conta 3", "on_plan"),
    ]
    first = rows[1]
    assert (first.spent, first.budget, first.planned) == (2000, 6000, 2000)
    assert first.daily == pytest.approx(200) and round(first.cost, 2) == D("2276.61")
    assert first.landing_cost == pytest.approx(6000 / 0.8785) and rows[2].cost is None


def test_a_day_that_was_not_read_or_not_reported_gives_no_sum_and_no_alarm():
    whole = account(budget=D(100))
    gap = {day: value for day, value in whole.spend.items() if day != date(2026, 11, 3)}
    unread = AccountMonth("1", "Conta", "BRL", "UTC", gap, budget=D(100))
    (row,) = month_budgets([unread], [], {"1": BRAZIL}, NOON)
    assert (row.state, row.spent, row.cost, row.landing, row.read, row.asked) == ("not_read", None, None, None, 9, 10)
    assert row.missing == (date(2026, 11, 3), date(2026, 11, 3))
    (row,) = month_budgets([account(budget=D(100), changes={date(2026, 11, 3): None})], [], {}, NOON)
    assert (row.state, row.spent) == ("not_read", None)
