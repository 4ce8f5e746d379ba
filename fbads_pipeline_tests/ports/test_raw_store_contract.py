"""The contract of the port RawStore, for the fake of the tests and for PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.collection.account_reports import AccountReport, RowCounts
from fbads_pipeline.domain.collection.doubts import DoubtfulDay, UnreadDay
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import TransientMetaError
from fbads_pipeline.domain.collection.pages import Page, UnreadableRow
from fbads_pipeline.domain.core.days import DayRange, DayReading
from fbads_pipeline_tests.support.fake_ads import (
    FakeRaw,
    an_account,
    an_insight_row,
    an_object_row,
    insight_columns,
)

D1, D2 = date(2026, 11, 1), date(2026, 11, 2)
DAYS = DayRange(D1, D2)
T0 = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = T0 + timedelta(hours=1)
ACCOUNT, CAMPAIGN = Grain("account"), Grain("campaign")
DAY_1 = DayRange(D1, D1)


@pytest.fixture(params=["fake", "postgres"])
def raw(request):
    return FakeRaw() if request.param == "fake" else PostgresRawStore(request.getfixturevalue("migrated_engine"))


def apply(raw, *rows, grain=CAMPAIGN, days=DAYS, at=T0, run_id="r1", unreadable=()):
    pages = iter([Page(list(rows), list(unreadable))])
    return raw.apply_insights("42", grain, days, pages, run_id=run_id, read_at=at)


def settle(raw, run_id="r1", at=LATER):
    """How many rows were removed, and the days that are doubtful still."""
    counts, days = raw.settle_doubts("42", run_id=run_id, read_at=at)
    return counts.rows_removed, days


def campaigns(**impressions):
    """Rows of the first day: campaign 7 as _7=100."""
    return [row_with(an_insight_row(D1, name.strip("_")), impressions=str(n)) for name, n in impressions.items()]


def of_account(impressions):
    return row_with(an_insight_row(D1, "42", ACCOUNT), impressions=str(impressions))


def row_with(row, **figures):
    return tuple({**insight_columns(row), **figures}.values())


def test_an_account_is_collected_by_one_run_at_a_time(raw):
    with raw.lock_account("42") as first, raw.lock_account("42") as second, raw.lock_account("43") as other:
        assert (first, second, other) == (True, False, True)
    with raw.lock_account("42") as again:
        assert again


def test_accounts_stay_known_and_are_updated(raw):
    raw.save_accounts([an_account("42"), an_account("43")], T0)
    raw.save_accounts([an_account("43", "Asia/Tokyo")], LATER)
    known = {one.account_id: one.timezone_name for one in raw.known_accounts()}
    assert known == {"42": "America/Sao_Paulo", "43": "Asia/Tokyo"}


def test_a_reading_writes_the_difference(raw):
    both = [an_insight_row(D1, "7"), an_insight_row(D1, "8")]
    assert apply(raw, *both) == RowCounts(2, 2, 0, 0)
    assert apply(raw, *both, at=LATER) == RowCounts(2, 0, 0, 0)
    assert apply(raw, both[0], an_insight_row(D2, "7")) == RowCounts(2, 1, 0, 0, 1)


def test_a_reading_leaves_other_days_and_levels_alone(raw):
    apply(raw, an_insight_row(D1, "7"), an_insight_row(D2, "7"))
    assert apply(raw, days=DayRange(D2, D2)) == RowCounts(0, 0, 0, 0, 1)
    assert apply(raw, grain=Grain("ad")) == RowCounts(0, 0, 0, 0)
    assert apply(raw, an_insight_row(D1, "7")) == RowCounts(1, 0, 0, 0, 1)


def test_a_row_that_measured_nothing_goes_when_it_does_not_come_again(raw):
    nothing = {"impressions": "0", "clicks": "0", "inline_link_clicks": "0", "spend": "0"}
    apply(raw, row_with(an_insight_row(D1, "7"), **nothing))
    assert apply(raw) == RowCounts(0, 0, 1, 0, 0)


def test_rows_that_vanish_go_in_the_same_run_where_the_account_agrees(raw):
    apply(raw, *campaigns(_7=100, _8=50), days=DAY_1)
    apply(raw, *campaigns(_7=100), days=DAY_1, run_id="r2", at=LATER)
    apply(raw, of_account(101), grain=ACCOUNT, days=DAY_1, run_id="r2", at=LATER)
    assert settle(raw, "r2") == (1, [])
    assert raw.last_readings("42", DAY_1, ["campaign"]) == {D1: LATER}
    assert apply(raw, *campaigns(_7=100), days=DAY_1, run_id="r3") == RowCounts(1, 0, 0, 0, 0), "nothing is left of it"


def test_rows_that_vanish_stand_for_as_long_as_the_account_has_them(raw):
    apply(raw, *campaigns(_7=100, _8=50), days=DAY_1)
    for run_id in ("r2", "r3", "r4"):
        apply(raw, *campaigns(_7=100), days=DAY_1, run_id=run_id, at=LATER)
        apply(raw, of_account(155), grain=ACCOUNT, days=DAY_1, run_id=run_id, at=LATER)
        assert settle(raw, run_id) == (0, [DoubtfulDay(CAMPAIGN, D1, 1)])
        assert raw.last_readings("42", DAY_1, ["campaign"]) == {D1: T0}, "the good reading before it"
        assert raw.last_answers("42", DAY_1, ["campaign"]) == {D1: LATER}
    assert apply(raw, *campaigns(_7=100, _8=50), days=DAY_1, run_id="r5", at=LATER).rows_doubtful == 0
    assert settle(raw, "r5") == (0, [])
    assert raw.last_readings("42", DAY_1, ["campaign"]) == {D1: LATER}


def test_without_another_level_a_second_run_must_say_the_same(raw):
    apply(raw, *campaigns(_7=100), days=DAY_1)
    apply(raw, days=DAY_1, run_id="r2", at=LATER)
    assert settle(raw, "r2") == (0, [DoubtfulDay(CAMPAIGN, D1, 1)])
    apply(raw, days=DAY_1, run_id="r3", at=LATER)
    assert settle(raw, "r3") == (1, [])


def test_the_same_run_asked_twice_is_no_second_source(raw):
    apply(raw, *campaigns(_7=100), days=DAY_1)
    apply(raw, days=DAY_1, run_id="r2", at=LATER)
    assert settle(raw, "r2")[0] == 0
    apply(raw, days=DAY_1, run_id="r2", at=LATER + timedelta(minutes=1))
    assert settle(raw, "r2")[0] == 0


def test_a_row_that_was_contradicted_needs_two_silent_runs(raw):
    apply(raw, *campaigns(_7=100), days=DAY_1)
    apply(raw, days=DAY_1, run_id="r2", at=LATER)
    apply(raw, of_account(100), grain=ACCOUNT, days=DAY_1, run_id="r2", at=LATER)
    assert settle(raw, "r2")[0] == 0
    for run_id, removed in (("r3", 0), ("r4", 1)):
        apply(raw, days=DAY_1, run_id=run_id, at=LATER)
        assert settle(raw, run_id)[0] == removed


def test_an_empty_answer_where_another_level_has_delivery_is_no_reading(raw):
    apply(raw, days=DAY_1)
    apply(raw, of_account(100), grain=ACCOUNT, days=DAY_1)
    assert settle(raw) == (0, [DoubtfulDay(CAMPAIGN, D1)])
    assert raw.last_readings("42", DAY_1, ["campaign"]) == {}
    assert raw.day_readings("42", DAY_1, ["campaign"]) == {D1: DayReading(T0, None)}


def test_an_empty_breakdown_under_a_day_with_delivery_is_doubtful_for_ever(raw):
    by_age = Grain("campaign", "age")
    apply(raw, *campaigns(_7=100), days=DAY_1)
    apply(raw, an_insight_row(D1, "7", by_age), grain=by_age, days=DAY_1)
    assert settle(raw) == (0, [])
    for run_id in ("r2", "r3", "r4"):
        apply(raw, grain=by_age, days=DAY_1, run_id=run_id, at=LATER)
        assert settle(raw, run_id) == (0, [DoubtfulDay(by_age, D1, 1)])
    assert apply(raw, an_insight_row(D1, "7", by_age), grain=by_age, days=DAY_1, at=LATER).rows_doubtful == 0


@pytest.mark.parametrize(
    ("key", "stands"),
    [
        ((D1, "8", ""), True),
        ((D1, "9", ""), False),
        ((D1, None, ""), True),
        ((D1, "8", None), True),
        ((D2, None, ""), False),
        ((None, "8", ""), True),
    ],
)
def test_a_row_that_comes_unreadable_stands_without_a_doubt(raw, key, stands):
    apply(raw, *campaigns(_7=100, _8=50))
    held = UnreadableRow("spend 'NaN' is not finite", "{}", *key)
    applied = apply(raw, *campaigns(_7=100), unreadable=[held], run_id="r2", at=LATER)
    assert applied == RowCounts(2, 0, 0, 1, 0 if stands else 1, "spend 'NaN' is not finite")
    _, days = settle(raw, "r2")
    assert days == ([] if stands else [DoubtfulDay(CAMPAIGN, D1, 1)])
    unread = {D1, D2} if key[0] is None else {key[0]}
    unread |= set() if stands else {D1}
    assert raw.last_readings("42", DAYS, ["campaign"]) == {day: T0 if day in unread else LATER for day in DAYS}
    assert raw.last_answers("42", DAYS, ["campaign"]) == {D1: LATER, D2: LATER}


def test_a_value_that_comes_unreadable_keeps_the_last_good_one_without_a_doubt(raw):
    apply(raw, row_with(an_insight_row(D1, "7"), spend="4.00"), days=DAY_1)
    wrong = UnreadableRow("spend 'NaN' is not finite", "{}", D1, "7", "", is_value=True)
    came = row_with(an_insight_row(D1, "7"), spend=None, unreadable='["spend"]')
    for hour, run_id in enumerate(("r2", "r3"), start=1):
        at = T0 + timedelta(hours=hour)
        applied = apply(raw, came, days=DAY_1, unreadable=[wrong], run_id=run_id, at=at)
        assert applied == RowCounts(1, 0 if hour > 1 else applied.rows_changed, 0, 1, 0, "spend 'NaN' is not finite")
        assert settle(raw, run_id, at) == (0, [])
    error = "values could not be read: spend 'NaN' is not finite"
    assert raw.days_not_read_well(D1) == [UnreadDay("42", CAMPAIGN, D1, "unreadable", error)]
    assert raw.last_readings("42", DAY_1, ["campaign"]) == {D1: T0}
    # The last good value stands: the same again changes no figure.
    again = apply(raw, row_with(an_insight_row(D1, "7"), spend="4.00"), days=DAY_1, run_id="r4", at=at)
    assert (again.rows_removed, again.rows_doubtful, raw.days_not_read_well(D1)) == (0, 0, [])


def test_days_that_were_not_read_well_are_listed_with_their_reason(raw):
    apply(raw, *campaigns(_7=100))
    assert raw.days_not_read_well(D1) == []
    held = UnreadableRow("spend 'NaN' is not finite", "{}", D2, "8", "")
    apply(raw, *campaigns(_7=100), unreadable=[held], run_id="r2", at=LATER)
    raw.record_failure("42", ACCOUNT, DAY_1, "no", run_id="r2", read_at=LATER)
    unreadable = UnreadDay("42", CAMPAIGN, D2, "unreadable", "rows could not be read")
    assert raw.days_not_read_well(D1) == [unreadable, UnreadDay("42", ACCOUNT, D1, "failed", "no")]
    assert raw.days_not_read_well(D2) == [unreadable]
    apply(raw, days=DayRange(D2, D2), run_id="r3", at=LATER + timedelta(hours=1))
    assert raw.days_not_read_well(D2) == []


def test_a_reading_that_breaks_off_leaves_nothing(raw):
    def broken():
        yield Page([an_insight_row(D1, "7")])
        raise TransientMetaError("cut")

    with pytest.raises(TransientMetaError):
        raw.apply_insights("42", CAMPAIGN, DAYS, broken(), run_id="r1", read_at=T0)
    assert raw.last_readings("42", DAYS, ["campaign"]) == {}
    assert apply(raw, an_insight_row(D1, "7")).rows_changed == 1


def test_a_day_counts_as_read_once_every_level_was_read(raw):
    apply(raw)
    apply(raw, grain=Grain("account"), days=DayRange(D1, D1), at=LATER)
    assert raw.last_readings("42", DAYS, ["campaign", "account"]) == {D1: T0}
    assert raw.last_readings("42", DAYS, ["campaign"]) == {D1: T0, D2: T0}


def test_a_failed_reading_is_an_attempt_and_leaves_the_good_one_before_it(raw):
    apply(raw, days=DayRange(D1, D1))
    raw.record_failure("42", CAMPAIGN, DAYS, "no", run_id="r2", read_at=LATER)
    assert raw.day_readings("42", DAYS, ["campaign"]) == {D1: DayReading(LATER, T0), D2: DayReading(LATER, None)}
    assert raw.day_readings("42", DAYS, ["campaign", "ad"]) == {}
    apply(raw, grain=Grain("ad"), days=DayRange(D1, D1), at=LATER)
    assert raw.day_readings("42", DAYS, ["campaign", "ad"]) == {D1: DayReading(LATER, T0)}


def test_a_failed_reading_does_not_make_an_account_fresh(raw):
    raw.save_accounts([an_account("42"), an_account("43")], T0)
    apply(raw, an_insight_row(D1, "7"))
    raw.record_failure("42", CAMPAIGN, DAYS, "no", run_id="r2", read_at=LATER)
    assert raw.stale_accounts(T0) == {"43": None}
    assert raw.stale_accounts(LATER) == {"42": T0, "43": None}


def test_objects_are_written_where_they_changed(raw):
    pages = [Page([an_object_row("campaign", "7", "42")])]
    assert raw.apply_objects("42", "campaign", iter(pages), read_at=T0) == RowCounts(1, 1)
    assert raw.apply_objects("42", "campaign", iter(pages), read_at=LATER) == RowCounts(1, 0)


def test_the_reports_of_a_run_are_its_own_ordered_by_account(raw):
    for account in ("43", "42"):
        raw.save_report("r1", AccountReport(account, T0, status="partial", error_kind="stopped", error="no", days=DAYS))
    raw.save_report("r2", AccountReport("44", T0))
    found = [(row["account_id"], row["status"], row["error"]) for row in raw.reports("r1")]
    assert found == [("42", "partial", "no"), ("43", "partial", "no")]
    assert raw.reports("r3") == []
