"""The contract of the port RawStore, for the fake of the tests and for PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.collection.account_reports import AccountReport, RowCounts
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import TransientMetaError
from fbads_pipeline.domain.collection.pages import Page
from fbads_pipeline.domain.core.days import DayRange, DayReading
from fbads_pipeline_tests.support.fake_ads import FakeRaw, an_account, an_insight_row, an_object_row

D1, D2 = date(2026, 11, 1), date(2026, 11, 2)
DAYS = DayRange(D1, D2)
T0 = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = T0 + timedelta(hours=1)
CAMPAIGN = Grain("campaign")


@pytest.fixture(params=["fake", "postgres"])
def raw(request):
    return FakeRaw() if request.param == "fake" else PostgresRawStore(request.getfixturevalue("migrated_engine"))


def apply(raw, *rows, grain=CAMPAIGN, days=DAYS, at=T0):
    return raw.apply_insights("42", grain, days, iter([Page(list(rows))]), run_id="r1", read_at=at)


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
    assert apply(raw, both[0], an_insight_row(D2, "7")) == RowCounts(2, 1, 1, 0)


def test_a_reading_leaves_other_days_and_levels_alone(raw):
    apply(raw, an_insight_row(D1, "7"), an_insight_row(D2, "7"))
    assert apply(raw, days=DayRange(D2, D2)) == RowCounts(0, 0, 1, 0)
    assert apply(raw, grain=Grain("ad")) == RowCounts(0, 0, 0, 0)
    assert apply(raw, an_insight_row(D1, "7")) == RowCounts(1, 0, 0, 0)


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
