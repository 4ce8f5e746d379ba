"""A word that limits what is counted changes the plan or is asked back; it is never passed over in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.completeness import CompletePlan, LostMentions
from fbads_pipeline.domain.chat.lexicon.slips import is_slip
from fbads_pipeline.domain.chat.plan import Clarification, Plan, Refusal, Segment
from fbads_pipeline_tests.support.asking import planned, understood

METRICS = {"pt": ("gasto", "vendas", "leads", "cliques"), "en": ("spend", "sales", "leads", "clicks")}
DAYS = {"pt": ("ontem", "em outubro", "na semana passada"), "en": ("yesterday", "in October", "last week")}
# Each is of a kind that an answer was once given without: participles, states, compounds, how often, real words that
# look like slips of others, things without an article.
LIMITING = {
    "pt": (
        "confirmados", "qualificados", "compartilhados", "respondidas", "novos", "pendentes", "perdidas", "de marca",
        "com desconto", "por funcionário", "no tablet", "duas vezes", "do segundo anúncio", "cancelados", "estornadas",
    ),
    "en": (
        "confirmed", "qualified", "expected", "cancelled", "attributed", "branded", "first-time", "3 times", "pending",
        "existing", "on tablet", "from returns", "boosted", "deduplicated", "wasted",
    ),
}  # fmt: skip


def answerable(question: str) -> Plan | None:
    """The plan that would be answered; None where the question is asked back or refused."""
    made = understood(question)
    if isinstance(made, Clarification | Refusal):
        return None
    try:
        return CompletePlan(made).plan
    except LostMentions:
        return None


@st.composite
def limited(draw):
    """A question, and the same one with a word that limits it, after what is counted or at the end."""
    language = draw(st.sampled_from(("pt", "en")))
    metric, day = (draw(st.sampled_from(some[language])) for some in (METRICS, DAYS))
    word = draw(st.sampled_from(LIMITING[language]))
    plain = f"{metric} {day}"
    return plain, draw(st.sampled_from((f"{metric} {word} {day}", f"{metric} {day} {word}")))


@given(limited())
def test_a_word_that_limits_never_leaves_the_plan_as_it_was(pair):
    plain, question = pair
    assert isinstance(understood(plain), Plan)
    made = answerable(question)
    assert made is None or (made != understood(plain) and not made.ignored), question


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("gsato", "gasto", True), ("campahna", "campanha", True), ("yeserday", "yesterday", True),
        ("gastto", "gasto", True), ("vemdas", "vendas", True),
        ("funcionario", "funcionando", False), ("perdidas", "pedidos", False), ("desconto", "descendo", False),
        ("tablet", "table", False), ("gosto", "gasto", False), ("anual", "atual", False),
    ],
)  # fmt: skip
def test_only_what_fingers_do_is_a_slip(typed, meant, expected):
    assert is_slip(typed, meant) is expected


@pytest.mark.parametrize(
    "question",
    ["gasto das campanhas que venderam ontem", "spend of campaigns that sold yesterday", "leads convertidos ontem",
     "gasto ontem desde segunda", "qual o status e o roas da Spring Sale ontem", "gasto ontem sem frete"],
)  # fmt: skip
def test_two_parts_that_nothing_joins_are_asked_back(question):
    assert answerable(question) is None


@pytest.mark.parametrize(
    ("question", "ages"),
    [
        ("gasto com gente abaixo de 35 anos ontem", ("13-17", "18-24", "25-34")),
        ("spend on under-25s yesterday", ("13-17", "18-24")),
        ("spend on people over 55 yesterday", ("55-64", "65+")),
        ("spend on people over 24 yesterday", ("25-34", "35-44", "45-54", "55-64", "65+")),
        ("gasto com pessoas até 24 anos ontem", ("13-17", "18-24")),
        ("gasto de 45 anos ou mais ontem", None),
        ("campanhas com CPA abaixo de 35 ontem", ()),
    ],
)
def test_ages_on_one_side_are_every_group_there(question, ages):
    made = understood(question)
    if ages is None:
        assert not isinstance(made, Plan) or made.segments, "asked back, or every group"
        return
    assert tuple(one.value for one in made.segments) == ages
    assert not ages or made.dimensions[0] == "age"


@pytest.mark.parametrize(
    "question",
    [
        "gasto com gente com menos de 24 anos ontem",
        "spend on under-24s yesterday",
        "gasto com pessoas até 25 anos ontem",
        "spend on people up to 35 years old yesterday",
    ],
)
def test_an_age_within_a_group_is_no_bound_of_groups(question):
    assert not isinstance(understood(question), Plan), "asked back, or refused"


def test_two_parts_of_a_breakdown_limit_the_figures_and_stand_side_by_side():
    made = planned("gasto no facebook e no instagram ontem")
    assert made.segments == (Segment("platform", "facebook"), Segment("platform", "instagram"))
    assert made.dimensions == ("platform",)


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("what does it cost us to get one sale yesterday", "goal_cost:purchase"),
        ("what'd a thousand impressions cost us in October", "cpm"),
        ("quanto custou e quantas vendas ontem", None),
    ],
)
def test_a_verb_of_cost_and_what_it_buys_are_one_metric(question, metric):
    made = planned(question)
    assert made.metrics == (metric,) if metric else made.metrics == ("spend", "purchases")


def test_a_why_about_two_metrics_holds_both():
    made = planned("por que o gasto subiu e as vendas caíram na semana passada?")
    assert (made.intent, made.metrics) == ("why", ("spend", "purchases"))


def test_sales_that_fell_in_are_counted_and_no_change():
    made = planned("quantas vendas caíram ontem")
    assert (made.metrics, made.compare, made.premise) == (("purchases",), None, None)
