"""What no plan holds is refused by name; a place of an order and a day to come are read as what they are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.composed import parts_of
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Plan, Refusal, Segment
from fbads_pipeline_tests.domain.chat.understanding.test_qualifiers import answerable
from fbads_pipeline_tests.support.asking import CATALOGUE, LEXICON, TODAY, planned, understood

METRICS = {"pt": ("gasto", "vendas", "cliques", "CPA"), "en": ("spend", "sales", "clicks", "CPA")}
STRETCHES = {
    "pt": ("em outubro", "na semana passada", "de 2 a 14 de novembro"),
    "en": ("in October", "last week", "from November 2 to November 14"),
}
LEFT_OUT = {
    "pt": ("menos dia 12", "tirando ontem", "exceto o dia 5", "sem o dia 12", "fora 12/10"),
    "en": ("minus yesterday", "except the 12th", "excluding yesterday", "without October 12", "not counting the 5th"),
}
PLACES = {
    "pt": {2: ("segunda", "2ª"), 3: ("terceira", "3ª"), 4: ("quarta",), 5: ("quinta",), 7: ("sétima",)},
    "en": {2: ("second", "2nd"), 3: ("third", "3rd"), 4: ("fourth", "4th"), 5: ("fifth",), 7: ("seventh",)},
}
ORDERS = {
    "pt": {"campanha com mais cliques": True, "campanha com menos cliques": False,
           "campanha que teve mais cliques": True},
    "en": {"highest campaign by clicks": True, "lowest campaign by clicks": False, "best campaign by clicks": True},
}  # fmt: skip
FUTURE = {"pt": ("quantas vendas vou ter {}", "quanto vai vender {}"), "en": ("how many sales will we get {}",)}
WEEKDAYS = {"pt": ("na segunda", "na quinta", "no sábado"), "en": ("on Monday", "on Thursday", "on Saturday")}
LANGUAGES = st.sampled_from(("pt", "en"))


@given(LANGUAGES, st.data())
def test_days_that_are_left_out_are_never_passed_over(language, data):
    metric, stretch, out = (data.draw(st.sampled_from(some[language])) for some in (METRICS, STRETCHES, LEFT_OUT))
    question = data.draw(st.sampled_from((f"{metric} {stretch} {out}", f"{metric} {stretch}, {out}")))
    assert answerable(question) is None, question


@given(LANGUAGES, st.data())
def test_each_object_with_days_of_its_own_is_two_questions(language, data):
    days = {"pt": ("ontem", "anteontem", "em outubro"), "en": ("yesterday", "in October", "last week")}[language]
    first, second = data.draw(st.permutations(days))[:2]
    one, other = data.draw(st.permutations(("Back to School", "Coleção Verão | Retargeting | 02")))
    metric, joins = data.draw(st.sampled_from(METRICS[language])), {"pt": "e", "en": "and"}[language]
    question = f"{metric} {one} {first} {joins} {other} {second}"
    assert answerable(question) is None, question
    assert answerable(f"{metric} {one} {joins} {other} {first}") is not None


@given(LANGUAGES, st.data())
def test_a_place_of_an_order_is_that_row_alone_and_no_day_of_the_week(language, data):
    place = data.draw(st.sampled_from((2, 3, 4, 5, 7)))
    word = data.draw(st.sampled_from(PLACES[language][place]))
    order, is_descending = data.draw(st.sampled_from(sorted(ORDERS[language].items())))
    day = {"pt": "ontem", "en": "yesterday"}[language]
    made = planned(f"{'qual a' if language == 'pt' else 'which is the'} {word} {order} {day}")
    assert made.rank is not None and (made.rank.place, made.rank.metric) == (place, "clicks")
    assert (made.rank.descending, made.dimensions, made.limit) == (is_descending, ("campaign",), place)
    assert made.period is not None and made.period.kind == "day"


@pytest.mark.parametrize(
    "question", ["vendas na segunda", "cliques na quinta da Loja Aurora", "gasto de segunda e terça"]
)
def test_a_day_of_the_week_is_no_place(question):
    made = planned(question)
    assert made.period is not None and made.rank is None and made.limit >= 50


@given(LANGUAGES, st.data())
def test_a_day_of_the_week_of_a_question_about_what_will_be_is_to_come(language, data):
    asked, day = (data.draw(st.sampled_from(some[language])) for some in (FUTURE, WEEKDAYS))
    made = understood(asked.format(day))
    assert isinstance(made, Refusal) and made.kind in ("forecast", "future"), made
    over = {
        "pt": "gasto {} passad{}".format(day, "a" if "na " in day else "o"),
        "en": f"spend {day.replace('on ', 'last ')}",
    }
    assert isinstance(understood(over[language]), Plan)


@given(LANGUAGES, st.integers(1, 90), st.data())
def test_a_percentage_bounds_rates_alone(language, share, data):
    """Of a change, or of a total, it would be the bound of another figure."""
    levels, above = {"pt": ("campanhas com", "acima de"), "en": ("campaigns with", "above")}[language]
    metric = data.draw(st.sampled_from(METRICS[language]))
    day = {"pt": "ontem", "en": "yesterday"}[language]
    assert answerable(f"{levels} {metric} {above} {share}% {day}") is None
    moved = {"pt": f"campanhas em que o CTR subiu mais de {share}% na semana passada",
             "en": f"campaigns whose CTR rose more than {share}% last week"}[language]  # fmt: skip
    assert answerable(moved) is None
    rate = planned(f"{levels} CTR {above} {share}% {day}").thresholds
    assert [(one.metric, float(one.value)) for one in rate] == [("ctr", pytest.approx(share / 100))]


COUNTS = {
    "pt": {"vendas": "purchases", "cliques": "clicks", "leads": "leads", "impressões": "impressions"},
    "en": {"sales": "purchases", "clicks": "clicks", "leads": "leads", "impressions": "impressions"},
}
BOUNDS = {
    "pt": {"mais de {}": "above", "menos de {}": "below", "pelo menos {}": "at_least", "no máximo {}": "at_most",
           "acima de {}": "above", "{} ou mais": "at_least"},
    "en": {"more than {}": "above", "fewer than {}": "below", "at least {}": "at_least", "at most {}": "at_most",
           "over {}": "above", "under {}": "below", "{} or more": "at_least"},
}  # fmt: skip


@given(LANGUAGES, st.integers(0, 150), st.data())
def test_a_number_beside_a_metric_is_its_bound_and_no_age_hour_day_or_number_of_rows(language, number, data):
    counts, bounds = COUNTS[language], BOUNDS[language]
    said, words = data.draw(st.sampled_from(sorted(counts))), data.draw(st.sampled_from(sorted(bounds)))
    levels, having = {"pt": ("campanhas", "com"), "en": ("campaigns", "with")}[language]
    day = {"pt": "ontem", "en": "yesterday"}[language]
    made = planned(f"{levels} {having} {words.format(number)} {said} {day}")
    assert [(one.metric, one.comparison, one.value) for one in made.thresholds] == [
        (counts[said], bounds[words], number)
    ]
    assert (made.segments, made.hours, made.rank, made.limit) == ((), None, None, 50)
    assert made.period is not None and (made.period.kind, made.period.count) == ("day", 1)


@pytest.mark.parametrize(
    "question",
    ["quantas vezes mais a Back to School vendeu que a Coleção Verão | Retargeting | 02 ontem",
     "gasto ontem sem a madrugada",
     "how many times more did we sell than Back to School yesterday", "spend on the weekend excluding Sunday morning",
     "average of the top 3 campaigns by CTR yesterday", "média das 3 melhores campanhas em CTR ontem",
     "spend in campaigns named sale yesterday", "spend under the Back to School ad sets yesterday",
     "campanhas que gastaram o dobro da Back to School ontem", "gasto antes do dia 10"],
)  # fmt: skip
def test_what_no_plan_holds_is_refused(question):
    assert answerable(question) is None


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("campanhas com vendas mas sem carrinhos ontem", {("purchases", "above"), ("add_to_carts", "at_most")}),
        ("campaigns that got clicks but no sales yesterday", {("clicks", "above"), ("purchases", "at_most")}),
        ("gasto das campanhas sem vendas ontem", {("purchases", "at_most")}),
    ],
)
def test_some_of_one_and_none_of_another_are_two_conditions(question, bounds):
    assert {(one.metric, one.comparison) for one in planned(question).thresholds} == bounds


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("gasto até o dia 10", 1, 10), ("spend up to the 10th", 1, 10), ("gasto de terça até dia 20", 17, 20),
        ("gasto do dia 5 até o dia 10", 5, 10), ("receita de seg a dom da semana passada", 16, 22),
        ("revenue mon to sun last week", 16, 22),
    ],
)  # fmt: skip
def test_days_until_another_one(question, first, last):
    period = planned(question).period
    assert period is not None and (period.first, period.last) == (date(2026, 11, first), date(2026, 11, last))


@pytest.mark.parametrize(
    ("question", "ages"),
    [
        ("sales from people 55 and up in October", ("55-64", "65+")),
        ("vendas com mulheres 45+ em outubro", ("45-54", "55-64", "65+")),
    ],
)
def test_from_an_age_on(question, ages):
    assert tuple(one for one in planned(question).segments if one.dimension == "age") == tuple(
        Segment("age", one) for one in ages
    )


@pytest.mark.parametrize(
    ("question", "direction"),
    [
        ("por que o CPA foi pro espaço semana passada", "up"), ("why did the CPA go through the roof last week", "up"),
        ("why did sales fall off a cliff yesterday", "down"), ("por que as vendas deram uma caída ontem", "down"),
        ("o CPA disparou ontem, oq houve?", "up"),
    ],
)  # fmt: skip
def test_a_premise_in_a_figure_of_speech(question, direction):
    made = planned(question)
    assert (made.intent, made.premise) == ("why", direction)


@pytest.mark.parametrize("question", ["spend wow", "sales w/w", "vendas s/s"])
def test_week_over_week_in_short(question):
    made = planned(question)
    assert made.compare is not None and made.period is not None and made.period.kind == made.compare.kind == "week"


@given(LANGUAGES, st.integers(12, 23), st.integers(1, 11), st.data())
def test_hours_over_midnight_are_of_the_day_that_they_begin_on(language, first, after, data):
    weekday = data.draw(st.integers(0, 6))
    day, next_day = (LEXICON.vocabulary.of(language).weekdays[(weekday + one) % 7] for one in (0, 1))
    forms = {
        "pt": (f"cliques das {first}h de {day} até as {after}h de {next_day}",
               f"cliques de {day} às {first}h até {next_day} às {after}h"),
        "en": (f"clicks from {first - 12 or 12}pm {day} to {after}am {next_day}",
               f"clicks from {day} {first - 12 or 12}pm to {next_day} {after}am"),
    }  # fmt: skip
    made = planned(data.draw(st.sampled_from(forms[language])))
    assert (made.hours, made.compare) == ((first, 24 + after), None) and made.period is not None
    begun = resolve(made.period, TODAY)
    assert begun[0] == begun[1] and begun[0].weekday() == weekday


@pytest.mark.parametrize(
    "question",
    ["gasto das 8h de sábado até as 20h de domingo", "spend from 8am Saturday to 8pm Sunday",
     "gasto das 22h de sexta até as 2h de domingo", "gasto até as 15h37 de ontem"],
)  # fmt: skip
def test_other_hours_over_days_and_minutes_are_no_plan(question):
    assert answerable(question) is None


@pytest.mark.parametrize(
    "off", ["drop the campaign filter", "tira o filtro da campanha", "remove that campaign filter"]
)
def test_the_filter_of_one_level_is_taken_off_alone(off):
    made = planned("gasto da Back to School na Loja Aurora ontem nas campanhas ativas", off)
    assert [one.level for one in made.objects] == ["account"] and made.status == "ACTIVE" and made.compare is None


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("de cada carrinho quantos viraram compra em outubro", "purchases_rate_of_add_to_carts"),
        ("out of every click how many turned into sales in October", "purchases_rate_of_clicks"),
    ],
)
def test_of_each_how_many_became_is_a_rate(question, metric):
    (asked,) = planned(question).metrics
    assert {"purchases", metric.rpartition("_of_")[2]} <= set(parts_of(asked, CATALOGUE.metrics) or ())


def test_the_rest_beside_what_is_left_out_says_nothing_more():
    made = planned("tirando a Back to School, quanto gastou o resto ontem?")
    assert [one.ids for one in made.excluded] == [("1000012",)] and not made.ignored


@pytest.mark.parametrize("question", ["vendas no mês", "quanto já investimos no ano?", "pior campanha em ROAS no mês"])
def test_the_month_and_the_year_that_run_after_any_word(question):
    period = planned(question).period
    assert period is not None and (period.kind in ("month", "year"), period.count) == (True, 0)


@pytest.mark.parametrize(
    "question",
    ["vendas nos primeiros 10 dias de outubro e de novembro", "spend in the first week of October and November",
     "CPA ontem, ROAS na semana passada", "spend yesterday and clicks today",
     "cost per sale on weekends vs weekdays in October", "CPA no fim de semana vs dias úteis em outubro"],
)  # fmt: skip
def test_two_questions_in_one_are_refused(question):
    assert answerable(question) is None


@given(LANGUAGES, st.sampled_from((18, 25, 35, 45)), st.integers(0, 3), st.data())
def test_several_groups_of_ages_are_those_between(language, first, more, data):
    last = min(first + {18: 6}.get(first, 9) + 10 * more, 64)
    said = {"pt": (f"de {first} a {last} anos", f"com mulheres de {first} a {last}"),
            "en": (f"aged {first} to {last}", f"for women {first}-{last}")}[language]  # fmt: skip
    metric, day = {"pt": ("gasto", "ontem"), "en": ("spend", "yesterday")}[language]
    ages = [
        one.value
        for one in planned(f"{metric} {data.draw(st.sampled_from(said))} {day}").segments
        if one.dimension == "age"
    ]
    assert (ages[0][:2], ages[-1][3:]) == (str(first), str(last)) and len(ages) == len(set(ages))
