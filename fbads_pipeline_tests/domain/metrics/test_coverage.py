"""Coverage counts account-days, names the ranges that lack, and says so in one sentence."""

from datetime import date

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import Coverage, coverage_of


def day(number: int) -> date:
    return date(2026, 10, number)


def test_a_period_that_was_read_in_full_needs_no_note():
    whole = coverage_of(31, [])
    assert (whole.read, whole.unread, whole.is_complete, whole.gap, whole.note()) == (31, 0, True, None, None)


def test_missing_days_are_counted_and_named_as_ranges():
    part = coverage_of(28, [("1", day(3)), ("1", day(1)), ("1", day(2)), ("1", day(9))])
    assert part == Coverage(28, (("1", (DayRange(day(1), day(3)), DayRange(day(9), day(9)))),))
    assert (part.read, part.unread, part.is_complete, part.gap) == (24, 4, False, DayRange(day(1), day(9)))
    texts = [translator().render(part.note(), language) for language in ("pt", "en")]
    assert texts == [
        "24 de 28 dias lidos (sem leitura: de 01/10 a 03/10/2026; em 09/10/2026)",
        "24 of 28 days read (not read: from 1 Oct to 3 Oct 2026; on 9 Oct 2026)",
    ]


def test_of_several_accounts_the_days_and_the_accounts_are_counted():
    part = coverage_of(56, [("2", day(5)), ("1", day(1))])
    assert (part.read, part.gap) == (54, DayRange(day(1), day(5)))
    assert translator().render(part.note(), "pt") == "54 de 56 dias de conta lidos; faltam dias em 2 contas"
