"""A word that nothing knows, anywhere in a question, is named as left out, asked back or refused; never passed over."""

from dataclasses import replace

import pytest

from fbads_pipeline.domain.chat.plan import Clarification, Plan
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import plan
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline_tests.support.asking import context, planned

# Questions with phrases that let other words stand between their own.
QUESTIONS = [
    "quanto ta custando cada lead", "quanto custou cada carrinho na loja aurora semana passada",
    "a quanto ta saindo cada lead na loja aurora este mes", "quanto gastei em cada plataforma semana passada",
    "quanto saiu de verba ontem", "quanto ta saindo o mil da loja aurora", "ontem, gasto de cada campanha",
    "gasto da loja aurora com gente abaixo de 35 anos na semana passada", "vendas de mulheres de 25 a 34 ontem",
    "how much did each contact cost last week", "how much did we pay for each sale yesterday",
    "sales from people 55 and up in october", "spend on people over 55 last week", "women under 35 spend yesterday",
]  # fmt: skip
UNKNOWN = ("zoblix", "quorvexa", "bltrzk")
NAMES = ObjectNames([NamedObject("account", "1", "1", "Loja Aurora"), NamedObject("campaign", "2", "1", "Outra Coisa")])


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_word_that_nothing_knows_is_never_passed_over(question):
    words = question.split()
    passed_over = []
    for place in range(len(words) + 1):
        unknown = UNKNOWN[place % len(UNKNOWN)]
        asked = normalise(" ".join([*words[:place], unknown, *words[place:]]))
        assert unknown in asked
        made = plan(asked, replace(context(asked), names=NAMES))
        if isinstance(made, Plan) and not any(unknown in left for left in made.ignored):
            passed_over.append(asked)
    assert passed_over == []


@pytest.mark.parametrize(
    "question",
    [
        "quanto ta custando zoblix cada lead",
        "gasto com gente zoblix abaixo de 35 anos",
        "spend on people zoblix over 55",
    ],
)
def test_an_unknown_word_within_a_phrase_is_asked_back_or_named_as_left_out(question):
    made = plan(question, replace(context(question), names=NAMES))
    held = made.plan if isinstance(made, Clarification) else made
    assert isinstance(held, Plan) and "zoblix" in held.ignored[0]


@pytest.mark.parametrize("question", ["quanto ta me custando cada lead", "spend on people who are over 55"])
def test_words_that_say_nothing_of_their_own_are_no_question(question):
    assert planned(question).ignored == ()
