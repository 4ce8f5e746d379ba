"""A plan that lost a part of its question cannot be made into an answer."""

from dataclasses import replace

import pytest

from fbads_pipeline.domain.chat.completeness import CompletePlan, LostMentions
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline_tests.support.asking import planned

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
    with pytest.raises(LostMentions):
        CompletePlan(planned(question))


def test_states_of_now_do_not_answer_for_other_days():
    with pytest.raises(LostMentions):
        CompletePlan(planned("quais campanhas estavam pausadas na semana passada?"))
