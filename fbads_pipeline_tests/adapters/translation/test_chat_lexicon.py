"""The chat's lexicon is data: whole in every language, checked when it is read, the same in every process."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from fbads_pipeline.adapters.translation.catalogues import languages
from fbads_pipeline.adapters.translation.chat_lexicon import FILE, LexiconError, read_lexicon, vocabulary
from fbads_pipeline.domain.chat.lexicon.vocabulary import Vocabulary
from fbads_pipeline.domain.chat.periods.dates import DateContext
from fbads_pipeline.domain.chat.periods.phrases import LEXICON_KINDS, find_periods
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.understanding.language import detect
from fbads_pipeline.domain.chat.understanding.tags import GROUPS

TODAY = date(2026, 11, 23)
SPANISH_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre")
SPANISH_MONTHS += ("noviembre", "diciembre")
PLANS = """
from evaluation.chat.grading import items
from fbads_pipeline_tests.support.asking import understood
print(repr([understood(*item.turns) for item in items()]))
"""


def lexicon(code):
    return read_lexicon(languages()[code] / FILE)


@pytest.mark.parametrize("code", sorted(languages()))
def test_every_language_has_the_same_words_patterns_and_periods(code):
    english, other = lexicon("en"), lexicon(code)
    assert set(other.words) == set(english.words)
    assert set(other.patterns) == set(english.patterns)
    assert set(other.periods) == LEXICON_KINDS
    assert set(other.phrases) == set(GROUPS)


def test_every_pattern_is_a_regular_expression():
    every = vocabulary()
    for one in every.languages.values():
        for name in one.patterns:
            every.expression(rf"(?:{{{name}}})")
        for kind in one.periods:
            assert len(every.period_expressions(kind)) >= len(one.periods[kind])


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("slashed: ambiguous", "slashed: sometimes", "day_first or ambiguous"),
        ("[monday, ", "[", "7 days"),
        ("\nwords:", "\nwords2:", "words"),
        ("detection:", "detection: [", "cannot be read"),
    ],
)
def test_a_lexicon_that_cannot_be_used_is_named(tmp_path, before, after, wrong):
    text = (languages()["en"] / FILE).read_text()
    assert before in text
    (tmp_path / FILE).write_text(text.replace(before, after, 1))
    with pytest.raises(LexiconError, match=wrong) as refused:
        read_lexicon(tmp_path / FILE)
    assert str(tmp_path / FILE) in str(refused.value)


def test_a_third_language_is_a_file():
    spanish = replace(
        lexicon("en"),
        letters=frozenset("ñ"),
        detection_words=frozenset({"cuanto", "gasto", "ayer"}),
        days_ago={"hoy": 0, "ayer": 1},
        months=tuple((name,) for name in SPANISH_MONTHS),
        short_months=frozenset(),
        units={"dias": "day", "semanas": "week"},
        numerals={"dos": 2},
        patterns=lexicon("en").patterns | {"of": ("de",), "date_lead": ("el",)},
        periods=dict.fromkeys(LEXICON_KINDS, ()) | {"units_ago": (r"\bhace {n} {unit}",)},
    )
    every = Vocabulary({"es": spanish})
    context = DateContext(every, "es", TODAY)

    def days(text):
        return [resolve(one.period, TODAY) for one in find_periods(text, context)]

    assert days("cuanto gaste ayer") == [(date(2026, 11, 22), date(2026, 11, 22))]
    assert days("el 5 de mayo") == [(date(2026, 5, 5), date(2026, 5, 5))]
    assert days("hace dos dias") == [(date(2026, 11, 21), date(2026, 11, 21))]
    assert detect("cuanto gasto ayer", Vocabulary(vocabulary().languages | {"es": spanish})) == "es"


def test_a_question_is_understood_alike_in_every_process():
    def understood(seed):
        run = subprocess.run(
            [sys.executable, "-c", PLANS],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout

    first = understood("0")
    assert len(first) > 10_000
    assert first == understood("1") == understood("4242")
