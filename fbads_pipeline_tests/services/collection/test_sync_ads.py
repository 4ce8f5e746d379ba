"""Copying accounts: one failure is one account's, and every account has a report."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.domain.collection.meta_errors import (
    AccountStopped,
    PermanentMetaError,
    RateLimited,
    TransientMetaError,
)
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.errors import StoreUnavailable
from fbads_pipeline.services.collection import read_account as account_reading
from fbads_pipeline.services.collection.plan_sync import (
    SyncPlan,
    UnknownAccount,
    due_range,
    list_accounts,
    pick_accounts,
    shards_of,
)
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline_tests.support.fake_ads import FakeAds, FakeClock, FakeRaw, an_account

LEVELS = ("account", "campaign", "adset", "ad")
DAYS = DayRange(date(2026, 11, 1), date(2026, 11, 7))


def run(ads, raw, accounts=None, **plan):
    plan = {"run_id": "r", "levels": LEVELS, "days": DAYS, "lock_wait_seconds": 0.0, **plan}
    return {
        report.account_id: report for report in sync_ads(ads, raw, FakeClock(), accounts or ads.seen, SyncPlan(**plan))
    }


def test_every_level_and_every_edge_of_every_account_is_read():
    ads, raw = FakeAds([an_account("1"), an_account("2")]), FakeRaw()
    reports = run(ads, raw)
    assert {report.status for report in reports.values()} == {"done"}
    edges = {"campaigns", "adsets", "ads", "activities", "creatives", "custom conversions", "pixels"}
    assert {what for account, what in raw.applied if account == "2"} == {*LEVELS, *edges}
    assert reports["1"].applied.rows_read == 4
    assert reports["1"].traffic.calls == 12
    assert set(raw.saved_reports) == {"1", "2"}


def test_a_forbidden_account_does_not_stop_the_others():
    ads, raw = FakeAds([an_account("1"), an_account("2"), an_account("3")]), FakeRaw()
    for what in (*LEVELS, "campaigns", "adsets", "ads"):
        ads.fails["2", what] = [AccountStopped("no permission", code=200)] * 3
    reports = run(ads, raw)
    assert [reports[one].status for one in "123"] == ["done", "failed", "done"]
    assert reports["2"].error_kind == "stopped"
    assert "no permission" in reports["2"].error
    assert {level for account, level, _ in raw.failures} <= set(LEVELS)


def test_one_level_that_fails_leaves_the_account_partial_and_the_reading_on_record():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", "ad"] = [PermanentMetaError("wrong", code=100)]
    report = run(ads, raw)["1"]
    assert report.status == "partial"
    assert report.error == "insights by ad: wrong (Meta error 100)"
    assert raw.failures == [("1", "ad", "wrong (Meta error 100)")]
    assert ("1", "campaign") in raw.applied


def test_a_reading_that_a_passing_fault_spoilt_is_read_anew():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", "ad"] = [TransientMetaError("cut")]
    assert run(ads, raw)["1"].status == "done"
    ads.fails["1", "ad"] = [TransientMetaError("cut"), TransientMetaError("cut")]
    assert run(ads, raw)["1"].status == "partial"


def test_a_failed_edge_does_not_keep_the_facts_away():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", "campaigns"] = [PermanentMetaError("wrong")]
    report = run(ads, raw)["1"]
    assert report.status == "partial"
    assert {what for _, what in raw.applied} >= set(LEVELS)


def test_rows_in_quarantine_make_the_account_partial():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    raw.quarantined = 2
    report = run(ads, raw)["1"]
    assert (report.status, report.error_kind) == ("partial", "quarantine")


def test_an_account_that_another_run_holds_is_left_to_it():
    ads, raw = FakeAds([an_account("1"), an_account("2")]), FakeRaw()
    raw.busy = {"1"}
    reports = run(ads, raw)
    assert (reports["1"].status, reports["1"].error_kind) == ("failed", "busy")
    assert reports["2"].status == "done"


def test_a_fault_of_ours_in_one_account_is_named_and_kept_to_it():
    ads, raw = FakeAds([an_account("1"), an_account("2")]), FakeRaw()
    ads.fails["1", "ad"] = [KeyError("oops")]
    reports = run(ads, raw)
    assert (reports["1"].status, reports["1"].error_kind) == ("failed", "unexpected")
    assert reports["2"].status == "done"


def test_one_forbidden_object_is_unknown_and_the_account_is_done_with_a_note():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    raw.missing["1", "campaign"] = ["7", "8", "9"]
    ads.by_id, ads.refused, ads.unanswered = {"7"}, {"8": "no permission"}, {"9": "aborted"}
    report = run(ads, raw)["1"]
    assert (report.status, report.error_kind, raw.unknown) == ("done", None, ["8"])
    assert report.notes == [
        "campaigns by id: 8 refused, UNKNOWN for a day: no permission",
        "campaigns by id: 9 unanswered: aborted",
    ]
    assert run(ads, raw)["1"].notes == ["campaigns by id: 9 unanswered: aborted"]


def test_many_objects_that_are_refused_for_one_reason_are_one_note():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    raw.missing["1", "ad"] = [str(one) for one in range(100)]
    ads.refused = dict.fromkeys(raw.missing["1", "ad"], "no permission")
    assert run(ads, raw)["1"].notes == [
        "ads by id: 0, 1, 2, 3, 4 and 95 more refused, UNKNOWN for a day: no permission"
    ]


@pytest.mark.parametrize("what", ["campaigns", "adsets", "ads", "account"])
def test_an_account_whose_figures_were_read_has_not_stopped(what):
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", what] = [AccountStopped("no permission", code=200)]
    report = run(ads, raw, account_concurrency=1)["1"]
    assert (report.status, report.error_kind) == ("partial", "partly_refused")
    assert {level for _, level in raw.applied} >= {"campaign", "adset", "ad"}


def test_objects_that_facts_name_and_no_edge_showed_are_fetched_by_id():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    raw.missing["1", "campaign"] = ["7", "8"]
    ads.by_id = {"7"}
    assert run(ads, raw)["1"].status == "done"
    assert raw.unknown == ["8"]


def test_days_end_with_each_accounts_own_today():
    ads, raw = FakeAds([an_account("1"), an_account("2", "Asia/Tokyo")]), FakeRaw()
    clock = FakeClock(datetime(2026, 11, 7, 1, tzinfo=UTC))
    plan = SyncPlan("r", ("account",), DayRange(date(2026, 11, 6), date(2026, 11, 8)))
    sync_ads(ads, raw, clock, ads.seen, plan)
    asked = {account: days for account, what, days in ads.asked if what == "account"}
    assert str(asked["1"]) == "2026-11-06 to 2026-11-06"
    assert str(asked["2"]) == "2026-11-06 to 2026-11-07"


def test_days_that_have_not_come_are_not_asked_for():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    future = DayRange(date(2026, 12, 1), date(2026, 12, 2))
    assert run(ads, raw, days=future)["1"].status == "done"
    assert ads.asked == []


def test_a_tick_reads_what_each_account_needs():
    ads, raw = FakeAds([an_account("1", "UTC"), an_account("2", "UTC")]), FakeRaw()
    now = FakeClock().now()
    raw.readings["1"] = {now.date() - timedelta(days=back): now for back in range(28)}
    raw.saved = ads.seen
    assert len(due_range(raw, FakeClock(), levels=LEVELS, restatement_days=28)) == 28
    run(ads, raw, days=None)
    asked = {account: len(days) for account, what, days in ads.asked if what == "ad"}
    assert asked == {"1": 2, "2": 28}


@pytest.mark.parametrize("odd", [{"timezone_name": ""}, {"timezone_name": "Mars/Phobos"}, {"currency": ""}])
def test_an_account_without_zone_or_currency_is_named_and_the_others_are_read(odd):
    ads, raw = FakeAds([an_account("1"), replace(an_account("2"), **odd), an_account("3")]), FakeRaw()
    accounts = list_accounts(ads, raw, FakeClock())
    reports = run(ads, raw, accounts)
    assert {key: report.status for key, report in reports.items()} == {"1": "done", "2": "failed", "3": "done"}
    assert (reports["2"].error_kind, "for account 2: it is not read" in reports["2"].error) == (
        "unusable_account",
        True,
    )
    assert [what for account, what, _ in ads.asked if account == "2"] == []
    assert {one.account_id for one in raw.saved} == {"1", "3"}


def test_an_account_whose_zone_was_known_before_is_read_in_it_with_a_note():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    list_accounts(ads, raw, FakeClock())
    ads.seen = [replace(an_account("1"), timezone_name="Mars/Phobos", name="new name")]
    (account,) = list_accounts(ads, raw, FakeClock())
    report = run(ads, raw, [account])["1"]
    assert (account.timezone_name, report.status, len(report.notes)) == ("America/Sao_Paulo", "done", 1)
    assert "it is read in America/Sao_Paulo and BRL" in report.notes[0]
    assert [(one.name, one.timezone_name) for one in raw.saved] == [("new name", "America/Sao_Paulo")]


def test_a_zone_that_the_database_does_not_know_is_never_written():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    raw.no_zones = frozenset({"America/Sao_Paulo"})
    (account,) = list_accounts(ads, raw, FakeClock())
    assert account.fault and raw.saved == []


def test_a_configured_account_that_cannot_be_looked_up_is_read_as_it_was_known():
    ads, raw = FakeAds(), FakeRaw()
    raw.saved = [an_account("7", "Asia/Tokyo")]
    assert [one.timezone_name for one in list_accounts(ads, raw, FakeClock(), ["7", "8"])] == ["Asia/Tokyo"]


def test_figures_of_an_account_that_the_token_sees_no_more_are_stale_from_the_first_time_on():
    raw, ads = FakeRaw(), FakeAds([an_account("1"), an_account("2"), an_account("3")])
    list_accounts(ads, raw, FakeClock())
    ads.seen = []
    list_accounts(ads, raw, FakeClock())
    assert raw.stale == {}, "an empty list says nothing of any account"
    ads.seen = [an_account("1")]
    list_accounts(ads, raw, FakeClock(), ["3"])
    now = FakeClock().now()
    assert raw.stale == {"2": ((now - timedelta(days=28)).date(), now)}


def test_configured_accounts_are_read_even_when_the_list_hides_them():
    ads, raw = FakeAds([an_account("1"), an_account("2")], hidden=[an_account("9")]), FakeRaw()
    ads.fails["8", "account itself"] = [PermanentMetaError("unknown", code=100)]
    accounts = list_accounts(ads, raw, FakeClock(), ["9", "1", "8"])
    assert [one.account_id for one in accounts] == ["1", "9"]
    picked = pick_accounts(accounts, [], ["9", "1", "8"])
    assert [one.account_id for one in picked] == ["1", "8", "9"], "the one that cannot be read stays, to be reported"


def test_asking_for_an_account_that_nobody_sees_says_which_there_are():
    with pytest.raises(UnknownAccount, match="account 5 is not among those that the token sees: 1"):
        pick_accounts([an_account("1")], ["5"], [])


def test_shards_deal_out_every_account_once():
    accounts = [an_account(str(one)) for one in range(7)]
    shards = shards_of(accounts, 3)
    assert sorted(one.account_id for shard in shards for one in shard) == [str(one) for one in range(7)]
    assert [len(shard) for shard in shards] == [3, 2, 2]
    assert shards_of([], 3) == []


def limited(seconds):
    error = RateLimited("wait")
    error.wait_seconds = seconds
    return error


def test_an_account_that_must_wait_goes_on_afterwards_and_its_waiting_is_counted():
    ads, raw = FakeAds([an_account("1"), an_account("2")]), FakeRaw()
    ads.fails["1", "ad"] = [limited(0.2)]
    reports = run(ads, raw)
    assert (reports["1"].status, reports["2"].status) == ("done", "done")
    assert reports["1"].traffic.waited_seconds == pytest.approx(0.2, abs=0.05)
    assert raw.applied.index(("1", "ad")) > raw.applied.index(("2", "ad"))


def test_an_account_that_must_wait_too_long_fails_without_waiting_and_says_so():
    ads, raw = FakeAds([an_account("1"), an_account("2")]), FakeRaw()
    ads.fails["1", "ad"] = [limited(7200)]
    reports = run(ads, raw, longest_wait_seconds=1.0)
    assert (reports["1"].status, reports["1"].error_kind) == ("partial", "rate_limited")
    assert raw.failures == [("1", "ad", "wait")]
    assert reports["2"].status == "done"


def test_a_database_that_went_away_is_tried_again(monkeypatch):
    monkeypatch.setattr(account_reading, "STORE_PAUSE_SECONDS", 0.01)
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", "ad"] = [StoreUnavailable("gone")] * 3
    assert run(ads, raw)["1"].status == "done"
    ads.fails["1", "ad"] = [StoreUnavailable("gone")] * account_reading.STORE_ATTEMPTS
    report = run(ads, raw)["1"]
    assert (report.status, report.error_kind, report.error) == ("partial", "store", "insights by ad: gone")


def test_what_an_account_does_not_offer_is_noted_and_no_failure():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", "campaign and country"] = [PermanentMetaError("invalid combination")]
    ads.fails["1", "activities"] = [PermanentMetaError("unknown path")]
    report = run(ads, raw, breakdowns=("age", "country"))["1"]
    assert report.status == "done"
    assert sorted(report.notes) == [
        "activities: unknown path",
        "insights by campaign and country: invalid combination",
    ]
    assert ("1", "campaign and age") in raw.applied


def test_a_breakdown_that_fails_for_a_moment_is_a_failure():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", "campaign and age"] = [TransientMetaError("cut")] * 2
    assert run(ads, raw, breakdowns=("age",))["1"].status == "partial"


def test_the_half_hour_leaves_out_what_a_day_can_wait_for():
    ads, raw = FakeAds([an_account("1", "UTC")]), FakeRaw()
    now = FakeClock().now()
    raw.readings["1"] = {now.date() - timedelta(days=back): now for back in range(28)}
    raw.recommendations_asked["1"] = now
    run(ads, raw, days=None, breakdowns=("age",))
    of_tick = {*LEVELS, "campaigns", "adsets", "ads with problems", "activities", "pixels"}
    assert {what for _, what, _ in ads.asked} == of_tick
    raw.readings["1"] = {}
    raw.recommendations_asked.clear()
    ads.asked.clear()
    run(ads, raw, days=None, breakdowns=("age",))
    daily = {"ads", "creatives", "custom conversions", "campaign and age", "recommendations"}
    assert {what for _, what, _ in ads.asked} == {*LEVELS, "campaigns", "adsets", "activities", *daily}


def test_breakdowns_may_be_read_of_the_newest_days_only():
    ads, raw = FakeAds([an_account("1", "UTC")]), FakeRaw()
    run(ads, raw, breakdowns=("age",), breakdown_days=2)
    (days,) = {str(days) for _, what, days in ads.asked if what == "campaign and age"}
    assert days == "2026-11-06 to 2026-11-07"


def test_a_tick_leaves_an_account_to_the_run_that_holds_it():
    ads, raw = FakeAds([an_account("1", "UTC")]), FakeRaw()
    raw.busy = {"1"}
    report = run(ads, raw, days=None)["1"]
    assert (report.status, report.error) == ("done", None)
    assert "another run is collecting this account" in report.notes[0]
    assert ads.asked == []


def test_an_account_has_only_so_much_time():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    report = run(ads, raw, account_seconds=-1.0)["1"]
    assert (report.status, report.error_kind) == ("failed", "transient")
    assert "the time that one account may take is up" in report.error
    assert {level for _, level, _ in raw.failures} == set(LEVELS)


def test_a_change_log_that_the_token_may_not_see_stops_nothing_but_a_dead_token_does():
    ads, raw = FakeAds([an_account("1")]), FakeRaw()
    ads.fails["1", "activities"] = [AccountStopped("permission missing", code=200)]
    ads.fails["1", "custom conversions"] = [TransientMetaError("cut")] * 2
    report = run(ads, raw)["1"]
    assert (report.status, len(report.notes)) == ("done", 2)
    ads.fails["1", "activities"] = [AccountStopped("token expired", code=190)]
    assert run(ads, raw)["1"].error_kind == "stopped"
