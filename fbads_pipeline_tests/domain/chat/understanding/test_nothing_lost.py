"""What stands within other words stays in the question, and a word for two metrics is asked back."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.completeness import lost_mentions
from fbads_pipeline.domain.chat.lexicon.gaps import with_gaps_kept
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Clarification, Plan, Refusal, from_json, to_json
from fbads_pipeline.domain.chat.taught import UnusableSynonym, applied, checked
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import plan
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline_tests.support.asking import LEXICON, TODAY, context, planned, understood

RULES = [rule for one in LEXICON.vocabulary.languages.values() for rule in one.rewordings]
# Questions whose phrases are read in other words, each with words between them.
SAID = {
    "pt": [
        "a cada real investido quanto tá voltando este mês", "pra cada real gasto quanto a gente fatura ontem",
        "quanto voltou de cada real que investi ontem", "o lead tá saindo por quanto este mês",
        "quem tá puxando o CPA pra cima esta semana", "vale a pena continuar investindo este mês",
        "quanto tá configurado por dia pra gastar", "quantas pessoas viram os anúncios semana passada",
        "onde foi mais a verba semana passada", "quanto deu de mídia ontem", "como é que a gente foi ontem",
    ],
    "en": [
        "what does it cost us to get one sale last week", "how much money did we spend on ads yesterday",
        "what's dragging CPA up this week", "how many dollars back for each dollar spent last week",
        "how often did each person see the ads yesterday", "how much money went into ads yesterday",
        "how big was the drop in sales last week", "what kind of return did we get last week",
    ],
}  # fmt: skip
NEAR = {"pt": "na", "en": "at"}
NAME_WORDS = st.text("bcdfghjklmnpqrstvwxz", min_size=5, max_size=8).filter(lambda word: not LEXICON.knows(word))


@pytest.mark.parametrize(
    ("said", "read_as", "text", "read"),
    [
        (r"\bde cada (\w+) (?:\w+ ){0,3}?volta\b", r"roas \1", "de cada real na acme volta", "na acme  roas real"),
        (r"\bquanto (?:\w+ )?posso (?=gastar)(?!.*mais)", "qual ", "quanto hoje posso gastar", "hoje  qual gastar"),
        (r"\bsou novo\b.*", "ajuda", "sou novo, quanto gastei", ", quanto gastei ajuda"),
        (r"\b(a|b) (c)\b", r"\2 \1", "a c", "c a"),
    ],
)
def test_what_a_rewording_lets_stand_between_its_words_is_kept(said, read_as, text, read):
    pattern, replacement = with_gaps_kept(said, read_as)
    assert re.sub(pattern, replacement, text) == read


def test_every_gap_of_the_lexicons_is_kept():
    gaps = [with_gaps_kept(*rule) for rule in RULES if with_gaps_kept(*rule) != rule]
    kept = [pattern for pattern, read_as in gaps if re.search(r"\\g<\d+> ", read_as)]
    assert len(kept) > 9 and all(LEXICON.vocabulary.expression(pattern) for pattern in kept)


@given(st.sampled_from(["pt", "en"]), NAME_WORDS, NAME_WORDS, st.data())
def test_a_name_is_never_lost_within_a_phrase(language, first, second, data):
    assume(first != second)
    name = f"{first.title()} {second.title()}"
    names = ObjectNames([NamedObject("account", "1", "1", name), NamedObject("campaign", "2", "1", "Outra Coisa")])
    words = data.draw(st.sampled_from(SAID[language])).split()
    place = data.draw(st.integers(0, len(words)))
    question = " ".join([*words[:place], NEAR[language], name, *words[place:]])
    made = plan(normalise(question), replace(context(question), names=names))
    if isinstance(made, Plan) and made.intent not in ("help", "greeting", "definition"):
        assert [one.name for one in made.objects] == [name], question


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("contatos ontem", "contacts"), ("quantos contatos a Loja Aurora captou ontem?", "contacts"),
        ("contacts yesterday", "contacts"), ("cadastros de ontem", "registrations"),
        ("5 campanhas com mais contatos este mês", "contacts"),
        ("campanhas com mais de 3 contatos ontem", "contacts"), ("por que os contatos caíram ontem?", "contacts"),
    ],
)  # fmt: skip
def test_a_word_for_two_metrics_is_asked_back_and_the_choice_takes_its_place_everywhere(question, metric):
    asked = understood(question)
    assert isinstance(asked, Clarification) and asked.kind == "metric"
    assert [one.metric for one in asked.offers] == [metric, "leads"]
    waiting = replace(asked.plan, offers=asked.offers)
    for place, taken in enumerate((metric, "leads"), 1):
        made = plan(str(place), context(str(place), waiting))
        assert isinstance(made, Plan)
        rank = [made.rank.metric] if made.rank else []
        assert {*made.metrics, *rank, *(one.metric for one in (*made.thresholds, *made.questioned))} == {taken}
    assert from_json(to_json(waiting)).offers == asked.offers


@pytest.mark.parametrize(
    "question", ["contatos e leads de ontem", "contact events yesterday", "contatos pelo site ontem", "leads de ontem"]
)
def test_the_longer_names_of_either_are_no_question(question):
    assert planned(question).metrics


@pytest.mark.parametrize("question", ["custo da Loja Aurora por lead ontem", "custo ontem por lead na Loja Aurora"])
def test_names_and_days_within_a_cost_per_event_leave_it_one_metric(question):
    made = planned(question)
    assert len(made.metrics) == 1 and made.metrics != ("spend",)


@given(NAME_WORDS, NAME_WORDS, st.sampled_from([" ", "-", ""]), st.sampled_from([" ", "-", ""]))
def test_a_name_is_found_whether_its_words_are_written_together_or_apart(first, second, named, said):
    assume(len(first + second) >= 5 and not LEXICON.knows(first + second))
    names = ObjectNames([NamedObject("campaign", "2", "1", f"{first}{named}{second} Grátis")])
    question = f"gasto da campanha {first}{said}{second} grátis ontem"
    made = plan(normalise(question), replace(context(question), names=names))
    assert isinstance(made, Plan) and [one.ids for one in made.objects] == [("2",)]


@pytest.mark.parametrize("asked", ["e da conta toda?", "and the whole account?", "e a conta inteira gastou quanto?"])
@pytest.mark.parametrize("first", ["gasto da Back to School ontem", "gasto da Loja Aurora sem a Back to School ontem"])
def test_after_a_part_of_an_account_all_of_it_can_be_asked_for(first, asked):
    made = planned(first, asked)
    assert [(one.level, one.name) for one in made.objects] == [("account", "Loja Aurora")]
    assert not made.excluded and made.metrics == ("spend",) and made.period == planned(first).period


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("conjunto de anúncios que mais gastou ontem", 1), ("conjuntos de anúncios que mais gastaram ontem", 5),
        ("que horas a Loja Aurora gastou mais ontem?", 1), ("quais horas gastaram mais ontem?", 5),
        ("which ad set spent the most yesterday", 1), ("which ad sets spent the most yesterday", 5),
    ],
)  # fmt: skip
def test_one_is_answered_with_one_and_several_with_several(question, rows):
    assert planned(question).limit == rows


@pytest.mark.parametrize("word", ["Vendas", "Stories", "Leads", "Reels"])
def test_a_word_right_after_one_level_is_a_name_and_no_figure(word):
    for question in (f"gasto da campanha {word} ontem", f"gasto na campanha {word} semana passada"):
        made = understood(question)
        assert isinstance(made, Refusal) and made.kind == "unknown_object", question
    assert isinstance(understood(f"gasto por campanha, {word} ontem"), Plan | Refusal)


@pytest.mark.parametrize("question", ["vendas da campanha ontem", "quanto gastei nessa campanha ontem"])
def test_one_of_several_that_is_not_named_is_asked_back(question):
    asked = understood(question)
    assert isinstance(asked, Clarification) and asked.kind == "object" and len(asked.choices) > 1
    assert planned(question.replace("campanha", "conta")).metrics


def test_a_name_that_is_a_day_is_the_day_where_people_say_so():
    names = ObjectNames([NamedObject("campaign", "2", "1", "Dia das Mães")])
    question = "quanto gastei na campanha Dia das Mães no dia das mães"
    made = plan(normalise(question), replace(context(question), names=names))
    assert isinstance(made, Plan) and [one.ids for one in made.objects] == [("2",)]
    assert resolve(made.period, TODAY) == (date(2026, 5, 10), date(2026, 5, 10))


@pytest.mark.parametrize(
    ("question", "metric"),
    [("gasto médio por venda por campanha ontem", "goal_cost:purchase"),
     ("custo médio por lead ontem", "goal_cost:lead"),
     ("average spend per purchase yesterday", "goal_cost:purchase")],
)  # fmt: skip
def test_the_average_cost_of_an_event_is_what_it_costs(question, metric):
    made = planned(question)
    assert made.metrics == (metric,) and made.mean_of is None and not made.per_day


@pytest.mark.parametrize(
    "question",
    [
        "em que dia da semana vende mais em novembro? mostra por dia da semana",
        "qual idade compra mais? vendas por idade",
    ],
)
def test_rows_that_are_asked_for_are_all_there_though_one_is_the_most(question):
    assert planned(question).limit > 6


@pytest.mark.parametrize("question", ["any red flags this morning?", "teve algo estranho hoje de manhã?"])
def test_a_part_of_a_day_that_a_list_does_not_go_by_is_named(question):
    made = planned(question)
    assert made.intent == "anomalies" and made.ignored and made.hours is None


@pytest.mark.parametrize(
    ("question", "rows", "descending"),
    [("5 dias com mais vendas em novembro", 5, True), ("os 2 piores dias de ROAS este mês", 2, False),
     ("3 best days for sales in november", 3, True), ("the 4 days with the fewest sales in november", 4, False)],
)  # fmt: skip
def test_so_many_days_in_an_order_are_so_many_rows_and_no_stretch(question, rows, descending):
    made = planned(question)
    assert made.dimensions == ("day",) and made.limit == rows
    assert made.rank is not None and made.rank.descending is descending
    assert resolve(made.period, TODAY) == (date(2026, 11, 1), TODAY)


def test_two_counts_of_one_list_are_refused_by_name():
    made = planned("quantas campanhas a Loja Aurora tem e quantas estão ativas")
    assert [one.said for one in lost_mentions(made)] == ["quantas"]
    assert not lost_mentions(planned("quantas campanhas ativas a Loja Aurora tem"))


@given(NAME_WORDS, st.sampled_from(["por que vendi menos na {} ontem?", "gastei menos na {} ontem?",
                                    "vendemos mais ou menos na {} que mês passado?"]))  # fmt: skip
def test_less_of_something_somewhere_leaves_nothing_out(name, question):
    names = ObjectNames([NamedObject("account", "1", "1", name), NamedObject("account", "2", "2", "Outra Coisa")])
    made = plan(normalise(question.format(name)), replace(context(question), names=names))
    assert isinstance(made, Plan) and not made.excluded and [one.ids for one in made.objects] == [("1",)]
    for said in (f"gasto em todas menos na {name} ontem", f"gasto de ontem menos a {name}"):
        made = plan(normalise(said), replace(context(said), names=names))
        assert isinstance(made, Plan) and not made.objects and [one.ids for one in made.excluded] == [("1",)]


@pytest.mark.parametrize(
    ("question", "is_without"),
    [("vendemos menos no Instagram ontem na Loja Aurora?", False), ("gasto de ontem menos o Instagram", True),
     ("tudo menos Instagram: vendas de ontem", True)],
)  # fmt: skip
def test_less_on_a_part_is_that_part(question, is_without):
    made = planned(question)
    assert bool(made.without) is is_without and bool(made.segments) is not is_without


@pytest.mark.parametrize(
    ("phrase", "meaning"), [("contatos", "leads"), ("contatos", "contacts"), ("cadastros", "leads")]
)
def test_a_team_can_teach_which_of_the_two_its_word_is(phrase, meaning):
    asked = context(phrase)
    kept = checked(phrase, "metric", meaning, asked)
    question = f"{phrase} da Loja Aurora ontem"
    said = applied(question, [kept], asked.names, asked.lexicon, asked.catalogue)
    assert planned(said).metrics == (meaning,)
    with pytest.raises(UnusableSynonym):
        checked("vendas", "metric", "leads", asked)


@pytest.mark.parametrize("metric", ["contacts", "registrations"])
def test_what_is_taught_to_stand_for_either_is_not_asked_back(metric):
    asked = context("oizinhos")
    kept = checked("oizinhos", "metric", metric, asked)
    said = applied("oizinhos de ontem", [kept], asked.names, asked.lexicon, asked.catalogue)
    assert planned(said).metrics == (metric,)
