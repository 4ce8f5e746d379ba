"""What is passed over, what is read in other words, and what is asked back all the same."""

from datetime import date

import pytest

from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import BEGINNING, Clarification, Plan, Refusal
from fbads_pipeline_tests.support.asking import TODAY, planned, understood

FIRST_OF_MONTH, YESTERDAY = date(2026, 11, 1), date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "ignored"),
    [
        ("Client call in 5, what did Loja Aurora spend yesterday?", "client 5"),
        ("não vi venda nenhuma ontem, quantas vendas a loja aurora fez?", "nao nenhuma"),
        ("loja aurora spend yesterday. Boss is furious", "boss is furious"),
    ],
)
def test_talk_around_the_question_is_passed_over_and_named(question, ignored):
    made = planned(question)
    assert made.objects[0].ids == ("100001",) and resolve(made.period, TODAY) == (YESTERDAY, YESTERDAY)
    assert len(made.metrics) == 1 and made.thresholds == made.questioned == ()
    assert not made.ignored or set(made.ignored[0].split()) <= set(ignored.split())


@pytest.mark.parametrize(
    "question",
    ["gasto de campanhas que estagnaram ontem", "spend of boosted ads yesterday", "gasto com influenciador ontem",
     "spend on Acme yesterday", "cliques sem bots ontem", "sales from returning buyers last week",
     "gasto ontem. Só de vídeo", "vendas de assinantes novos ontem"],
)  # fmt: skip
def test_what_could_be_a_condition_is_asked_back(question):
    made = understood(question)
    assert isinstance(made, Clarification | Refusal), made


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("campanhas com cpa acima de duzentos e cinquenta reais ontem", "campanhas com cpa acima de 250 reais ontem"),
        (
            "campaigns that spent over two thousand dollars in October",
            "campaigns that spent over 2000 dollars in October",
        ),
        ("vendas do dia dez ao dia quinze de novembro", "vendas do dia 10 ao dia 15 de novembro"),
        ("did loja aurora outspend", "did loja aurora spent more than"),
    ],
)
def test_numbers_and_phrases_in_other_words(question, same):
    if "outspend" in question:
        names = (" Back to School yesterday", " Back to School yesterday")
        question, same = question + names[0], same + names[1]
    assert type(understood(question)) is type(understood(same))
    if isinstance(understood(same), Plan):
        assert understood(question) == understood(same)


def test_days_without_today_a_beginning_and_the_last_holiday():
    assert resolve(planned("vendas em novembro, sem contar hoje").period, TODAY) == (FIRST_OF_MONTH, YESTERDAY)
    assert resolve(planned("sales this month, not counting today").period, TODAY) == (FIRST_OF_MONTH, YESTERDAY)
    assert planned("quanto a loja aurora gastou desde sempre").period.first == BEGINNING
    assert planned("spend of loja aurora since the beginning").period.first == BEGINNING
    assert planned("gasto no último feriado").period.first == date(2026, 11, 20)
    assert planned("spend on the last public holiday").period.first == date(2026, 11, 20)
    assert resolve(planned("gasto de terça até ontem").period, TODAY) == (date(2026, 11, 17), YESTERDAY)
    made = planned("gasto de ontem contra o domingo anterior")
    assert resolve(made.compare, TODAY)[0] == date(2026, 11, 15)


def test_several_objectives_limit_together_and_a_metric_stays_one():
    assert planned("gasto das campanhas de vendas e de leads ontem").objective == "SALES+LEADS"
    assert planned("spend of sales and traffic campaigns yesterday").objective == "TRAFFIC+SALES"
    made = planned("gasto das campanhas de leads e cliques ontem")
    assert made.objective == "LEADS" and made.metrics == ("spend", "clicks")


def test_a_mean_of_objects_and_what_lies_below_an_object():
    made = planned("em média, cada campanha da loja aurora gastou quanto ontem")
    assert (made.mean_of, made.dimensions, made.metrics) == ("campaign", (), ("spend",))
    assert planned("average cpa per campaign yesterday").dimensions == ("campaign",)
    made = planned("quem mais vendeu na loja aurora ontem?")
    assert (made.dimensions, made.limit, made.rank.metric) == (("campaign",), 1, "purchases")
    assert planned("em qual conta está a Back to School").facts == ("account",)


def test_a_campaign_called_by_a_day_is_a_name():
    assert isinstance(understood("gasto da campanha dia dos pais"), Refusal)
    assert planned("gasto por campanha no dia dos pais").period.first == date(2026, 8, 9)


def test_a_filter_is_taken_off_alone():
    turns = ("gasto da loja aurora ontem", "só as ativas", "tira esse filtro")
    assert planned(*turns).status is None and planned(*turns).objects[0].ids == ("100001",)
    assert planned(*turns[:2], "tira o filtro").objects == ()
