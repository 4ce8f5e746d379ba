"""The usage headers: every entry of every header counts."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from fbads_pipeline.adapters.meta_ads.usage import APP, HeaderUsage, Pacer, read_usage


def test_the_fullest_quota_counts_wherever_it_stands():
    business = {
        "1": [
            {"type": "ads_insights", "call_count": 3, "total_time": 2},
            {"type": "ads_management", "total_cputime": 88},
        ],
        "2": [{"call_count": 10, "estimated_time_to_regain_access": 2}],
    }
    headers = {"x-app-usage": json.dumps({"call_count": 12}), "x-business-use-case-usage": json.dumps(business)}
    assert read_usage(headers) == HeaderUsage(account=88.0, app=12.0, wait_seconds=120.0)


def test_a_reset_time_counts_only_when_the_quota_is_full():
    assert read_usage({"x-ad-account-usage": '{"acc_id_util_pct": 40, "reset_time_duration": 900}'}).wait_seconds == 0
    assert (
        read_usage({"x-ad-account-usage": '{"acc_id_util_pct": 99.5, "reset_time_duration": 900}'}).wait_seconds == 900
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"1": 5}', '{"call_count": "x"}'])
def test_a_header_that_makes_no_sense_is_passed_over(text):
    assert read_usage({"x-app-usage": text, "x-business-use-case-usage": text}) == HeaderUsage()


class Now:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.instant = datetime(2026, 11, 10, 12, tzinfo=UTC)

    def __call__(self):
        return self.instant

    def moves(self, seconds):
        self.instant += timedelta(seconds=seconds)


class SharedQuotas:
    """The port Quotas in memory."""

    def __init__(self):
        self.kept = {}
        self.writes = 0

    def read(self):
        return dict(self.kept)

    def write(self, key, use):
        self.kept[key] = use
        self.writes += 1


def test_calls_slow_down_before_the_limit_and_stop_at_it():
    now = Now()
    pacer = Pacer(now=now)
    assert pacer.delay("1") == 0
    pacer.note("1", HeaderUsage(85.0))
    assert pacer.delay("1") == pytest.approx(1.0)
    pacer.note("1", HeaderUsage(97.0, wait_seconds=60.0))
    assert pacer.delay("2") == 0
    assert pacer.delay("1") == 60.0
    now.moves(45)
    assert pacer.delay("1") == 15.0
    now.moves(15)
    pacer.note("1", HeaderUsage(20.0))
    assert pacer.delay("1") == 0


def test_a_quota_that_stays_full_without_a_told_wait_is_asked_ever_more_rarely():
    now, waits = Now(), []
    pacer = Pacer(now=now)
    for _ in range(8):
        pacer.note("1", HeaderUsage(99.0))
        pacer.note("1", HeaderUsage(99.0), is_refused=True)  # under way beside it: adds nothing
        waits.append(pacer.delay("1"))
        now.moves(waits[-1])
    assert waits == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0]


def test_a_full_app_holds_every_account_back_and_a_full_account_only_itself():
    pacer = Pacer(now=Now())
    pacer.note("1", HeaderUsage(account=10.0, app=100.0, wait_seconds=30.0), is_refused=True, is_app_refused=True)
    assert pacer.delay("2") == 30.0
    pacer = Pacer(now=Now())
    pacer.note("1", HeaderUsage(account=10.0, app=96.0, wait_seconds=3600.0))
    assert pacer.delay("2") == 5.0, "the hour is the account's"
    pacer = Pacer(now=Now())
    pacer.note("1", HeaderUsage(account=96.0, app=10.0, wait_seconds=30.0))
    assert pacer.delay("2") == 0


def test_a_refusal_is_a_full_quota_even_where_no_header_says_so():
    pacer = Pacer(now=Now())
    pacer.note("1", HeaderUsage(), is_refused=True)
    assert pacer.delay("1") == 5.0


def test_what_one_process_was_told_binds_the_others():
    shared, now = SharedQuotas(), Now()
    Pacer(shared, now).note("1", HeaderUsage(99.0, wait_seconds=120.0))
    assert Pacer(shared, now).delay("1") == 120.0
    assert Pacer(None, now).delay("1") == 0, "without the shared budget it would ask at once"
    assert APP not in shared.kept


def test_only_news_is_shared():
    shared = SharedQuotas()
    pacer = Pacer(shared, Now())
    for percent in (1.0, 2.0, 40.0, 49.0, 60.0, 61.0, 64.0, 66.0, 30.0):
        pacer.note("1", HeaderUsage(percent))
    assert shared.writes == 3, "60, 66, and the fall to 30"


def test_a_budget_that_cannot_be_shared_is_still_kept():
    class Broken(SharedQuotas):
        def read(self):
            raise OSError("gone")

        def write(self, key, use):
            raise OSError("gone")

    pacer = Pacer(Broken(), Now())
    pacer.note("1", HeaderUsage(99.0, wait_seconds=9.0))
    assert pacer.delay("1") == 9.0
