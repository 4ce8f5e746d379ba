"""The deterministic planner: it understands, goes on, asks, and never guesses."""

from decimal import Decimal

import pytest

from fbads_pipeline.domain.chat.plan import (
    Clarification,
    Plan,
    Rank,
    Refusal,
    RelativePeriod,
    Threshold,
    from_json,
    to_json,
)
from fbads_pipeline_tests.support.asking import planned, understood


def test_a_mistyped_question_is_the_same_question():
    assert planned("qunto gastei na semana pasada") == planned("quanto gastei na semana passada")


@pytest.mark.parametrize(
    "question",
    [
        "quanto gastei ontem na Atlântida",
        "median CPA last week",
        "gasto por cidade ontem",
        "qual o lucro de ontem",
        "spend tomorrow",
        "gasto no dia 31/02",
    ],
)
def test_a_word_without_a_place_ends_in_a_refusal_that_names_it(question):
    refused = understood(question)
    assert isinstance(refused, Refusal) or (isinstance(refused, Clarification) and refused.kind == "word")
    assert refused.about


def test_what_is_left_out_and_what_is_divided_is_understood():
    plan = planned("gasto de todas as campanhas menos a Back to School ontem")
    assert plan.excluded[0].ids == ("1000012",) and plan.objects == ()
    assert planned("spend yesterday except for Back to School").excluded == plan.excluded
    assert planned("cliques por compra ontem").metrics == ("clicks_per_purchases",)
    assert planned("% dos cliques que virou compra ontem").metrics == ("purchases_rate_of_clicks",)
    assert planned("campanhas que não converteram ontem").thresholds == (
        Threshold("conversions", "at_most", Decimal(0)),
    )


def test_a_word_without_a_place_can_be_left_out_and_nothing_else_is():
    asked = understood("cliques da Loja Aurora zonzos ontem por país")
    assert isinstance(asked, Clarification) and asked.kind == "word"
    plan = planned("cliques da Loja Aurora zonzos ontem por país", "1")
    assert plan.objects and plan.dimensions == ("country",) and plan.period == RelativePeriod("day", 1)


def test_best_of_a_cost_is_the_lowest_and_most_is_the_highest():
    assert planned("melhores campanhas por CPA ontem").rank == Rank("cpa", False)
    assert planned("melhores campanhas por ROAS ontem").rank == Rank("roas", True)
    assert planned("campanhas com maior CPA ontem").rank == Rank("cpa", True)


def test_a_bound_is_read_in_the_notation_of_its_language():
    (portuguese,) = planned("campanhas que gastaram mais de R$ 1.500,50 ontem").thresholds
    (english,) = planned("campaigns that spent more than $1,500.50 yesterday").thresholds
    assert (portuguese.value, portuguese.currency) == (Decimal("1500.50"), "BRL")
    assert (english.value, english.currency) == (Decimal("1500.50"), None)


def test_a_name_that_fits_several_is_asked_back():
    asked = understood("CPA da coleção verão ontem")
    assert isinstance(asked, Clarification)
    assert asked.choices == ("Coleção Verão | Prospecting | 01", "Coleção Verão | Retargeting | 02")
    assert planned("CPA da colecao verao retargeting ontem").objects[0].ids == ("1000011",)


def test_a_follow_up_changes_only_what_it_says():
    first = planned("gasto da Loja Aurora na semana passada")
    then = planned("gasto da Loja Aurora na semana passada", "e na semana anterior?")
    assert then.objects == first.objects and then.metrics == ("spend",)
    assert then.period == RelativePeriod("week", 2)
    assert planned("gasto ontem", "só as ativas").status == "ACTIVE"
    assert planned("spend yesterday", "and by country?").dimensions == ("country",)
    assert planned("spend yesterday", "and CTR?").metrics == ("ctr",)
    assert planned("gasto ontem", "por quê?").intent == "why"


def test_the_same_period_before_is_as_long_and_the_month_before_is_whole():
    assert planned("gasto deste mês", "e no mesmo período do mês passado?").period == RelativePeriod("month", 0, back=1)
    assert planned("gasto deste mês", "e no mês anterior?").period == RelativePeriod("month", 1)


def test_stretches_before_are_told_from_the_last_ones():
    plan = planned("spend last 7 days compared to the previous 7 days")
    assert (plan.period, plan.compare) == (RelativePeriod("days", 7), RelativePeriod("days", 7, back=1))


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("quanto custa cada conversão?", "cpa"),
        ("quanto estou pagando por clique?", "cpc"),
        ("spend per conversion", "cpa"),
        ("clique mais caro por país", "cpc"),
    ],
)
def test_what_an_event_costs_is_its_metric(question, metric):
    assert planned(question).metrics == (metric,)


def test_what_moved_most_is_ranked_by_the_change():
    plan = planned("qual campanha teve a maior queda de CTR na semana passada?")
    assert plan.rank == Rank("ctr", False, of_change=True)
    assert plan.compare == RelativePeriod("week", 1, back=1)


def test_a_question_of_its_own_forgets_the_last_one():
    assert planned("gasto da Loja Aurora na semana passada", "quantos cliques tivemos ontem?").objects == ()


@pytest.mark.parametrize(
    "order",
    ["pausa a campanha Back to School", "please increase the budget of Back to School by 20%", "turn off all ads"],
)
def test_an_order_changes_nothing(order):
    assert planned(order).intent == "change_request"


def test_advice_is_no_order():
    assert planned("devo pausar a campanha Back to School?").intent == "suggestions"


def test_a_short_word_never_becomes_a_name():
    assert isinstance(understood("gasto da campanha black ontem"), Refusal)


def test_a_plan_survives_being_kept():
    for question in ("top 5 campanhas por ROAS este mês", "campanhas com CPA acima de R$ 50 de 1 a 15 de outubro"):
        plan = planned(question)
        assert isinstance(plan, Plan)
        assert from_json(to_json(plan)) == plan


@pytest.mark.parametrize(
    "question",
    ["quanto gastei com impostos nos últimos 7 dias?", "qual o valor da fatura com imposto nos últimos 7 dias?",
     "quanto vou pagar para a Meta, com PIS e COFINS, de 13/11 a 19/11?", "gasto bruto ontem", "valor da nota fiscal",
     "quanto foi cobrado ontem?", "how much is my invoice?", "spend including tax yesterday", "what do I owe Meta?"],
)  # fmt: skip
def test_what_is_billed_is_the_cost_with_tax_and_never_what_is_spent(question):
    assert understood(question).metrics == ("cost",)


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("qual o CPA com imposto nos últimos 7 dias?", {"cpa_with_tax"}),
        ("roas com impostos ontem", {"roas_with_tax"}),
        ("quanto gastei sem imposto ontem?", {"spend"}),
        ("valor sem impostos ontem", {"spend"}),
        ("quanto gastei com e sem imposto ontem?", {"spend", "cost"}),
        ("quanto paguei de imposto em outubro?", {"tax"}),
        ("how much tax yesterday?", {"tax"}),
        ("investimento e cpa com imposto por campanha ontem", {"spend", "cpa_with_tax"}),
        ("custo real com imposto ontem", {"cost"}),
    ],
)
def test_with_tax_and_without_are_figures_of_their_own(question, metrics):
    assert set(understood(question).metrics) == metrics


def test_a_reader_who_counts_in_cost_is_answered_in_cost_unless_the_question_says_otherwise():
    assert understood("quanto gastei ontem?", money="cost").metrics == ("cost",)
    assert understood("quanto gastei sem imposto ontem?", money="cost").metrics == ("spend",)
    assert understood("quantos cliques ontem?", money="cost").metrics == ("clicks",)


@pytest.mark.parametrize("question", ["quanto de IOF ontem?", "how much VAT yesterday?"])
def test_a_tax_that_meta_does_not_add_is_not_answered(question):
    assert understood(question).kind == "tax"


@pytest.mark.parametrize(
    "question", ["qual o saldo da conta?", "quanto tenho de crédito?", "valor do boleto", "what's my prepaid balance?"]
)
def test_what_is_left_on_an_account_is_never_taken_for_what_is_spent(question):
    assert understood(question).kind == "balance"


@pytest.mark.parametrize(
    "question", ["quanto faturei ontem?", "quanto estou pagando por clique?", "quanto sobrou de verba este mês?"]
)
def test_revenue_prices_and_budgets_are_no_bill(question):
    assert understood(question).intent in ("figures", "pacing")


@pytest.mark.parametrize(
    "question",
    [
        "quais campanhas estão acima da meta de CPA?",
        "acima da meta?",
        "quais as metas?",
        "qual a meta de CPA da conta?",
        "vou bater a meta?",
        "which campaigns are above the CPA target?",
        "what is our target CPA?",
        "are we on target?",
    ],
)
def test_what_is_asked_about_targets_is_compared_with_them(question):
    assert planned(question).intent == "targets"


@pytest.mark.parametrize(
    "question", ["quanto gastei na Meta ontem?", "qual o CPA ontem?", "campanhas com CPA acima de 50"]
)
def test_the_company_meta_and_plain_limits_are_no_targets(question):
    assert planned(question).intent == "figures"
