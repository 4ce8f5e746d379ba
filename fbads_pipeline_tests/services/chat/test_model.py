"""Grammar and model together: what either reads, what they agree on, and what is asked where they do not."""

from dataclasses import replace

import pytest

from evaluation.chat.world import NOW
from fbads_pipeline.domain.chat.masking import mask, unmask
from fbads_pipeline.services.chat.answer_question import answer
from fbads_pipeline_tests.services.chat.conftest import EVERY

# The grammar knows all but one word of it, and would answer without it.
ONE_WORD = "gasto zumbilizado ontem por campanha"
UNKNOWN = "me diz a zumbilização da Loja Aurora ontem"


class Scripted:
    """Implements LanguagePlanner: what a model says, over what it would be sent."""

    def __init__(self, **said):
        self.said, self.sent = {"intent": "figures", "dimensions": [], **said}, []

    def plan(self, question, context):
        masked = mask(question, context)
        if masked is None:
            return None
        self.sent.append(masked.text)
        return unmask(self.said, masked, context.catalogue)


def ask(world, question, model):
    return answer(replace(world.chat, model=model), question, user=EVERY, now=NOW)


def test_where_both_read_the_same_it_is_answered_and_where_they_differ_it_is_asked(whole_world):
    agreeing = Scripted(metrics=["spend"], dimensions=["campaign"], period="P1")
    made = ask(whole_world, ONE_WORD, agreeing)
    assert made.outcome == "answered" and "zumbilizado" in made.text, "the word that is left out is named"
    for differing in (
        Scripted(metrics=["clicks"], dimensions=["campaign"], period="P1"),
        Scripted(metrics=["spend"], dimensions=["ad"], period="P1"),
        Scripted(metrics=["spend"], dimensions=["campaign"]),
        Scripted(intent="none", metrics=[]),
    ):
        asked = ask(whole_world, ONE_WORD, differing)
        assert (asked.outcome, asked.kind) == ("asked", "word") and not asked.tables


def test_what_the_model_alone_reads_is_said_to_be_so_and_loses_nothing(whole_world):
    made = ask(whole_world, UNKNOWN, Scripted(metrics=["clicks"], objects=["C1"], period="P1"))
    assert made.outcome == "answered" and "modelo de linguagem" in made.text
    plain = answer(whole_world.chat, "cliques da Loja Aurora ontem", user=EVERY, now=NOW)
    assert made.tables[0].rows == plain.tables[0].rows, "each figure is the query's"
    for losing in (Scripted(metrics=["clicks"], period="P1"), Scripted(metrics=["clicks"], objects=["C1"])):
        assert ask(whole_world, UNKNOWN, losing).kind == "lost", "a name or a day that it dropped"
    invented = Scripted(metrics=["clicks"], objects=["C1"], period="P1", value="R$ 98.765,43", text="98765")
    assert "98" not in ask(whole_world, UNKNOWN, invented).text.replace("98765", "98765x") or (
        ask(whole_world, UNKNOWN, invented).text == made.text
    )


@pytest.mark.parametrize("amount", ["R$ 1.234,56", "98,7%", "77"])
def test_no_name_of_the_world_and_no_amount_is_sent(whole_world, amount):
    with whole_world.chat.database.reading() as figures:
        names = figures.names(figures.accounts(EVERY.account_ids, now=NOW))[0]
    seen = Scripted(metrics=["cpa"])
    for one in names.objects:
        ask(whole_world, f'zumbilização de "{one.name.replace(chr(34), "")}" ontem com CPA acima de {amount}', seen)
        ask(whole_world, f"zumbilização de {one.name} {one.object_id} ontem com CPA acima de {amount}", seen)
    assert len(seen.sent) > 5
    digits = "".join(letter for letter in amount if letter.isdigit())
    for text in seen.sent:
        plain = text.replace("C1", "").replace("C2", "").replace("P1", "").replace("V1", "")
        assert digits[:2] not in plain and "1000" not in plain, text
        for word in ("aurora", "northwind", "sneakers", "prospecting", "webinar", "carrinho"):
            assert word not in plain, text


@pytest.mark.parametrize(
    ("question", "said", "plain"),
    [
        (
            "zumbilização de cliques da Loja Aurora ontem das 9h às 12h",
            {"metrics": ["clicks"], "objects": ["C1"], "period": "P1", "hours": "H1"},
            "cliques da Loja Aurora ontem das 9h às 12h",
        ),
        (
            "zumbilização do gasto em dólar ontem",
            {"metrics": ["spend"], "period": "P1", "currency": "M1"},
            "gasto em dólar ontem",
        ),
        (
            "zumbilização do gasto em outubro nos fins de semana",
            {"metrics": ["spend"], "period": "P1", "weekdays": "W1"},
            "gasto em outubro nos fins de semana",
        ),
        (
            "zumbilização do gasto de mulheres ontem",
            {"metrics": ["spend"], "period": "P1", "parts": ["S1"]},
            "gasto de mulheres ontem",
        ),
        (
            "zumbilização de campanhas ontem com CPA acima da média",
            {
                "metrics": ["cpa"],
                "dimensions": ["campaign"],
                "period": "P1",
                "bounds": [{"metric": "cpa", "value": "B1"}],
            },
            "campanhas com CPA acima da média ontem",
        ),
        (
            "zumbilização do gasto por campanha em média ontem",
            {"metrics": ["spend"], "period": "P1", "mean_of": "campaign"},
            "média de gasto por campanha ontem",
        ),
        (
            "zumbilização do gasto ontem sem contar a Loja Aurora",
            {"metrics": ["spend"], "period": "P1", "left_out": ["C1"]},
            "gasto ontem sem contar a Loja Aurora",
        ),
    ],
)
def test_the_model_says_what_the_grammar_says_and_what_it_drops_is_asked(whole_world, question, said, plain):
    model = Scripted(**said)
    made = ask(whole_world, question, model)
    wanted = answer(whole_world.chat, plain, user=EVERY, now=NOW)
    assert wanted.outcome == "answered" and made.outcome == "answered", (made.text, wanted.text)
    assert made.tables[0].rows == wanted.tables[0].rows
    assert "aurora" not in "".join(model.sent), "a name that is left out is a name as well"
    dropped = {name: one for name, one in said.items() if name in ("metrics", "dimensions", "objects", "period")}
    assert ask(whole_world, question, Scripted(**dropped)).outcome != "answered", "a condition that it dropped"
