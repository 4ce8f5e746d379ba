"""Which target a campaign is assessed against: the narrowest scope that says something, on a given day."""

import re
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.clients.targets import (
    EffectiveTarget,
    Target,
    Targets,
    UnusableTarget,
    parse_amount,
    parse_margin,
)

DAY = date(2026, 11, 10)


def target(**values):
    return Target(**{"account_id": "1", "currency": "BRL", "valid_from": DAY, **values})


def of(targets, campaign="7", name="[VENDAS] Natal", day=DAY, currency="BRL", default=D(50)):
    return Targets(targets).of_campaign(campaign, name, day, currency=currency, default_cpa=default)


def test_without_targets_the_settings_limit_holds_and_says_so():
    assert of([]) == EffectiveTarget("BRL", cpa=D(50), is_default=True)
    assert of([]).goal == "cpa"
    assert of([], default=None).goal is None


def test_the_narrowest_scope_wins_field_by_field():
    targets = [
        target(cpa=D(30), goal_family="lead", monthly_budget=D(9000)),
        target(name_pattern="[vendas]*", roas=D(4)),
        target(campaign_id="8", cpa=D(12)),
    ]
    assert of(targets) == EffectiveTarget("BRL", "lead", None, D(4))
    assert of(targets).goal == "roas"
    assert of(targets, campaign="8") == EffectiveTarget("BRL", "lead", D(12), None)
    assert of(targets, name="Tráfego") == EffectiveTarget("BRL", "lead", D(30), None)
    assert Targets(targets).of_account(DAY, currency="BRL") == EffectiveTarget("BRL", "lead", D(30), None, D(9000))


def test_a_goal_of_its_own_belongs_to_the_campaigns_that_a_narrower_target_names():
    names = {"7": "[VENDAS] Natal", "8": "[LEADS] Feira", "9": "[LEADS] Black", "10": None}
    targets = [
        target(goal_family="purchase"),
        target(name_pattern="[leads]*", goal_family="lead"),
        target(campaign_id="9", goal_family="registration"),
        target(name_pattern="[vendas]*", cpa=D(9)),
    ]
    assert Targets(targets).goals(names, DAY) == {"8": "lead", "9": "registration"}
    assert of(targets, campaign="8", name=names["8"]).goal_family == "lead"
    assert Targets(targets).goals(names, DAY - timedelta(days=1)) == {}
    ended = [*targets, target(campaign_id="9", valid_from=DAY + timedelta(days=3))]
    assert Targets(ended).goals(names, DAY + timedelta(days=3)) == {"8": "lead", "9": "lead"}


def test_a_monthly_budget_is_of_its_scope_as_a_whole():
    targets = [
        target(monthly_budget=D(9000)),
        target(campaign_id="7", monthly_budget=D(400)),
        target(name_pattern="[vendas]*", monthly_budget=D(5000)),
        target(name_pattern="[leads]*", monthly_budget=D(50), currency="USD"),
    ]
    found = Targets(targets).monthly_budgets(DAY, currency="BRL")
    assert [(one.scope, one.monthly_budget) for one in found] == [
        (("pattern", "[vendas]*"), 5000),
        (("campaign", "7"), 400),
    ]
    assert of(targets).monthly_budget == 400
    assert of(targets, campaign="8").monthly_budget is None
    two_budgets = [target(name_pattern="[ab]*", monthly_budget=D(1)), target(name_pattern="[ba]*", monthly_budget=D(2))]
    assert Targets(two_budgets).conflicts({"7": "[ab]x", "8": "[ba]x"}, DAY) == []


def test_a_margin_is_the_roas_that_breaks_even():
    margin = of([target(margin=D("0.4"))])
    assert (margin.goal, margin.lowest_roas, margin.cpa) == ("roas", D("2.5"), None)
    assert of([target(margin=D("0.4")), target(campaign_id="7", roas=D(4))]).lowest_roas == 4
    assert parse_margin("12,5 %") == D("0.125")


def test_a_pattern_is_text_and_not_an_expression():
    targets = [target(name_pattern="[VENDAS]*(2026)", cpa=D(1))]
    assert of(targets, name="[vendas] Natal (2026)").cpa == 1
    assert of(targets, name="V").cpa == 50
    assert of(targets, name=None).cpa == 50
    hostile = [target(name_pattern="a*a*a*a*a*b", cpa=D(1))]
    assert of(hostile, name="a" * 2000).cpa == 50


def test_targets_hold_from_their_day_until_another_takes_over_and_history_stays():
    targets = [
        target(cpa=D(30)),
        target(cpa=D(40), valid_from=DAY + timedelta(days=10), valid_until=DAY + timedelta(days=12)),
        target(valid_from=DAY + timedelta(days=20)),
    ]
    shown = {days: of(targets, day=DAY + timedelta(days=days)).cpa for days in (-1, 0, 9, 10, 12, 13, 20, 400)}
    assert shown == {-1: 50, 0: 30, 9: 30, 10: 40, 12: 40, 13: 30, 20: 50, 400: 50}


def test_a_target_in_another_currency_is_not_applied_and_is_named():
    targets = [target(cpa=D(30)), target(name_pattern="[VENDAS]*", cpa=D(9))]
    assert of(targets, currency="USD") == EffectiveTarget("USD", cpa=D(50), is_default=True)
    assert Targets(targets).in_other_currency(DAY, "USD") == targets
    assert Targets(targets).in_other_currency(DAY, "BRL") == []


def test_patterns_that_contradict_each_other_are_named_and_the_more_literal_one_wins():
    targets = [target(name_pattern="*natal*", cpa=D(20)), target(name_pattern="[vendas]*", cpa=D(10))]
    (conflict,) = Targets(targets).conflicts({"7": "[VENDAS] Natal", "8": "Natal"}, DAY)
    assert (conflict.campaign_id, conflict.patterns, conflict.wins) == ("7", ("[vendas]*", "*natal*"), "[vendas]*")
    assert of(targets).cpa == 10
    same = [target(name_pattern="*natal*", cpa=D(20)), target(name_pattern="[vendas]*", cpa=D(20))]
    assert Targets(same).conflicts({"7": "[VENDAS] Natal"}, DAY) == []


@given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_a_pattern_matches_as_its_expression_would(pattern, name):
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
    try:
        one = target(name_pattern=pattern, cpa=D(1))
    except UnusableTarget:
        return
    assert one.is_for("7", name) == expected


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"campaign_id": "7", "name_pattern": "a*"}, "one campaign or for a pattern"),
        ({"campaign_id": "act_7"}, "no campaign id"),
        ({"name_pattern": "*"}, "needs some text"),
        ({"name_pattern": "a*b*c*d*e*f*"}, "at most 200 characters and 5 stars"),
        ({"cpa": D(3), "roas": D(2)}, "a CPA, a ROAS or a margin, one of them"),
        ({"cpa": D(0)}, "0 must be above zero"),
        ({"monthly_budget": D(0)}, "0 must be above zero"),
        ({"roas": D("nan")}, "NaN must be above zero"),
        ({"currency": "real"}, "no currency such as BRL"),
        ({"valid_until": DAY - timedelta(days=1)}, "before the first day"),
        ({"margin": D("1.2")}, "a margin of 120.0% is above 100%"),
        ({"margin": D("0.4"), "cpa": D(3)}, "one of them"),
    ],
)
def test_what_cannot_be_a_target_is_refused_with_what_to_change(values, sentence):
    with pytest.raises(UnusableTarget) as refused:
        target(**values)
    assert sentence in translator().render(refused.value.message, "en")
    assert translator().render(refused.value.message, "pt")


@pytest.mark.parametrize(
    ("text", "amount"),
    [("30", D(30)), (" 12.5 ", D("12.5")), ("12,5", D("12.5")), ("1.234,56", D("1234.56")), ("1,234.56", D("1234.56"))],
)
def test_amounts_are_read_as_people_type_them(text, amount):
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["1.234", "1,2,3", "-3", "R$ 30", "", "nan", "1e5"])
def test_what_is_ambiguous_or_no_number_is_refused(text):
    with pytest.raises(UnusableTarget):
        parse_amount(text)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([{}, {"campaign_id": "7"}, {"name_pattern": "*natal*"}, {"name_pattern": "[v*"}]),
            st.sampled_from([{"cpa": D(5)}, {"roas": D(2)}, {}]),
            st.integers(-3, 3),
        ),
        max_size=8,
    )
)
def test_one_goal_at_most_and_always_one_of_those_that_were_set(made):
    targets = [target(**scope, **values, valid_from=DAY + timedelta(days=shift)) for scope, values, shift in made]
    found = of(targets, name="[V] natal")
    assert (found.cpa is None) != (found.roas is None)
    held = {(one.cpa, one.roas) for one in targets if one.valid_from <= DAY}
    assert found.is_default or (found.cpa, found.roas) in held
