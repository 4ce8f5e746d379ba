"""A plan that lost a part of its question cannot be made into an answer."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.postgres.chat.list_queries import _SQL
from fbads_pipeline.domain.chat.completeness import CHANGING, LIMITED_BY, USED, CompletePlan, LostMentions
from fbads_pipeline.domain.chat.plan import LEVELS, Objects, Plan, Rank, RelativePeriod, Segment, Threshold
from fbads_pipeline_tests.support.asking import planned, understood

WHOLE = "campanhas ativas da Loja Aurora com CPA acima de 50 entre mulheres na semana passada, sem a Back to School"


def test_a_whole_plan_is_complete():
    assert CompletePlan(planned(WHOLE)).plan.excluded


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("objects", "loja aurora"),
        ("excluded", "back to school"),
        ("thresholds", "acima de 50"),
        ("segments", "mulheres"),
        ("status", "ativas"),
        ("period", "na semana passada"),
        ("metrics", "cpa"),
    ],
)
def test_what_a_plan_lost_is_named_and_nothing_is_answered_from_it(field, said):
    plan = planned(WHOLE)
    without = replace(plan, **{field: getattr(Plan("figures"), field)})
    if field == "period":
        without = replace(without, period=plan.period, period_is_assumed=True)
    if field == "metrics":
        without = replace(without, thresholds=(), metrics=("clicks",))
    with pytest.raises(LostMentions) as lost:
        CompletePlan(without)
    assert any(said in one.said for one in lost.value.lost)


def test_one_order_does_not_hold_the_best_and_the_worst():
    with pytest.raises(LostMentions):
        CompletePlan(planned("a melhor e a pior campanha em ROAS na semana passada"))


@pytest.mark.parametrize(
    "question",
    ["gasto de campanhas que começam com C", "gasto vs orçamento este mês", "cpa da Back to School x média da conta"],
)
def test_words_that_only_other_answers_use_are_not_passed_over(question):
    made = understood(question)
    if isinstance(made, Plan):
        with pytest.raises(LostMentions):
            CompletePlan(made)


def test_states_of_now_do_not_answer_for_other_days():
    with pytest.raises(LostMentions):
        CompletePlan(planned("quais campanhas estavam pausadas na semana passada?"))


FILLED = {
    "objects": (Objects("campaign", ("1",), "X"),),
    "excluded": (Objects("campaign", ("1",), "X"),),
    "segments": (Segment("gender", "female"),),
    "without": (Segment("gender", "female"),),
    "thresholds": (Threshold("cpa", "above", Decimal(50)),),
    "questioned": (Threshold("cpa", "above", Decimal(50)),),
    "status": "ACTIVE",
    "objective": "LEADS",
    "weekdays": (6, 7),
    "compare": RelativePeriod("week", 2),
    "rank": Rank("cpa", True),
    "with_shares": True,
    "per_day": True,
    "same_time": True,
    "hours": (6, 12),
    "currency": "BRL",
    "mean_of": "campaign",
}


@pytest.mark.parametrize("intent", USED)
def test_an_answer_that_would_pass_something_over_is_not_made(intent):
    """Each kind of answer goes by a part of the plan; whatever else is in the plan keeps it from being made."""
    assert FILLED.keys() == CHANGING.keys()
    plain = Plan(intent, dimensions=("campaign",) if intent == "objects" else ())
    assert CompletePlan(plain).plan == plain
    for field, value in FILLED.items():
        filled = replace(plain, **{field: value})
        takes_campaigns = LIMITED_BY.get(intent, LEVELS)
        if field not in USED[intent] or (field == "objects" and "campaign" not in takes_campaigns):
            with pytest.raises(LostMentions) as lost:
                CompletePlan(filled)
            assert lost.value.lost[0].said, field
        else:
            assert CompletePlan(filled).plan == filled


def test_a_list_is_limited_by_the_levels_that_its_statement_takes():
    for intent, levels in LIMITED_BY.items():
        if intent in _SQL.texts:
            taken = _SQL[intent].compile().params
            assert {f"{one}_ids" for one in levels} == {f"{one}_ids" for one in LEVELS} & taken.keys(), intent


@pytest.mark.parametrize("plan", [
    Plan("pacing", status="PAUSED"),
    Plan("scores", status="NOT_ACTIVE"),
    Plan("objects", dimensions=("ad",), objective="LEADS"),
    Plan("objects", dimensions=("campaign",), objects=(Objects("ad", ("1",), "X"),)),
    Plan("figures", with_shares=True, compare=RelativePeriod("week", 2)),
])  # fmt: skip
def test_a_field_that_an_answer_takes_in_part_is_not_passed_over_either(plan):
    with pytest.raises(LostMentions):
        CompletePlan(plan)
