"""A new account's history is read a month at a time, the newest days first, and ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.services.collection.plan_history import HistoryPart, next_history_part
from fbads_pipeline_tests.support.fake_ads import FakeRaw
from fbads_pipeline_tests.support.fakes import an_account

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
TODAY = date(2026, 11, 10)
LEVELS = ("campaign", "ad")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def part(raw: FakeRaw, now: datetime = NOW, history_days: int = 90) -> HistoryPart | None:
    return next_history_part(raw, now, levels=LEVELS, history_days=history_days, restatement_days=28)


def read(raw: FakeRaw, account_id: str, days: DayRange) -> None:
    for level in LEVELS:
        raw.apply_insights(account_id, Grain(level), days, iter([]), run_id="r", read_at=NOW)


@pytest.fixture
def raw() -> FakeRaw:
    store = FakeRaw()
    store.save_accounts([an_account("42", "UTC"), an_account("43", "UTC")], NOW)
    return store


def test_ninety_days_are_read_in_parts_and_then_nothing_is_asked(raw):
    parts = []
    while found := part(raw):
        parts.append(found.days)
        assert found.account_ids == ("42", "43")
        for account_id in found.account_ids:
            read(raw, account_id, found.days)
    assert parts == [DayRange(ago(58), ago(28)), DayRange(ago(89), ago(59))]


def test_an_account_that_joins_later_is_read_alone(raw):
    read(raw, "42", DayRange(ago(89), ago(28)))
    assert part(raw) == HistoryPart(DayRange(ago(58), ago(28)), ("43",))


def test_the_newest_gap_comes_first_and_takes_along_who_lacks_days_of_it(raw):
    read(raw, "42", DayRange(ago(40), ago(28)))
    read(raw, "43", DayRange(ago(50), ago(28)))
    assert part(raw) == HistoryPart(DayRange(ago(71), ago(41)), ("42", "43"))


def test_days_that_failed_are_tried_again_a_day_later_and_not_before(raw):
    for account_id in ("42", "43"):
        read(raw, account_id, DayRange(ago(88), ago(27)))
        for level in LEVELS:
            raw.record_failure(account_id, Grain(level), DayRange(ago(89), ago(89)), "no", run_id="r", read_at=NOW)
    assert part(raw, NOW) is None
    assert part(raw, NOW + timedelta(hours=11)) is None
    later = NOW + timedelta(hours=24, minutes=1)
    assert next_history_part(raw, later, levels=LEVELS, history_days=91, restatement_days=28).days == DayRange(
        ago(89), ago(89)
    )


def test_no_history_is_read_where_none_is_wanted(raw):
    assert part(raw, history_days=0) is None
    assert part(raw, history_days=28) is None
