"""What limits a question is in its plan, whatever names, days and parts stand beside it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.completeness import CompletePlan, LostMentions
from fbads_pipeline.domain.chat.lexicon.slips import shortened
from fbads_pipeline.domain.chat.periods.hours import find_hours
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Clarification, Plan, Rank, Refusal, RelativePeriod, Segment
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext, plan
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline_tests.support.asking import CATALOGUE, LEXICON, NAMES, TODAY, planned, understood

OCTOBER = RelativePeriod("between", first=date(2026, 10, 1), last=date(2026, 10, 31))
# Language → words that limit → what the plan holds for them.
MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)
WEEKDAYS = {
    "pt": {"nos fins de semana": (6, 7), "aos domingos": (7,), "nas terças e quintas": (2, 4), "toda sexta": (5,),
           "em dias úteis": MONDAY_TO_FRIDAY, "sem contar sábado e domingo": MONDAY_TO_FRIDAY,
           "exceto às segundas-feiras": (2, 3, 4, 5, 6, 7), "de segunda a quarta": (1, 2, 3)},
    "en": {"on weekends": (6, 7), "on Sundays": (7,), "on Tuesdays and Thursdays": (2, 4), "every Friday": (5,),
           "weekdays only": MONDAY_TO_FRIDAY, "excluding Saturdays and Sundays": MONDAY_TO_FRIDAY,
           "without Mondays": (2, 3, 4, 5, 6, 7), "Monday to Wednesday": (1, 2, 3)},
}  # fmt: skip
PARTS = {
    "pt": {"tirando Instagram": ("platform", "instagram"), "sem contar mulheres": ("gender", "female"),
           "exceto Brasil": ("country", "BR")},
    "en": {"excluding Instagram": ("platform", "instagram"), "not counting women": ("gender", "female"),
           "without Brazil": ("country", "BR")},
}  # fmt: skip
STATES = {
    "pt": {"das campanhas ativas": "ACTIVE", "das campanhas que não estão ativas": "NOT_ACTIVE",
           "sem as pausadas": "NOT_PAUSED"},
    "en": {"of active campaigns": "ACTIVE", "of campaigns that are not active": "NOT_ACTIVE",
           "without the paused ones": "NOT_PAUSED"},
}  # fmt: skip
WORDS = {"pt": ("cliques", "em outubro"), "en": ("clicks", "in October")}
LETTERS = st.text("bcdfghjklmnpqrstvwxyz", min_size=5, max_size=9)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), name=LETTERS, language=st.sampled_from(["pt", "en"]))
def test_a_name_days_of_the_week_and_parts_left_out_are_all_held(data, name, language):
    names = ObjectNames(
        [NamedObject("campaign", "9001", "900", f"{name} Zyx"), NamedObject("account", "900", "900", "Q")]
    )
    weekdays = data.draw(st.sampled_from([None, *WEEKDAYS[language]]))
    part = data.draw(st.sampled_from([None, *PARTS[language]]))
    metric, month = WORDS[language]
    of = "da" if language == "pt" else "of"
    said = data.draw(st.permutations([one for one in (f"{of} {name} Zyx", weekdays, part) if one]))
    made = plan(
        normalise(" ".join([metric, *said, month])), PlanningContext(names, CATALOGUE, LEXICON, TODAY, language)
    )
    assert isinstance(made, Plan), made
    assert CompletePlan(made).plan.objects[0].ids == ("9001",) and made.metrics == ("clicks",)
    assert made.weekdays == (WEEKDAYS[language][weekdays] if weekdays else ())
    assert made.without == ((Segment(*PARTS[language][part]),) if part else ())
    assert made.segments == () and made.compare is None and made.period == OCTOBER and made.ignored == ()


@pytest.mark.parametrize("language", ["pt", "en"])
def test_a_state_is_held_or_turned_around(language):
    metric, month = WORDS[language]
    for words, status in STATES[language].items():
        assert CompletePlan(planned(f"{metric} {words} {month}")).plan.status == status, words


def test_a_split_by_days_of_the_week_and_one_day_are_no_limit():
    assert (
        planned("gasto por dia da semana em outubro").weekdays == () == planned("spend by weekday last month").weekdays
    )
    assert (
        planned("vendas no domingo").period == RelativePeriod("day", 1) and planned("vendas no domingo").weekdays == ()
    )
    assert planned("gasto na segunda semana de outubro").period == RelativePeriod(
        "between", first=date(2026, 10, 8), last=date(2026, 10, 14)
    )


@pytest.mark.parametrize(
    "question",
    ["gasto no início de outubro", "quarterly spend", "gasto trimestralmente", "gasto das outras campanhas ontem",
     "gasto ontem de manhã e à noite", "gasto de ontem em setembro", "gasto na virada do mês",
     "gasto do dia 5 de cada mês", "cliques da Coleção Verão de Páscoa"],
)  # fmt: skip
def test_a_word_that_narrows_days_or_objects_is_never_passed_over(question):
    made = understood(question)
    assert isinstance(made, Refusal | Clarification), made


@settings(max_examples=60, deadline=None)
@given(
    first=st.integers(0, 22),
    length=st.integers(1, 12),
    said=st.sampled_from(
        ["das {a}h às {b}h", "entre {a}h e {b}h", "das {a} às {b}", "between {a}:00 and {b}h", "from {a}h to {b}h"]
    ),
)
def test_hours_of_a_day_are_held_as_they_are_said_or_refused(first, length, said):
    last = first + length
    english = said.startswith(("between", "from"))
    words = said.format(a=first, b=last)
    made = understood(f"clicks yesterday {words}" if english else f"cliques de ontem {words}")
    if last > 24:
        assert isinstance(made, Refusal | Clarification), made
    else:
        assert isinstance(made, Plan) and made.hours == (first, last), words
        assert CompletePlan(made).plan.period == RelativePeriod("day", 1)


HOURS = {
    "cliques de ontem de manhã": (6, 12), "cliques ontem à tarde": (12, 18), "cliques de ontem à noite": (18, 24),
    "cliques de ontem de madrugada": (0, 6), "cliques de ontem até as 15h": (0, 15), "cliques ontem até 9:00": (0, 9),
    "cliques ontem depois das 18h": (18, 24), "cliques ontem às 8 da noite": (20, 21),
    "cliques ontem até meio-dia": (0, 12), "clicks yesterday morning": (6, 12), "clicks last night": (18, 24),
    "clicks between 8 and 10pm yesterday": (20, 22), "clicks between 9am and noon yesterday": (9, 12),
    "clicks yesterday until 3pm": (0, 15),
    "clicks yesterday after 12am": (0, 24), "clicks yesterday at 12 pm": (12, 13),
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(day=st.integers(1, 21), language=st.sampled_from(["pt", "en"]))
def test_two_days_side_by_side_are_both_asked_for_each_by_itself(day, language):
    first, last = date(2026, 11, day), date(2026, 11, day + 1)
    made = planned(
        f"cliques em {day}/11 e {day + 1}/11" if language == "pt" else f"clicks on Nov {day} and Nov {day + 1}"
    )
    assert (made.compare, made.dimensions, resolve(made.period, TODAY)) == (None, ("day",), (first, last))
    apart = planned(
        f"cliques em {day}/11 vs {day + 1}/11" if language == "pt" else f"clicks Nov {day} vs Nov {day + 1}"
    )
    assert (resolve(apart.period, TODAY), resolve(apart.compare, TODAY)) == ((last, last), (first, first))


_DAYS = {"segunda": 1, "terça": 2, "quarta": 3, "quinta": 4, "sexta": 5, "sábado": 6, "domingo": 7}


@pytest.mark.parametrize("name", _DAYS)
def test_the_same_day_of_the_week_before_is_a_week_before(name):
    both = planned(f"cliques de {name} comparado com {name} anterior")
    now, before = (resolve(one, TODAY)[0] for one in (both.period, both.compare))
    assert now.isoweekday() == _DAYS[name] and (now - before).days == 7
    assert resolve(planned(f"cliques da {name} anterior").period, TODAY)[0] == now


def test_the_weekend_before_a_weekend_is_the_one_before_it():
    for question in ("cliques do fim de semana vs fim de semana anterior", "weekend clicks vs previous weekend"):
        made = planned(question)
        assert [resolve(one, TODAY)[0].day for one in (made.period, made.compare)] == [21, 14], question


@pytest.mark.parametrize(
    ("question", "metric"),
    [("das visualizações de página de destino, quantos % compraram ontem", "purchases_rate_of_landing_page_views"),
     ("lead rate per click yesterday", "leads_rate_of_clicks"),
     ("how many clicks does it take to get one sale", "clicks_per_purchases"),
     ("quantos cliques precisa pra uma venda", "clicks_per_purchases"), ("quanto tá saindo o lead", "goal_cost:lead"),
     ("cost of getting a lead", "goal_cost:lead"), ("valor por compra ontem", "average_order_value")],
)  # fmt: skip
def test_one_sum_of_another_is_one_figure_and_no_two(question, metric):
    assert planned(question).metrics == (metric,)


def test_a_percentage_that_no_figure_holds_is_refused():
    with pytest.raises(LostMentions):
        CompletePlan(planned("taxa de cliques, impressões e ontem"))


def test_a_unit_after_of_the_is_a_period_and_no_split():
    for question in ("melhor conta do mês em roas", "best account of the month by roas"):
        made = planned(question)
        assert (made.dimensions, made.period) == (("account",), RelativePeriod("month", 0)), question


@pytest.mark.parametrize("question", HOURS)
def test_parts_of_a_day_and_clocks_are_hours_of_that_day(question):
    made = planned(question)
    assert (made.hours, made.period) == (HOURS[question], RelativePeriod("day", 1))
    assert CompletePlan(made).plan.metrics == ("clicks",)


@pytest.mark.parametrize(
    "question", ["boa tarde, cliques de ontem", "bom dia! cliques de ontem", "boa noite cliques de ontem"]
)
def test_a_greeting_is_no_part_of_the_day(question):
    made = understood(question)
    assert not isinstance(made, Plan) or made.hours is None


@pytest.mark.parametrize(
    ("question", "currency"),
    [("gasto de ontem em dólar", "USD"), ("gasto de ontem em R$", "BRL"), ("spend of accounts in BRL yesterday", "BRL"),
     ("quantos reais gastei ontem", "BRL"), ("spend yesterday in USD", "USD"),
     ("campanhas com gasto acima de 50 dólares ontem", None)],
)  # fmt: skip
def test_a_currency_limits_the_accounts_and_converts_nothing(question, currency):
    made = planned(question)
    assert CompletePlan(made).plan.currency == currency
    assert planned(question, "e em outubro?").currency == currency
    assert planned(question, "tira o filtro").currency is None
    assert isinstance(understood("converte o gasto de ontem pra dólar"), Refusal)


_SMALL = sorted(one for one in LEXICON.vocabulary.words["stopwords"] if len(one) >= 4 and one.isalpha())


@settings(max_examples=150, deadline=None)
@given(word=st.sampled_from(_SMALL), place=st.integers(1, 40), letter=st.sampled_from("bcdfgjklmnpqtvwxyz"))
def test_an_unknown_name_is_no_slip_of_a_word_that_is_passed_over(word, place, letter):
    place = 1 + place % (len(word) - 1)
    name = word[:place] + letter + word[place + 1 :]
    if LEXICON.knows(name) or name in LEXICON.vocabulary.misspellings or LEXICON.vocabulary.is_harmless(name):
        return
    # "dawn" is a part of the day, "usualll" is a word that was drawn out.
    if find_hours(name, LEXICON.vocabulary) or shortened(name):
        return
    for language, question in (("pt", f"gasto da {name} ontem"), ("en", f"spend for {name} yesterday")):
        made = understood(question)
        mended = isinstance(made, Plan) and made.objects == () and made.intent == "figures"
        meant = LEXICON.mended(name, NAMES.words, may_be_name=True, language=language)
        assert not mended or meant != name, (question, meant)
        assert not mended or meant not in LEXICON.vocabulary.words["stopwords"] - LEXICON.words, (question, meant)


def test_the_most_of_one_and_the_least_of_another_are_two_orders():
    with pytest.raises(Exception, match="menor"):
        CompletePlan(planned("campanhas com maior gasto e menor cpa ontem"))


def test_one_negation_of_two_does_not_stand_for_both():
    made = planned("campanhas que não venderam nada e não estão pausadas ontem")
    assert (made.status, made.thresholds[0].metric, made.thresholds[0].value) == ("NOT_PAUSED", "purchases", 0)
    assert isinstance(understood("campanhas que não venderam e não da Loja Aurora ontem"), Refusal)


def test_the_others_are_all_but_those_of_the_turn_before():
    made = planned("gasto da Back to School ontem", "e as outras?")
    assert made.objects == () and made.excluded[0].ids == ("1000012",) and made.period == RelativePeriod("day", 1)
    both = planned("CPA da Back to School ontem", "compara com a Coleção Verão Retargeting")
    assert both.objects[0].ids == ("1000012", "1000011") and both.dimensions == ("campaign",)


@pytest.mark.parametrize(
    "greeting", ["morning!", "hi there!", "good afternoon, quick one -", "oi tudo bem?", "boa tarde gente,"]
)
def test_a_greeting_before_a_question_is_none_of_its_words(greeting):
    made = planned(f"{greeting} cliques ontem")
    assert made == planned("cliques ontem") and made.ignored == ()


def test_money_that_was_made_is_the_value_of_sales():
    assert planned("how much money did Back to School make last week").metrics == ("purchase_value",)
    assert planned("quanto entrou de dinheiro ontem").metrics == ("purchase_value",)
    assert planned("campaigns that sold nothing last week").thresholds[0].value == 0


@settings(max_examples=40, deadline=None)
@given(
    name=LETTERS,
    other=LETTERS,
    words=st.sampled_from(["mais que a", "menos que a", "acima da", "more than", "less than", "above"]),
)
def test_a_bound_that_another_object_or_an_average_sets_is_never_taken_for_a_filter(name, other, words):
    names = ObjectNames(
        NamedObject("campaign", f"900{n}", "900", f"{one} Zyx") for n, one in enumerate((name, other + "q"))
    )
    language = "en" if words[-1] in "ne" else "pt"
    asked = "quantas campanhas gastaram" if language == "pt" else "how many campaigns spent"
    context = PlanningContext(names, CATALOGUE, LEXICON, TODAY, language)
    for against in (f"{name} Zyx", "média" if language == "pt" else "average"):
        made = plan(normalise(f"{asked} {words} {against} {'ontem' if language == 'pt' else 'yesterday'}"), context)
        if not isinstance(made, Plan):
            continue
        (bound,) = CompletePlan(made).plan.thresholds
        assert (made.objects, made.dimensions, made.rank) == ((), ("campaign",), None)
        assert (bound.metric, bound.comparison) == (
            "spend",
            "below" if words in ("menos que a", "less than") else "above",
        )
        assert bound.is_average if bound.of is None else bound.of.ids == ("9000",)
    rate = plan(normalise(f"campanhas com ctr melhor que a {name} Zyx ontem"), replace(context, language="pt"))
    if isinstance(rate, Plan):
        (bound,) = CompletePlan(rate).plan.thresholds
        assert (bound.metric, bound.comparison, bound.of and bound.of.ids) == ("ctr", "above", ("9000",))
    both = plan(normalise(f"a {other}q Zyx gastou mais que a {name} Zyx ontem?"), replace(context, language="pt"))
    assert isinstance(both, Plan) and CompletePlan(both).plan.dimensions == ("campaign",)


@pytest.mark.parametrize(
    "question",
    [
        "a melhor campanha de cada conta em roas ontem",
        "top campaign in each account by spend last week",
        "campanhas que venderam menos que ontem",
        "campaigns that spent less than last week",
    ],
)
def test_the_best_of_each_group_is_no_order_of_all(question):
    with pytest.raises(LostMentions):
        CompletePlan(planned(question))


def test_two_days_joined_by_and_are_no_stretch_and_a_comparator_sets_days_apart():
    ten, twelve = (RelativePeriod("between", first=date(2026, 11, one), last=date(2026, 11, one)) for one in (10, 12))
    for words in ("em 10/11 e 12/11", "on Nov 10 and Nov 12"):
        made = planned(f"gasto {words}")
        assert (made.compare, made.period) == (ten, twelve), words
    assert planned("gasto entre 10/11 e 12/11").period == RelativePeriod("between", first=ten.first, last=twelve.last)
    made = planned("o gasto de hoje está acima do de ontem?")
    assert (made.period, made.compare) == (RelativePeriod("day", 0), RelativePeriod("day", 1))


def test_what_is_set_apart_without_a_metric_is_an_overview_over_equal_stretches():
    made = planned("compara a Loja Aurora esta semana com a semana passada")
    assert made.intent == "overview" and made.objects[0].ids == ("100001",)
    assert made.compare == RelativePeriod("week", 0, back=1), "a week that has just begun against as many days"
    assert planned("CPC em outubro", "e comparado com setembro?").metrics == ("cpc",)


def test_stories_are_a_placement_and_top_only_counts_beside_another_order():
    assert planned("cliques nos stories do Instagram ontem").segments == (
        Segment("platform", "instagram"),
        Segment("position", "stories"),
    )
    made = planned("top 5 anúncios com pior ROAS ontem")
    assert (made.rank, made.limit) == (Rank("roas", False), 5)


def test_an_order_to_an_object_is_an_order_and_its_state_is_none():
    for order in ("ativa a Back to School", "liga a Back to School pfv", "pause Back to School"):
        assert planned(order).intent == "change_request", order
    for fact in ("a Back to School tá ativa?", "Back to School está ativa ou pausada?"):
        assert planned(fact).intent == "facts", fact


@pytest.mark.parametrize(
    "question", ["campanha com o custo por carrinho mais alto ontem", "campaign with the highest cost per add to cart"]
)
def test_what_is_ordered_by_is_the_quotient_that_was_said(question):
    made = planned(question)
    assert made.metrics == ("spend_per_add_to_carts",) and made.rank == Rank("spend_per_add_to_carts", True)


def test_an_order_that_is_said_and_both_sides_of_tax_are_held():
    made = planned("vendas por campanha ontem ordenado por gasto")
    assert made.rank == Rank("spend", True) and made.metrics == ("purchases", "spend") and made.limit == 50
    assert planned("gasto ontem sem imposto e com imposto").metrics == planned("gasto com e sem imposto ontem").metrics
    assert planned("gasto do mesmo dia do mês passado").period == RelativePeriod(
        "between", first=date(2026, 10, 23), last=date(2026, 10, 23)
    )


def test_a_part_of_a_name_with_the_day_of_another_one_is_no_object():
    names = ObjectNames([NamedObject("campaign", "9001", "900", "Promoção de Natal | Broad")])
    context = PlanningContext(names, CATALOGUE, LEXICON, TODAY, "pt")
    refused = plan("cliques da Promoção de Páscoa", context)
    assert isinstance(refused, Refusal) and (refused.kind, refused.about) == ("unknown_object", "promocao de pascoa")
    made = plan("cliques da Promoção de Natal ontem", context)
    assert isinstance(made, Plan) and made.objects[0].ids == ("9001",)
