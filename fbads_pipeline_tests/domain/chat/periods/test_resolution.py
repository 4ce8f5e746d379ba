"""Periods in everyday Portuguese and English."""

from datetime import date

import pytest

from fbads_pipeline.adapters.translation.chat_lexicon import vocabulary
from fbads_pipeline.domain.chat.periods.dates import AmbiguousDate, DateContext, ImpossibleDate
from fbads_pipeline.domain.chat.periods.phrases import find_periods
from fbads_pipeline.domain.chat.periods.resolution import previous, resolve
from fbads_pipeline.domain.chat.plan import RelativePeriod
from fbads_pipeline.domain.core.formatting import fold

TODAY = date(2026, 11, 23)


def days(words, language):
    """First and last day of each period found, as MMDD."""
    found = find_periods(fold(words), DateContext(vocabulary(), language, TODAY))
    return [tuple(f"{day:%Y%m%d}"[2:] for day in resolve(one.period, TODAY)) for one in found]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("hoje", "261123", "261123"),
        ("ontem", "261122", "261122"),
        ("anteontem", "261121", "261121"),
        ("nos últimos 7 dias", "261116", "261122"),
        ("últimas duas semanas", "261109", "261122"),
        ("semana passada", "261116", "261122"),
        ("esta semana", "261123", "261123"),
        ("semana retrasada", "261109", "261115"),
        ("este mês", "261101", "261123"),
        ("mês passado", "261001", "261031"),
        ("desde 1º de novembro", "261101", "261123"),
        ("de 1 a 15 de outubro", "261001", "261015"),
        ("20/10/2026 a 05/11/2026", "261020", "261105"),
        ("em 05/06", "260605", "260605"),
        ("no terceiro trimestre", "260701", "260930"),
        ("na primeira quinzena de outubro", "261001", "261015"),
        ("em dezembro", "251201", "251231"),
        ("no ano passado", "250101", "251231"),
        ("dos dias 10 a 15", "261110", "261115"),
        ("há 3 dias", "261120", "261120"),
        ("na última segunda-feira", "261116", "261116"),
        ("no fim de semana", "261121", "261122"),
        ("desde a semana passada", "261116", "261123"),
    ],
)
def test_portuguese_periods_are_days(words, first, last):
    assert days(words, "pt") == [(first, last)]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("today", "261123", "261123"),
        ("the day before yesterday", "261121", "261121"),
        ("over the past two weeks", "261109", "261122"),
        ("last 7d", "261116", "261122"),
        ("last week", "261116", "261122"),
        ("this month", "261101", "261123"),
        ("mtd", "261101", "261123"),
        ("from October 1 to October 15", "261001", "261015"),
        ("Nov 1 - 15", "261101", "261115"),
        ("on November 5th", "261105", "261105"),
        ("2026-11-10 to 2026-11-12", "261110", "261112"),
        ("Q3", "260701", "260930"),
        ("last quarter", "260701", "260930"),
        ("in september 2025", "250901", "250930"),
        ("on 11/20", "261120", "261120"),
        ("since Monday", "261116", "261123"),
        ("the week of November 9", "261109", "261115"),
        ("2 days ago", "261121", "261121"),
    ],
)
def test_english_periods_are_days(words, first, last):
    assert days(words, "en") == [(first, last)]


def test_a_date_that_reads_two_ways_in_english_is_asked_about():
    with pytest.raises(AmbiguousDate) as asked:
        days("on 05/06", "en")
    assert asked.value.readings == ("2026-06-05", "2026-05-06")


def test_a_day_that_does_not_exist_is_said_so():
    with pytest.raises(ImpossibleDate):
        days("em 31/02/2026", "pt")


def test_the_stretch_before_is_of_the_same_nature():
    month = previous(RelativePeriod("month", 1))
    assert resolve(month, TODAY) == (date(2026, 9, 1), date(2026, 9, 30))
    unfinished = previous(RelativePeriod("month", 0))
    assert resolve(unfinished, TODAY) == (date(2026, 10, 1), date(2026, 10, 23))
    week = previous(RelativePeriod("days", 7))
    assert resolve(week, TODAY) == (date(2026, 11, 9), date(2026, 11, 15))


def test_a_change_between_two_months_names_two_periods_and_a_sum_one():
    assert days("mudou entre setembro e outubro", "pt") == [("260901", "260930"), ("261001", "261031")]
    assert days("gasto entre setembro e outubro", "pt") == [("260901", "261031")]
