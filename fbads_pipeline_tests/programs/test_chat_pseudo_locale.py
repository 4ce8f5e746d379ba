"""In a language that is only a catalogue, every answer of the chat is in that language."""

from dataclasses import replace

import pytest

from evaluation.chat.grading import items
from evaluation.chat.world import ACCOUNTS, MINE, NOW
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.chat.plan import Clarification, Refusal
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline.domain.chat.understanding.tags import words_of
from fbads_pipeline.domain.core.formatting import fold
from fbads_pipeline.services.chat.answer_question import answer
from fbads_pipeline.services.chat.turn import ChatUser
from fbads_pipeline_tests.support.asking import LEXICON
from fbads_pipeline_tests.support.pseudo_locale import plain_words, pseudo_locale

USER = ChatUser("maria", MINE)
# Ad sets' states and objectives as Meta names them, and the address of a page.
META_WORDS = "ACTIVE PAUSED CAMPAIGN_PAUSED suggestions"
# Of currencies, the same in every language but for the dollar.
SIGNS = ("US$", "R$")
OTHERS = ("oi", "ajuda", "o que é o CPA?", "what is reach?", "spend on 05/06", "pausa a campanha Back to School",
          "sugestões", "any anomalies?", "pontuação das campanhas", "até quando são os dados?", "posso gastar mais?",
          "gasto por hora ontem", "leads por hora em novembro", "spend today vs yesterday", "alcance por hora",
          "o pixel está disparando?", "gasto aos domingos sem Instagram", "quais campanhas não estão pausadas?",
          "cliques nos stories ontem", "gasto por gênero ontem", "gasto por dia da semana este mês",
          "spend by week this month")  # fmt: skip


@pytest.fixture(scope="module")
def pseudo_chat(graded, tmp_path_factory):
    chat, _ = graded
    with pseudo_locale(tmp_path_factory.mktemp("locale")) as code:
        yield replace(chat, translator=translator()), code


def data_of(made, question):
    """Names, ids and codes: what is the same in every language."""
    rows = [str(value) for table in made.tables for row in table.rows for value in row.values()]
    accounts = [text for account in ACCOUNTS.values() for text in account]
    read = normalise(question)
    mended = " ".join(LEXICON.mended(word.text, ()) for word in words_of(fold(read)))
    return (*rows, *accounts, *SIGNS, *made.choices, repr(made.plan), read, fold(read), mended, META_WORDS)


def test_no_sentence_of_an_answer_stays_behind(pseudo_chat):
    chat, code = pseudo_chat
    left = {}
    for question in (*(item.turns[-1] for item in items()), *OTHERS):
        made = answer(chat, question, user=USER, language=code, now=NOW)
        assert made.language == code
        shown = [made.text, *(text for citation in made.citations for text in citation.filters)]
        words = [word for text in shown for word in plain_words(text, *data_of(made, question))]
        if words:
            left[question] = words
    assert left == {}


@pytest.mark.parametrize("kind", [Refusal, Clarification])
def test_every_refusal_and_question_back_has_its_sentence(kind):
    kinds = kind.__annotations__["kind"].__args__
    key = "refused" if kind is Refusal else "which"
    for language in translator().languages:
        for one in kinds:
            assert translator().text(f"chat.{key}_{one}", language, about="x", metrics="y")
