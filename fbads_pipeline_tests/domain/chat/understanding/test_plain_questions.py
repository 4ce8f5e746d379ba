"""Plain questions of people who know ads: how something goes, what two words mean, days in a row, verbs of a change."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.completeness import lost_mentions
from fbads_pipeline.domain.chat.periods.resolution import previous, resolve
from fbads_pipeline.domain.chat.plan import Clarification, Plan, Refusal, RelativePeriod
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import plan
from fbads_pipeline_tests.support.asking import LEXICON, NAMES, TODAY, context, planned, understood

LANGUAGES = st.sampled_from(["pt", "en"])
HOW = {
    "pt": ["como {} tá indo", "como {} está indo?", "como a {} foi", "bom dia, como {} anda", "como que {} vai"],
    "en": ["how {} is doing", "tell me how {} did", "how {} was", "hi, how {} has been doing"],
}
DAYS = {"pt": ["", " ontem", " semana passada", " este mês"], "en": ["", " yesterday", " last week", " this month"]}


@given(LANGUAGES, st.sampled_from(["Loja Aurora", "Back to School"]), st.data())
def test_how_something_goes_is_an_overview_wherever_its_name_stands(language, name, data):
    form, days = data.draw(st.sampled_from(HOW[language])), data.draw(st.sampled_from(DAYS[language]))
    made = planned(form.format(name) + days)
    assert made.intent == "overview"
    assert [one.name for one in made.objects] == [name]


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("qual a diferença entre CPA e CPL?", {"cpa"}), ("me explica a diferença de CTR e CPC", {"ctr", "cpc"}),
        ("what's the difference between CPM and CPC", {"cpm", "cpc"}),
        ("how is ROAS different from CTR", {"roas", "ctr"}),
    ],
)  # fmt: skip
def test_words_whose_difference_is_asked_for_are_defined(question, metrics):
    made = planned(question)
    assert made.intent == "definition" and metrics <= set(made.metrics)


@pytest.mark.parametrize(
    "question", ["diferença entre o CPA de ontem e o CTR de hoje", "difference between spend and sales last week"]
)
def test_a_difference_between_figures_is_no_definition(question):
    made = understood(question)
    assert not isinstance(made, Plan) or made.intent != "definition"


JOINS = {"pt": ["{}, {} e {}", "{} {} e {}", "{}, {}, {}"], "en": ["{}, {} and {}", "{} {} and {}", "{}, {}, and {}"]}


@given(LANGUAGES, st.integers(0, 6), st.data())
def test_three_days_in_a_row_are_answered_day_by_day(language, first, data):
    names = LEXICON.vocabulary.of(language).weekdays
    said = [names[(first + one) % 7] for one in range(3)]
    metric = {"pt": "gasto", "en": "spend"}[language]
    made = understood(f"{metric} {data.draw(st.sampled_from(JOINS[language])).format(*said)}")
    days = sorted(TODAY - timedelta(days=(TODAY.weekday() - (first + one) % 7) % 7 or 7) for one in range(3))
    if days[2] - days[0] != timedelta(days=2):  # "sunday, monday and tuesday", of which some are of another week
        assert not isinstance(made, Plan) or made.period is None or made.dimensions == ("day",)
        return
    assert isinstance(made, Plan) and made.period is not None and made.dimensions == ("day",)
    assert resolve(made.period, TODAY) == (days[0], days[2])


STRETCHES = {
    "pt": ["semana passada", "este mês", "outubro", "últimos 14 dias", "últimos 30 dias", "desde 20/11", "ontem"],
    "en": ["last week", "this month", "October", "last 14 days", "last 30 days", "since 2026-11-20", "yesterday"],
}


@given(LANGUAGES, st.data())
def test_no_stretch_is_compared_with_days_of_its_own(language, data):
    one, other = data.draw(st.lists(st.sampled_from(STRETCHES[language]), min_size=2, max_size=2, unique=True))
    made = understood(f"{'CTR' if language == 'en' else 'CTR da'} {one} vs {other}")
    if isinstance(made, Plan) and made.period is not None and made.compare is not None:
        (first, last), (begins, ends) = resolve(made.period, TODAY), resolve(made.compare, TODAY)
        assert last < begins or ends < first
    else:
        assert isinstance(made, Clarification | Refusal)


@pytest.mark.parametrize(
    "question", ["a CTR caiu desde a semana passada?", "has the CTR dropped since the previous week?"]
)
def test_a_change_since_a_week_is_no_stretch_that_holds_it(question):
    made = understood(question)
    if isinstance(made, Plan) and made.period is not None and made.compare is not None:
        assert resolve(made.compare, TODAY)[1] < resolve(made.period, TODAY)[0]


ENDINGS = {"ar": ("ou", "aram", "ando", "arem"), "er": ("eu", "eram", "endo"), "ir": ("iu", "iram", "indo", "irem")}
MOVING = {
    "pt": ["cair", "subir", "aumentar", "diminuir", "despencar", "piorar", "crescer", "recuar"],
    "en": ["decline", "plunge", "surge", "dwindle", "improve", "worsen"],
}


@given(LANGUAGES, st.data())
def test_every_form_of_a_verb_of_change_is_one(language, data):
    verb = data.draw(st.sampled_from(MOVING[language]))
    stem, endings = (verb[:-2], ENDINGS[verb[-2:]]) if language == "pt" else (verb.removesuffix("e"), ("ed", "ing"))
    form = stem + data.draw(st.sampled_from(endings))
    said = {"pt": f"o que fez as vendas {form} na semana passada", "en": f"why sales {form} last week"}[language]
    made = planned(said)
    assert (made.intent, made.metrics) == ("why", ("purchases",))


@pytest.mark.parametrize("day", ["Black Friday", "Black Friday 2025", "Christmas", "Halloween"])
@pytest.mark.parametrize("form", ["how did the {} campaign do", "spend of the {} campaign", "what did the {} ad cost"])
def test_a_day_before_a_level_is_a_name_that_nothing_has(form, day):
    made = understood(form.format(day))
    assert isinstance(made, Refusal | Clarification)


PIXELS = {
    "pt": ["o pixel da {} tá funcionando?", "o pixel da {} está ativo?"],
    "en": ["is {}'s pixel working?", "is the {} pixel active"],
}


@given(LANGUAGES, st.data())
def test_whether_a_pixel_works_is_answered_with_its_events(language, data):
    assert planned(data.draw(st.sampled_from(PIXELS[language])).format("Loja Aurora")).intent == "pixels"


@pytest.mark.parametrize(
    "question",
    [
        "gasto entre o natal e o ano novo",
        "spend between christmas and new year's day",
        "gasto em dia útil x fim de semana",
        "weekday vs weekend spend last month",
        "gasto de segunda até hoje de manhã",
        "gasto das campanhas que foram pausadas semana passada",
        "spend of campaigns that were paused last week",
        "qual campanha gastou mais ontem mas vendeu menos",
    ],
)
def test_what_no_plan_holds_is_no_other_answer(question):
    made = understood(question)
    assert not isinstance(made, Plan) or lost_mentions(made)


def test_an_account_is_not_taken_from_another():
    names = ObjectNames([*NAMES.objects, NamedObject("account", "100003", "100003", "Northwind Store")])
    for question in (
        "gasto da loja aurora menos o da northwind store",
        "loja aurora spend minus northwind store spend",
    ):
        made = plan(question, replace(context(question), names=names))
        assert isinstance(made, Plan) and lost_mentions(made)
    whole = plan("gasto de ontem sem a northwind store", replace(context("gasto"), names=names))
    assert isinstance(whole, Plan) and whole.excluded and not lost_mentions(whole)


SPLITS = {
    "pt": {"plataforma": "platform", "idade": "age", "país": "country", "gênero": "gender"},
    "en": {"platform": "platform", "age": "age", "country": "country", "gender": "gender"},
}


@given(LANGUAGES, st.booleans(), st.data())
def test_two_breakdowns_that_are_joined_are_both_in_the_rows(language, campaign_first, data):
    said, dimension = data.draw(st.sampled_from(sorted(SPLITS[language].items())))
    level, metric = {"pt": ("campanha", "gasto"), "en": ("campaign", "spend")}[language]
    by, joined = {"pt": ("por", "e"), "en": ("by", "and")}[language]
    pair = [level, said] if campaign_first else [said, level]
    made = planned(f"{metric} {by} {pair[0]} {joined} {pair[1]} {DAYS[language][2].strip()}")
    assert set(made.dimensions) == {"campaign", dimension}


@pytest.mark.parametrize(
    ("turns", "metric"),
    [
        (("gasto por campanha da loja aurora ontem", "ordena por roas"), "roas"),
        (("spend by campaign yesterday", "sort by ctr"), "ctr"),
    ],
)
def test_an_order_alone_goes_on_from_the_list_before(turns, metric):
    before, made = planned(turns[0]), planned(*turns)
    assert made.metrics == (metric,)
    assert (made.period, made.dimensions, made.objects) == (before.period, before.dimensions, before.objects)


@pytest.mark.parametrize(
    "question", ["which campaign got worse in roas last week", "what ad got better in cpa last week"]
)
def test_what_got_worse_or_better_comes_first(question):
    made = planned(question)
    assert made.rank is not None and made.rank.of_change and not made.rank.descending


LISTS = [
    ("gasto por campanha da loja aurora ontem", "qual gastou mais?"),
    ("spend by campaign yesterday", "which one spent the most?"),
]


@pytest.mark.parametrize("turns", LISTS)
def test_which_of_a_list_is_asked_of_its_rows(turns):
    before, made = planned(turns[0]), planned(*turns)
    assert (made.period, made.dimensions, made.objects) == (before.period, before.dimensions, before.objects)
    assert made.rank is not None and made.limit == 1


@given(LANGUAGES, st.integers(0, 20))
def test_before_a_weekend_is_the_weekend_before(language, weeks):
    saturday = TODAY - timedelta(days=TODAY.weekday() + 2 + 7 * weeks)
    before = previous(RelativePeriod("between", first=saturday, last=saturday + timedelta(days=1)))
    assert resolve(before, TODAY) == (saturday - timedelta(days=7), saturday - timedelta(days=6))
    said = {"pt": "gasto do último fim de semana contra o anterior", "en": "spend last weekend vs the weekend before"}
    made = planned(said[language])
    assert made.compare is not None and resolve(made.compare, TODAY)[0].isoweekday() == 6


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("vendas da loja aurora nov", 11),
        ("vendas out/26", 10),
        ("loja aurora sales oct", 10),
        ("spend by ad set nov", 11),
    ],
)
def test_a_short_month_at_the_end_is_one(question, first):
    made = planned(question)
    assert made.period is not None and resolve(made.period, TODAY)[0] == date(2026, first, 1)


def test_ages_are_read_as_people_of_that_age():
    assert {one.value for one in planned("sales to 25-34s last week").segments} == {"25-34"}
