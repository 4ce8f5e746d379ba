"""One weekday of a month by its place in it; and no phrase of days that ends in an error."""

import contextlib
from calendar import monthrange
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate, DateContext, ImpossibleDate
from fbads_pipeline.domain.chat.periods.phrases import _expressions, find_periods
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Clarification, Plan, Refusal
from fbads_pipeline_tests.support.asking import LEXICON, TODAY, planned, understood

VOCABULARY = LEXICON.vocabulary
PATTERNS = [pattern for _, pattern, _ in _expressions(VOCABULARY)]
PLACES = {
    "pt": ["primeir", "segund", "terceir", "quart", "últim"],
    "en": ["first", "second", "third", "fourth", "last"],
}
FORMS = {
    "pt": ["gasto n{a} {place} {day} de {month}", "vendas d{a} {place} {day} em {month}"],
    "en": ["spend on the {place} {day} of {month}", "sales {place} {day} in {month}"],
}  # fmt: skip


@given(st.sampled_from(["pt", "en"]), st.integers(0, 4), st.integers(0, 6), st.integers(1, 10), st.data())
def test_the_nth_weekday_of_a_month_is_that_day_alone(language, place, weekday, month, data):
    words = VOCABULARY.of(language)
    gender = "o" if language == "pt" and weekday > 4 else "a"
    nth = PLACES[language][place] + (gender if language == "pt" else "")
    question = data.draw(st.sampled_from(FORMS[language])).format(
        a=gender, place=nth, day=words.weekdays[weekday], month=words.months[month - 1][0]
    )
    made = understood(question)
    days = [date(2026, month, day) for day in range(1, monthrange(2026, month)[1] + 1)]
    wanted = [day for day in days if day.weekday() == weekday][-1 if place == 4 else place]
    assert isinstance(made, Plan), question
    assert resolve(made.period, TODAY) == (wanted, wanted), question


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("gasto na terceira semana de outubro", ("2026-10-15", "2026-10-21")),
        ("gasto na 3a semana de outubro", ("2026-10-15", "2026-10-21")),
        ("gasto no primeiro fim de semana de novembro", ("2026-11-07", "2026-11-08")),
        ("spend on the last weekend of september", ("2026-09-26", "2026-09-27")),
        ("gasto desde o início do dia", ("2026-11-23", "2026-11-23")),
        ("gasto na última sexta do mês passado", ("2026-10-30", "2026-10-30")),
        ("spend for the last 2 weeks, excluding today", ("2026-11-09", "2026-11-22")),
        ("gasto no mesmo mês do ano passado", ("2025-11-01", "2025-11-30")),
        ("gasto no mesmo trimestre do ano passado", ("2025-10-01", "2025-12-31")),
        ("gasto no mesmo período do ano passado", ("2025-01-01", "2025-11-23")),
        ("gasto desde segunda passada", ("2026-11-16", "2026-11-23")),
        ("gasto depois do dia 10", ("2026-11-11", "2026-11-23")),
        ("spend after the 10th", ("2026-11-11", "2026-11-23")),
        ("gasto desde o dia das crianças", ("2026-10-12", "2026-11-23")),
        ("spend since halloween", ("2026-10-31", "2026-11-23")),
        ("spend between 3 and 5 november", ("2026-11-03", "2026-11-05")),
        ("gasto entre 3 e 5 novembro", ("2026-11-03", "2026-11-05")),
    ],
)
def test_parts_of_a_month_by_their_place(question, days):
    assert tuple(map(str, resolve(planned(question).period, TODAY))) == days


@pytest.mark.parametrize(
    "question",
    [
        "gasto no último fim de semana de outubro",
        "spend last weekend of october",
        "gasto na mesma semana do mês passado",
    ],
)
def test_a_stretch_that_could_be_two_is_not_guessed_at(question):
    assert isinstance(understood(question), Refusal)


@pytest.mark.parametrize("question", ["gasto sexta passada em outubro", "spend last Friday during October"])
def test_one_weekday_that_is_over_does_not_limit_a_month(question):
    made = understood(question)
    assert not isinstance(made, Plan) or not made.weekdays


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.sampled_from(["pt", "en"]), st.sampled_from(PATTERNS), st.data())
def test_whatever_a_phrase_of_days_matches_is_read_or_refused_by_name(language, pattern, data):
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assume(len(text) < 80)
    with contextlib.suppress(AmbiguousDate, ImpossibleDate):
        assert isinstance(find_periods(text, DateContext(VOCABULARY, language, TODAY)), list)


@pytest.mark.parametrize(
    ("question", "said", "hours"),
    [
        ("gasto de ontem até 15h30", ["até 15h", "até 16h"], [(0, 15), (0, 16)]),
        ("gasto ontem depois das 9h15", ["depois das 9h", "depois das 10h"], [(9, 24), (10, 24)]),
        ("spend yesterday by 3:30pm", ["by 3pm", "by 4pm"], [(0, 15), (0, 16)]),
        ("gasto de ontem até 23h45", ["até 23h", "até 24h"], [(0, 23), (0, 24)]),
    ],
)
def test_minutes_are_asked_back_as_the_whole_hours_beside_them(question, said, hours):
    asked = understood(question)
    assert isinstance(asked, Clarification) and asked.kind == "hour"
    assert [one.said for one in asked.offers] == said == list(asked.choices)
    assert [one.hours for one in asked.offers] == hours
    assert planned("gasto de ontem até as 15:00").hours == (0, 15)
