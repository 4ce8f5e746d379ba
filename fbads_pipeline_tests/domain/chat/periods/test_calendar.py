"""Everyday words for days in both languages, on three todays; the days were worked out by hand."""

from datetime import date
from pathlib import Path

import pytest

from fbads_pipeline.adapters.translation.chat_lexicon import vocabulary
from fbads_pipeline.domain.chat.periods.dates import DateContext
from fbads_pipeline.domain.chat.periods.phrases import find_periods
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline.domain.core.formatting import fold
from fbads_pipeline_tests.support.asking import LEXICON

TODAYS = (date(2026, 11, 23), date(2026, 3, 1), date(2024, 2, 29))
TABLE = [
    tuple(part.strip() for part in line.split(" | "))
    for line in Path(__file__).with_name("calendar.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def days(words: str, language: str, today: date) -> list[str]:
    """First and last day of each period found; one date where they are the same."""
    text = fold(normalise(words))
    mended = " ".join(LEXICON.mended(word, ()) for word in text.split())
    assert mended == text, "an everyday word is no slip of another one"
    found = find_periods(text, DateContext(vocabulary(), language, today))
    return [" ".join(dict.fromkeys(str(day) for day in resolve(one.period, today))) for one in found]


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_every_phrase_is_the_days_of_the_calendar(today):
    column = 2 + TODAYS.index(today)
    said = {one[1]: days(f"gasto {one[1]}" if one[0] == "pt" else f"spend {one[1]}", one[0], today) for one in TABLE}
    assert said == {one[1]: [one[column]] for one in TABLE}
    assert len(TABLE) >= 60
