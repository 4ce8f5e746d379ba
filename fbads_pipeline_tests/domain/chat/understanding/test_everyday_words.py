"""Everyday ways to ask: letters drawn out, "off", what drags a figure down, back to a metric, a change of months."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.completeness import lost_mentions
from fbads_pipeline.domain.chat.lexicon.slips import shortened
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Clarification, Plan, Refusal
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.wording.rewording import reworded
from fbads_pipeline_tests.support.asking import LEXICON, TODAY, planned, understood

LANGUAGES = st.sampled_from(["pt", "en"])
METRICS = {
    "pt": {
        "o ROAS": "roas",
        "o CPA": "cpa",
        "as vendas": "purchases",
        "o CTR": "ctr",
        "o faturamento": "purchase_value",
    },
    "en": {"the ROAS": "roas", "the CPA": "cpa", "sales": "purchases", "the CTR": "ctr", "revenue": "purchase_value"},
}
PLAIN = {
    "pt": ["gasto de ontem", "vendas da semana passada", "cliques de hoje", "faturamento do mês passado"],
    "en": ["spend yesterday", "sales last week", "clicks today", "revenue last month"],
}


@given(LANGUAGES, st.data())
def test_letters_drawn_out_change_nothing(language, data):
    question = data.draw(st.sampled_from(PLAIN[language]))
    place = data.draw(st.sampled_from([at for at, letter in enumerate(question) if letter.isalpha()]))
    longer = question[: place + 1] + question[place] * data.draw(st.integers(2, 6)) + question[place + 1 :]
    made, plain = planned(longer), planned(question)
    assert (made.metrics, made.period, made.dimensions) == (plain.metrics, plain.period, plain.dimensions)


@pytest.mark.parametrize("word", ["off", "less", "fee", "press", "impressions", "access"])
def test_a_word_that_ends_in_a_letter_twice_is_itself(word):
    assert shortened(word) == ()


DRIVERS = {
    "pt": [("quem tá puxando {} pra baixo", "down"), ("o que tá puxando {} pra cima", "up"),
           ("qual campanha tá jogando {} pra baixo", "down"), ("quem tá derrubando {}", None),
           ("o que tá prejudicando {}", None)],
    "en": [("what's dragging {} down", "down"), ("which campaign is pulling {} down", "down"),
           ("what's pushing {} up", "up"), ("what is hurting {}", None), ("who is killing {}", None)],
}  # fmt: skip


@given(LANGUAGES, st.data())
def test_what_drags_a_figure_is_a_question_for_its_reasons(language, data):
    said, metric = data.draw(st.sampled_from(sorted(METRICS[language].items())))
    form, premise = data.draw(st.sampled_from(DRIVERS[language]))
    made = planned(f"{form.format(said)} {'semana passada' if language == 'pt' else 'last week'}")
    assert (made.intent, made.metrics, made.premise) == ("why", (metric,), premise)


MONTHS = {"pt": ["agosto", "setembro", "outubro", "novembro"], "en": ["August", "September", "October", "November"]}
MOVES = {
    "pt": ("{} {} de {} {} {}", ["caiu", "subiu", "aumentou", "melhorou"], ["a", "pra", "até"]),
    "en": ("did {} {} from {} {} {}", ["fall", "rise", "go up", "improve"], ["to", "until"]),
}


@given(LANGUAGES, st.integers(0, 2), st.data())
def test_a_change_from_one_month_to_another_has_two_stretches(language, first, data):
    form, moves, joins = MOVES[language]
    later = data.draw(st.integers(first + 1, 3))
    said, metric = data.draw(st.sampled_from(sorted(METRICS[language].items())))
    move, join = data.draw(st.sampled_from(moves)), data.draw(st.sampled_from(joins))
    made = understood(form.format(said, move, MONTHS[language][first], join, MONTHS[language][later]))
    if isinstance(made, Plan):
        assert made.metrics == (metric,) and made.period is not None and made.compare is not None
        assert resolve(made.period, TODAY)[0] == date(2026, 8 + later, 1)
        assert resolve(made.compare, TODAY)[0] == date(2026, 8 + first, 1)


@pytest.mark.parametrize(
    ("question", "weeks"),
    [
        ("o gasto caiu da semana retrasada pra passada", (1, 2)), ("gasto da semana passada vs retrasada", (1, 2)),
        ("o gasto subiu da semana passada pra essa", (0, 1)),
        ("did spend fall from the week before last to last", (1, 2)),
    ],
)  # fmt: skip
def test_a_second_stretch_without_its_unit_has_that_of_the_first(question, weeks):
    made = planned(question)
    monday = TODAY - timedelta(days=TODAY.weekday())
    assert made.period is not None and made.compare is not None
    begun = [resolve(one, TODAY)[0] for one in (made.period, made.compare)]
    assert begun == [monday - timedelta(weeks=one) for one in weeks]


@pytest.mark.parametrize("question", ["gasto passada", "vendas da retrasada retrasada", "o gasto caiu pra passada"])
def test_an_adjective_of_days_is_no_everyday_verb(question):
    made = understood(question)
    assert not isinstance(made, Plan) or made.compare is not None or made.period_is_assumed is False


@given(LANGUAGES, st.integers(0, 6), st.integers(0, 30))
def test_the_weekday_before_is_before_the_days_of_the_question_before(language, weekday, back):
    day = TODAY - timedelta(days=back)
    name = LEXICON.vocabulary.of(language).weekdays[weekday]
    first = {"pt": f"gasto de {day:%d/%m/%Y}", "en": f"spend on {day.isoformat()}"}[language]
    then = {"pt": f"e na {name} anterior?", "en": f"and the {name} before?"}[language]
    made = planned(first, then)
    assert made.period is not None
    found = resolve(made.period, TODAY)[0]
    assert found.weekday() == weekday and found < day and (TODAY - found).days > 0
    assert (day - found).days <= 7 or (TODAY - found).days <= 7


BACK = {
    "pt": [
        ("gasto da Loja Aurora ontem", "e cliques?", "volta pro gasto"),
        ("vendas da Loja Aurora ontem", "e CTR?", "volta pras vendas"),
    ],
    "en": [
        ("Loja Aurora spend yesterday", "and clicks?", "back to spend"),
        ("Loja Aurora sales yesterday", "and CTR?", "ok, back to sales"),
    ],
}


@given(LANGUAGES, st.data())
def test_back_to_a_metric_keeps_the_object_and_the_days(language, data):
    turns = data.draw(st.sampled_from(BACK[language]))
    made, begun = planned(*turns), planned(turns[0])
    assert (made.metrics, made.objects, made.period) == (begun.metrics, begun.objects, begun.period)


@pytest.mark.parametrize(
    ("question", "is_kept"), [("spend of back to school yesterday", True), ("ok, back to spend", False)]
)
def test_words_are_a_name_only_where_the_text_goes_on_with_it(question, is_kept):
    names = ObjectNames([NamedObject("campaign", "1", "2", "Back to School")])
    assert (reworded(question, LEXICON.vocabulary, names) == question) is is_kept


STATES = {
    "pt": [("a {} tá ativa?", "ACTIVE"), ("a {} tá desligada?", "PAUSED"), ("a {} tá no ar?", "ACTIVE")],
    "en": [("is {} off?", "PAUSED"), ("is {} on?", "ACTIVE"), ("is {} still on?", "ACTIVE")],
}  # fmt: skip


@given(LANGUAGES, st.sampled_from(["Back to School", "Loja Aurora", "Coleção Verão | Retargeting | 02"]), st.data())
def test_whether_something_is_on_or_off_is_a_fact_with_a_verdict(language, name, data):
    form, status = data.draw(st.sampled_from(STATES[language]))
    made = planned(form.format(name))
    assert (made.intent, made.facts, made.status) == ("facts", ("status",), status)


@pytest.mark.parametrize(
    "question", ["o que tá pausado?", "quem tá pausado", "what's paused right now?", "what is running?"]
)
def test_a_state_alone_lists_the_campaigns_that_have_it(question):
    made = planned(question)
    assert (made.intent, made.dimensions, made.period) == ("objects", ("campaign",), None) and made.status


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("sales in $ yesterday", "purchase_value"), ("what did Loja Aurora make in sales yesterday", "purchase_value"),
        ("vendas em $ ontem", "purchase_value"), ("what does it cost us to get a sale", "goal_cost:purchase"),
        ("what's it costing us to get a lead", "goal_cost:lead"),
    ],
)  # fmt: skip
def test_money_made_and_money_for_each(question, metric):
    assert planned(question).metrics == (metric,)


@pytest.mark.parametrize(
    "question",
    [
        "homem ou mulher, quem comprou mais ontem na Loja Aurora",
        "mulheres ou homens: quem vira mais lead na Loja Aurora",
    ],
)
def test_who_of_two_parts_is_one_of_them_and_no_campaign(question):
    assert planned(question).dimensions == ("gender",)


@pytest.mark.parametrize(
    "question",
    ["vendas acumuladas por dia em novembro", "running total of spend by day this month",
     "quais campanhas melhoraram o CPA mas gastaram menos na semana passada",
     "campaigns that improved ROAS and spent more last week", "campanhas que tiveram mais vendas que cliques",
     "campaigns with more clicks than sales yesterday", "gasto entre 10 e 12 de outubro e de novembro",
     "soma do gasto do dia 10 e do dia 12"],
)  # fmt: skip
def test_what_no_plan_holds_is_named(question):
    made = understood(question)
    assert isinstance(made, Refusal) or lost_mentions(made), made  # type: ignore[arg-type]


def test_the_others_of_an_account_are_not_those_of_every_account():
    made = understood("gasto da Back to School ontem", "e as outras campanhas da conta?")
    assert not isinstance(made, Plan) or lost_mentions(made)


@given(LANGUAGES, st.data())
def test_some_of_a_metric_is_a_condition(language, data):
    form = data.draw(st.sampled_from({
        "pt": ["campanhas com {} ontem", "campanhas pausadas com {} ontem", "campanhas que tiveram {} ontem"],
        "en": ["campaigns with {} yesterday", "paused campaigns with {} yesterday", "campaigns that got {} yesterday"],
    }[language]))  # fmt: skip
    said, metric = data.draw(st.sampled_from({
        "pt": [("vendas", "purchases"), ("leads", "leads"), ("cliques", "clicks")],
        "en": [("sales", "purchases"), ("leads", "leads"), ("clicks", "clicks")],
    }[language]))  # fmt: skip
    made = planned(form.format(said))
    assert [(one.metric, one.comparison, one.value) for one in made.thresholds] == [(metric, "above", 0)]


@given(st.integers(1, 11))
def test_between_noon_and_a_number_is_the_afternoon(number):
    assert planned(f"vendas entre meio-dia e {number} ontem").hours == (12, 12 + number)


def test_a_bound_on_a_list_keeps_its_metric():
    made = planned("roas por campanha esse mês", "só as com mais de 50 vendas")
    assert made.metrics == ("roas",) and made.thresholds[0].metric == "purchases"


def test_one_and_then_the_other_end_of_an_order_is_one_row():
    made = planned("leads por dia na semana passada", "qual foi o melhor?", "e o pior?")
    assert made.limit == 1 and made.rank is not None and not made.rank.descending


@pytest.mark.parametrize(
    ("question", "is_apart"), [("gasto de ontem e anteontem somados", True), ("gasto de ontem e anteontem", False)]
)
def test_two_days_added_up_are_one_stretch(question, is_apart):
    made = planned(question)
    assert made.period is not None and (made.compare is None)
    first, last = resolve(made.period, TODAY)
    assert (last - first).days == 1


@given(LANGUAGES, st.data())
def test_up_on_the_month_before_is_this_month_beside_it(language, data):
    said, metric = data.draw(st.sampled_from(sorted(METRICS[language].items())))
    form = data.draw(st.sampled_from({
        "pt": ["{} tá acima do mês passado?", "{} tá melhor que no mês passado?", "{} tá abaixo do mês passado?"],
        "en": ["is {} up on last month?", "is {} down from last month?", "is {} better over the previous month?"],
    }[language]))  # fmt: skip
    made = planned(form.format(said))
    assert made.metrics == (metric,) and made.period is not None and made.compare is not None
    begun = [resolve(one, TODAY)[0] for one in (made.period, made.compare)]
    assert begun == [date(2026, 11, 1), date(2026, 10, 1)]


@pytest.mark.parametrize(
    "turns",
    [("vendas da Loja Aurora ontem", "e quanto custou cada uma?"),
     ("Loja Aurora sales yesterday", "what did each one cost?"),
     ("vendas da Loja Aurora ontem", "quanto saiu cada uma?")],
)  # fmt: skip
def test_what_each_one_cost_is_asked_of_what_was_counted_before(turns):
    made, begun = planned(*turns), planned(turns[0])
    assert made.metrics == ("goal_cost:purchase",) and (made.objects, made.period) == (begun.objects, begun.period)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("a Loja Aurora tá se pagando?", "roas da Loja Aurora"),
        ("qual campanha tá desperdiçando verba ontem", "qual campanha gastou sem conversões ontem"),
        ("which campaigns are wasting budget this month", "which campaigns spent with no conversions this month"),
        ("o que não tá vendendo ontem", "quais campanhas não venderam ontem"),
        ("quanto custou 1 lead ontem", "quanto custou cada lead ontem"),
        ("como fechou outubro na Loja Aurora", "como foi outubro na Loja Aurora"),
        ("quantas vezes a galera compra por dia", "quantas vezes compra por dia"),
        ("what did Loja Aurora make yesterday", "revenue of Loja Aurora yesterday"),
        ("top line for Loja Aurora last week", "overview of Loja Aurora last week"),
        ("how much do we spend a day on average", "how much do we spend per day on average"),
        ("of the landing page views yesterday, what share turned into purchases",
         "of the landing page views yesterday, what percent turned into purchases"),
        ("gasto na última semana fechada", "gasto na semana passada"),
        ("spend in the last full week", "spend last week"),
    ],
)  # fmt: skip
def test_free_words_make_the_plan_of_plain_ones(said, plain):
    made, wanted = understood(said), understood(plain)
    assert type(made) is type(wanted)
    if isinstance(made, Plan) and isinstance(wanted, Plan):
        assert replace(made, language="") == replace(wanted, language="")


@pytest.mark.parametrize(
    "question",
    ["quais as melhores campanhas da Loja Aurora", "what's working at Loja Aurora", "qual anúncio tá bombando esse mês",
     "lista as piores campanhas", "which ads are killing it this week", "o que tá dando resultado na Loja Aurora?"],
)  # fmt: skip
def test_the_best_of_an_unnamed_metric_is_asked_back_and_never_a_list_of_all(question):
    made = understood(question)
    assert isinstance(made, Clarification) and made.kind == "rank_metric"


@pytest.mark.parametrize("question", ["o CPC da Loja Aurora tá alto?", "is the CPC of Loja Aurora high?"])
def test_how_high_a_figure_is_says_nothing_of_what_it_did(question):
    made = planned(question)
    assert made.premise is None and made.metrics == ("cpc",)
    assert planned(question.replace("tá alto", "subiu").replace("high", "up")).premise == "up"


@pytest.mark.parametrize("question", ["which campaigns should I kill", "what ads should we scale"])
def test_what_to_do_is_a_question_for_the_suggestions(question):
    assert planned(question).intent == "suggestions"


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("de quem botou no carrinho, quantos % compraram?", "de quem adicionaram ao carrinho, quantos % compraram?"),
        ("em qual campanha o lead sai mais em conta ontem?", "em qual campanha o lead sai mais barato ontem?"),
        ("quantas pessoas chamaram no zap ontem", "quantas conversas iniciadas ontem"),
        ("quantas vezes a Loja Aurora apareceu ontem?", "impressões da Loja Aurora ontem"),
        ("me passa o geral de ontem", "me passa o resumo de ontem"),
        ("o que gastou e não trouxe nenhuma venda ontem?", "quais campanhas gastou sem vendas ontem?"),
        ("landing page view rate (lpv / link clicks) yesterday", "lpv per link clicks yesterday"),
        ("how often is each person seeing Back to School, yesterday", "frequency of Back to School yesterday"),
        ("how is Loja Aurora's money split by campaign, in percent", "share of Loja Aurora's spend by campaign"),
    ],
)  # fmt: skip
def test_further_free_words_make_the_figures_of_plain_ones(said, plain):
    made, wanted = planned(said), planned(plain)
    wanted = replace(wanted, premise=made.premise)
    assert replace(made, mentions=(), language="") == replace(wanted, mentions=(), language="")


def test_parts_of_a_whole_are_of_one_metric_and_of_something():
    made = planned("quantos % do gasto e das vendas cada campanha da Loja Aurora teve ontem")
    assert lost_mentions(made)
    asked = understood("quantos % compraram na Loja Aurora ontem?")
    assert isinstance(asked, Clarification) and asked.kind == "dimension"


@pytest.mark.parametrize(
    ("question", "metric"),
    [("tá caro o lead da Loja Aurora?", "goal_cost:lead"), ("o lead encareceu ontem?", "goal_cost:lead"),
     ("a venda barateou na semana passada?", "goal_cost:purchase"), ("leads baratos de ontem", "goal_cost:lead"),
     ("impressões ontem tão caras?", "cpm"), ("are leads getting pricier at Loja Aurora", "goal_cost:lead"),
     ("why are leads so expensive this month?", "goal_cost:lead"), ("quanto o clique encareceu ontem", "cpc"),
     ("meu caro, quantas vendas ontem?", "purchases"), ("caro time, quantos leads ontem", "leads")],
)  # fmt: skip
def test_a_word_of_price_beside_an_event_is_about_what_the_event_costs(question, metric):
    assert planned(question).metrics == (metric,)


def test_who_is_in_a_state_is_no_question_about_the_account():
    assert planned("quem tá pausado na Loja Aurora").intent != "facts"
    assert planned("a Loja Aurora tá pausada?").intent == "facts"
