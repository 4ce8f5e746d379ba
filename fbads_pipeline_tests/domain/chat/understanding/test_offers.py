"""What a question back offers is accepted exactly as it is offered, whatever the names are."""

import os
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.chat.plan import Clarification, Plan
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext, plan
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline_tests.support.asking import CATALOGUE, LEXICON, TODAY

HOSTILE = (
    "2",
    "1",
    "Leads",
    "Ontem",
    "CPA 50",
    "Stories",
    "todas as contas",
    "não",
    "[BR] <b>",
    "🔥 Zumbi 🔥",
    "act_7",
)
HOSTILE += ('=HYPERLINK("x","y")', "Don't miss", "A | B | C", "zumbi", "ZUMBI", "e\u0301te\u0301", "a" * 350)
PARTS = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=30))


def asked_about(names: ObjectNames, question: str, last: Plan | None = None) -> Plan | Clarification:
    found = plan(normalise(question), PlanningContext(names, CATALOGUE, LEXICON, TODAY, "pt", last))
    assert isinstance(found, Plan | Clarification), found
    return found


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(PARTS, min_size=2, max_size=5))
def test_every_choice_is_taken_as_it_is_written_as_it_is_shown_and_by_its_number(parts):
    names = ObjectNames(
        NamedObject("campaign", f"9000{number}", "900", f"Xyloteca {part}") for number, part in enumerate(parts)
    )
    asked = asked_about(names, "gasto da xyloteca por dia em outubro")
    if isinstance(asked, Plan):  # one of the names is just that
        assert len(asked.objects[0].ids) == 1
        return
    assert asked.plan is not None
    ids: list[str] = []
    for number, (offer, choice) in enumerate(zip(asked.offers, asked.choices, strict=True), 1):
        assert offer.objects is not None
        for typed in (choice, plain_name(choice, "?"), str(number)):
            made = asked_about(names, typed, asked.plan)
            assert isinstance(made, Plan)
            if typed == choice:
                assert made.objects == (offer.objects,), typed
            assert made.metrics == ("spend",) and made.dimensions == ("day",) and made.period == asked.plan.period
        ids += offer.objects.ids
    assert len(set(ids)) == len(ids) > 1


def test_the_same_question_is_understood_alike_in_every_process():
    code = (
        "from fbads_pipeline_tests.support.asking import understood\n"
        "for one in ('gasto da coleção verão ontem', 'spnd of Back too Schol yeserday', 'gasto zumbi ontem'):\n"
        "    print(understood(one))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
