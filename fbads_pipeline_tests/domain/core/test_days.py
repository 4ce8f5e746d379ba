"""Account-local days, and which of them a tick needs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.core.days import DayRange, due_days, last_months, local_day, unread_days

NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)


def window(read_at, days=28):
    return {TODAY - timedelta(days=back): read_at for back in range(days)}


@given(st.integers(1, 400), st.integers(1, 100))
def test_chunks_cover_each_day_once(length, size):
    days = DayRange(TODAY, TODAY + timedelta(days=length - 1))
    chunks = list(days.chunks(size))
    assert [day for chunk in chunks for day in chunk] == list(days)
    assert max(len(chunk) for chunk in chunks) <= size


def test_a_range_that_runs_backwards_is_refused():
    with pytest.raises(ValueError, match="lies after"):
        DayRange(TODAY, TODAY - timedelta(days=1))


def test_clipping_keeps_what_both_have():
    week = DayRange(date(2026, 11, 1), date(2026, 11, 7))
    assert week.clip(DayRange(date(2026, 11, 5), TODAY)) == DayRange(date(2026, 11, 5), date(2026, 11, 7))
    assert week.clip(DayRange(date(2026, 11, 8), TODAY)) is None


def test_the_same_instant_is_another_day_in_another_zone():
    instant = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
    assert local_day(instant, "America/Sao_Paulo") == date(2026, 11, 9)
    assert local_day(instant, "Asia/Tokyo") == date(2026, 11, 10)


def test_an_account_never_read_needs_the_whole_window():
    assert len(due_days(NOW, "UTC", {}, restatement_days=28)) == 28


def test_after_the_days_whole_reading_two_days_are_enough():
    read = window(NOW - timedelta(hours=1))
    assert due_days(NOW, "UTC", read, restatement_days=28) == DayRange(TODAY - timedelta(days=1), TODAY)


def test_a_new_local_day_asks_for_the_whole_window_once():
    read = window(NOW - timedelta(hours=13))
    assert len(due_days(NOW, "UTC", read, restatement_days=28)) == 28
    assert len(due_days(NOW, "Pacific/Honolulu", read, restatement_days=28)) == 28  # there it is the 10th at 02:00
    fresh = window(NOW - timedelta(hours=1))
    assert len(due_days(NOW, "Pacific/Honolulu", fresh, restatement_days=28)) == 2


def test_one_day_that_was_missed_brings_the_window_back():
    read = window(NOW - timedelta(hours=1))
    del read[TODAY - timedelta(days=9)]
    assert len(due_days(NOW, "UTC", read, restatement_days=28)) == 28


@given(st.integers(1, 1200), st.integers(0, 400))
def test_quarters_cover_each_day_once_and_are_cut_alike_on_another_day(length, later):
    days = DayRange(TODAY - timedelta(days=length - 1), TODAY)
    parts = list(days.quarters())
    assert [day for part in reversed(parts) for day in part] == list(days)
    assert max(map(len, parts)) <= 92
    grown = DayRange(days.since, TODAY + timedelta(days=later))
    assert set(parts[1:]) <= set(grown.quarters())


@pytest.mark.parametrize(
    ("today", "months", "since"),
    [
        (date(2026, 11, 10), 37, date(2023, 10, 11)),
        (date(2026, 1, 31), 12, date(2025, 2, 1)),
        (date(2026, 3, 31), 1, date(2026, 3, 1)),
        (date(2024, 2, 29), 12, date(2023, 3, 1)),
    ],
)
def test_months_end_with_today(today, months, since):
    assert last_months(today, months) == DayRange(since, today)


def test_a_day_is_read_for_good_once_it_can_no_longer_change():
    days = DayRange(TODAY - timedelta(days=60), TODAY + timedelta(days=1))
    assert unread_days(NOW, "UTC", {}, days, restatement_days=28) == DayRange(days.since, TODAY)
    today = window(NOW - timedelta(hours=1), days=61)
    assert unread_days(NOW, "UTC", today, days, restatement_days=28) is None
    yesterday = window(NOW - timedelta(days=1), days=61)
    assert unread_days(NOW, "UTC", yesterday, days, restatement_days=28) == window_of(28)
    long_ago = window(NOW - timedelta(days=30), days=61)
    assert unread_days(NOW, "UTC", long_ago, days, restatement_days=28) == window_of(57)


def window_of(count):
    return DayRange(TODAY - timedelta(days=count), TODAY)
