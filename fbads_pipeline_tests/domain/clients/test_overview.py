"""The day of clients: what is not known is never a part of a sum, and what is worst comes first."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.clients.overview import AccountWeeks, ClientDay, client_days, days_looked_at, verdict_of
from fbads_pipeline.domain.clients.targets import EffectiveTarget

TODAY = date(2026, 11, 10)
DAYS = [TODAY - timedelta(days=n) for n in range(31)]


def account(account_id="1", currency="BRL", spend=100, conversions=4, **other):
    """Every day read, with the same figures."""
    figures = {"spend": Decimal(spend), "cost": None, "conversions": Decimal(conversions), "purchase_value": Decimal(0)}
    values = {"goal_family": "purchase", **other}
    return AccountWeeks(
        account_id, f"Conta {account_id}", currency, TODAY, dict.fromkeys(DAYS, figures), DAYS, **values
    )


def day(*accounts):
    return ClientDay(None, "Cliente", accounts[0].currency, accounts)


def test_sums_are_of_days_that_were_read_and_reported_or_there_is_none():
    whole = account()
    assert day(whole).total("spend", 7, 1) == 700 and day(whole).total("cpa", 7, 1) == 25
    assert day(whole).total("cost", 7, 1) is None, "no rate is known: never the spend"
    unread = replace(whole, read=[one for one in DAYS if one != DAYS[3]])
    assert day(unread).total("spend", 7, 1) is None and day(unread).total("spend", 2, 1) == 200
    assert day(whole, unread).total("spend", 7, 1) is None, "not the sum of the other account"
    quiet = replace(whole, days={one: whole.days[one] for one in DAYS if one != DAYS[3]})
    assert day(quiet).total("spend", 7, 1) == 600, "a day that was read and has no row delivered nothing"
    without = replace(whole, days={one: {**whole.days[one], "conversions": None} for one in DAYS})
    assert day(without).total("cpa", 7, 1) is None and day(without).total("spend", 7, 1) == 700


def test_results_of_different_goals_are_not_added():
    both = day(account("1"), account("2", goal_family="lead"))
    assert both.total("conversions", 7, 1) is None and both.total("cpa", 7, 1) is None
    assert both.total("spend", 7, 1) == 1400


def test_usual_is_the_same_weekday_of_weeks_that_were_read():
    one = account()
    days = {
        **one.days,
        DAYS[7]: {**one.days[DAYS[7]], "spend": Decimal(40)},
        DAYS[6]: {**one.days[DAYS[6]], "spend": Decimal(999)},
    }
    usual = day(replace(one, days=days)).usual
    assert (usual.low, usual.middle, usual.high) == (40, 100, 100), "yesterday a week ago is another weekday"
    assert day(replace(one, read=[DAYS[0], DAYS[7], DAYS[14]])).usual is None, "two of them are too few"
    begun = {DAYS[7]: one.days[DAYS[7]]}
    assert day(replace(one, days=begun)).usual is None, "three of four weeks spent nothing: no share of zero"
    assert day(replace(one, days={})).usual is None, "nothing is usual of an account that never spent"


@pytest.mark.parametrize(
    ("target", "beside"),
    [
        ({"cpa": Decimal(20)}, Decimal("0.25")),
        ({"cpa": Decimal(50)}, Decimal("-0.5")),
        ({"roas": Decimal(2)}, Decimal(1)),
    ],
)
def test_beside_the_target_is_positive_on_its_bad_side(target, beside):
    assert day(account(target=EffectiveTarget("BRL", **target))).beside_target == beside
    mixed = day(account("1", target=EffectiveTarget("BRL", **target)), account("2"))
    assert mixed.beside_target is None, "one of its accounts has none"


class TestVerdict:
    def verdict(self, *days, problems=0, unlearned=0, is_read=True):
        return verdict_of(days, problems=problems, unlearned=unlearned, is_read=is_read)

    def test_is_as_bad_as_its_worst_part_and_says_the_money_by_currency(self):
        bad = day(account(anomalies=2, critical=1, at_stake=Decimal(480)))
        other = day(account("9", "USD", anomalies=1, at_stake=Decimal(7)))
        found = self.verdict(bad, other, problems=1)
        assert (found.color, found.critical, found.warnings) == ("red", 2, 1)
        assert found.at_stake == {"BRL": 480, "USD": 7}
        assert self.verdict(other).color == "amber"
        assert self.verdict(replace(day(account()), fund="empty")).color == "red"

    def test_is_green_only_where_everything_is_read_and_learned(self):
        quiet = day(account())
        assert self.verdict(quiet).color == "green"
        assert self.verdict(quiet, unlearned=1).color == "learning"
        assert self.verdict(quiet, is_read=False).color == "amber"


def test_a_budget_for_more_accounts_than_are_shown_gives_them_no_daily_amount():
    budget = month_budget(accounts=("1", "2"), daily=50.0)
    assert replace(day(account("1"), account("2")), budget=budget).daily_budget == 50
    assert replace(day(account("1")), budget=budget).daily_budget is None


def month_budget(**given):
    values = {one.name: None for one in fields(MonthBudget)}
    return MonthBudget(**{**values, "name": "Cliente", "currency": "BRL", "state": "on_plan", **given})


def test_clients_come_worst_first_and_two_currencies_of_one_are_two_rows():
    accounts = [account("1"), account("2", anomalies=1), account("3", "USD"), account("4", anomalies=1, critical=1)]
    owners = {"1": (7, "Ana"), "3": (7, "Ana"), "2": (8, "Bia")}
    rows = client_days(accounts, owners, [], {"3": "low"})
    assert [(one.name, one.currency, one.tone()) for one in rows] == [
        ("Conta 4", "BRL", "critical"),
        ("Ana", "USD", "warning"),
        ("Bia", "BRL", "warning"),
        ("Ana", "BRL", None),
    ]


@pytest.mark.parametrize("zone", [-1, 0, 1])
def test_all_days_that_are_asked_for_are_read_wherever_the_account_is(zone):
    today = TODAY + timedelta(days=zone)
    some = days_looked_at(TODAY)
    all_days = [today - timedelta(days=n) for n in range(40)]
    whole = replace(account(), today=today, days=dict.fromkeys(all_days, account().days[TODAY]), read=all_days)
    seen = replace(whole, days={one: whole.days[one] for one in all_days if one in some}, read=some)
    for ask in (lambda one: one.total("spend", 7, 1), lambda one: one.total("cpa", 0), lambda one: one.usual):
        assert ask(day(seen)) == ask(day(whole)) and ask(day(seen)) is not None
