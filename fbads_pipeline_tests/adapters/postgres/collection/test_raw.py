"""The raw store on a real PostgreSQL: the difference is applied, and nothing else is touched."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg2
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.collection.account_reports import AccountReport
from fbads_pipeline.domain.collection.control_totals import sentences_of
from fbads_pipeline.domain.collection.levels import UNKNOWN_LASTS, Grain
from fbads_pipeline.domain.collection.meta_errors import TransientMetaError
from fbads_pipeline.domain.core.accounts import AccountMoney
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.errors import StoreUnavailable
from fbads_pipeline_tests.support.fake_ads import an_account
from fbads_pipeline_tests.support.meta_json import (
    activity_pages,
    custom_conversion_pages,
    insight_pages,
    object_pages,
)

D1, D2 = date(2026, 11, 1), date(2026, 11, 2)
DAYS = DayRange(D1, D2)
WINDOWS = ("7d_click", "1d_view")
T0 = datetime(2026, 11, 3, 12, tzinfo=UTC)


def a_row(campaign="7", day=D1, level="campaign", **figures):
    ids = {"campaign_id": campaign, "adset_id": f"{campaign}1", "ad_id": f"{campaign}11"}
    kept = {"account": 0, "campaign": 1, "adset": 2, "ad": 3}[level]
    return {
        "account_id": "42",
        "account_currency": "BRL",
        "date_start": str(day),
        "date_stop": str(day),
        **dict(list(ids.items())[:kept]),
        "impressions": "100",
        "spend": "1.50",
        "clicks": "3",
        **figures,
    }


@pytest.fixture
def store(migrated_engine):
    return PostgresRawStore(migrated_engine)


def apply(store, rows, *, level="campaign", breakdown="", days=DAYS, at=T0, run_id="r1", pages=None):
    grain = Grain(level, breakdown)
    typed = insight_pages("42", grain, days, [rows] if pages is None else pages)
    return store.apply_insights("42", grain, days, typed, run_id=run_id, read_at=at)


def all_rows(store, table, columns="*", where="true"):
    with store._engine.connect() as connection:
        rows = connection.execute(sa.text(f"select {columns} from {table} where {where} order by 1, 2, 3"))
        return [tuple(row) for row in rows]


def facts(store):
    return all_rows(store, "raw.insights", "day, object_id, spend, collected_at")


def changed_days(store):
    return [row[1] for row in all_rows(store, "raw.changed_days", "seq, day, account_id")]


def test_a_first_reading_stores_every_row_to_the_last_digit(store):
    applied = apply(store, [a_row(spend="0.10"), a_row("8", D2, spend="12345678901234.5678")])
    assert (applied.rows_read, applied.rows_changed, applied.rows_removed) == (2, 2, 0)
    assert facts(store) == [(D1, "7", Decimal("0.10"), T0), (D2, "8", Decimal("12345678901234.5678"), T0)]
    assert changed_days(store) == [D1, D2]


def test_an_idle_reading_writes_nothing_but_that_it_happened(store):
    rows = [a_row(actions=[{"action_type": "b", "value": "1"}, {"action_type": "a", "value": "2"}])]
    apply(store, rows)
    with store._engine.connect() as connection:
        before = connection.execute(sa.text("select xmin, ctid from raw.insights")).all()
    rows[0]["actions"].reverse()
    applied = apply(store, rows, at=T0 + timedelta(hours=1), run_id="r2")
    assert (applied.rows_read, applied.rows_changed) == (1, 0)
    with store._engine.connect() as connection:
        assert connection.execute(sa.text("select xmin, ctid from raw.insights")).all() == before
    assert len(all_rows(store, "raw.insight_readings")) == 1
    assert len(changed_days(store)) == 1
    assert len(all_rows(store, "raw.reading_runs")) == 4, "two days, read twice"


def settle(store, run_id="r2", at=T0 + timedelta(minutes=31)):
    return store.settle_doubts("42", run_id=run_id, read_at=at)


def test_what_changed_is_written_and_what_vanished_is_removed_and_both_are_remembered(store):
    apply(store, [a_row("7"), a_row("8"), a_row("9", D2)])
    later = T0 + timedelta(minutes=30)
    applied = apply(store, [a_row("7", spend="2.00"), a_row("9", D2)], at=later, run_id="r2")
    assert (applied.rows_changed, applied.rows_removed, applied.rows_doubtful) == (1, 0, 1)
    of_account = [a_row(level="account", spend="2.00"), a_row(level="account", day=D2)]
    apply(store, of_account, level="account", at=later, run_id="r2")
    settled, doubtful = settle(store, at=later)
    assert (settled.rows_removed, doubtful) == (1, [])
    of_campaigns = "level = 'campaign'"
    stored = all_rows(store, "raw.insights", "day, object_id, spend, collected_at", of_campaigns)
    assert stored == [(D1, "7", Decimal("2.00"), later), (D2, "9", Decimal("1.50"), T0)]
    read_later = f"{of_campaigns} and read_at > '{T0}'"
    readings = all_rows(store, "raw.insight_readings", "read_at, object_id, is_removed, spend", read_later)
    assert readings == [(later, "7", False, Decimal("2.00")), (later, "8", True, Decimal("1.50"))]
    assert changed_days(store) == [D1, D2, D1, D1, D2, D1], "campaigns, a campaign, the account, the one that vanished"
    runs = all_rows(store, "raw.reading_runs", "day, rows_read, rows_changed, rows_removed, state", read_later)
    assert runs == [(D1, 1, 1, 1, "read"), (D2, 1, 0, 0, "read")]


def test_a_day_that_became_empty_is_a_changed_day(store):
    apply(store, [a_row("7")])
    for run_id in ("r2", "r3"):
        assert len(facts(store)) == 1
        apply(store, [], at=T0 + timedelta(hours=1), run_id=run_id)
        settled, _ = settle(store, run_id)
    assert settled.rows_removed == 1
    assert facts(store) == []
    assert changed_days(store) == [D1, D1]


def test_a_row_that_vanished_stands_as_it_was_and_says_since_when(store):
    apply(store, [a_row("7"), a_row("8")])
    first, second = T0 + timedelta(hours=1), T0 + timedelta(hours=2)
    for at, run_id in ((first, "r2"), (second, "r3")):
        apply(store, [a_row("7")], at=at, run_id=run_id)
        apply(store, [a_row(level="account", impressions="200", spend="3.00")], level="account", at=at, run_id=run_id)
        settle(store, run_id, at)
    stored = all_rows(store, "raw.insights", "object_id, spend, collected_at, stale_since", "level = 'campaign'")
    assert stored == [("7", Decimal("1.50"), T0, None), ("8", Decimal("1.50"), T0, first)]
    kept = all_rows(store, "raw.doubtful_rows", "object_id, first_run_id, last_run_id, verdict")
    assert kept == [("8", "r2", "r3", "contradicted")]
    runs = all_rows(store, "raw.reading_runs", "day, state, error", "level = 'campaign' and run_id = 'r3'")
    assert runs == [(D1, "doubtful", "1 known rows did not come again"), (D2, "read", None)]
    apply(store, [a_row("7"), a_row("8")], at=second, run_id="r4")
    left = all_rows(store, "raw.insights", "object_id, stale_since, spend", "level = 'campaign'")
    assert left == [("7", None, Decimal("1.50")), ("8", None, Decimal("1.50"))]
    assert all_rows(store, "raw.doubtful_rows") == []


def test_a_row_that_comes_unreadable_stands_until_it_is_read_well(store):
    apply(store, [a_row("7"), a_row("8")])
    first, second = T0 + timedelta(hours=1), T0 + timedelta(hours=2)
    for at, run_id in ((first, "r2"), (second, "r3")):
        apply(store, [a_row("7"), a_row("8", spend="1,50")], at=at, run_id=run_id)
        settle(store, run_id, at)
    stored = all_rows(store, "raw.insights", "object_id, spend, stale_since")
    assert stored == [("7", Decimal("1.50"), None), ("8", Decimal("1.50"), first)]
    runs = all_rows(store, "raw.reading_runs", "day, state, error", "run_id = 'r3'")
    named = "values could not be read: spend '1,50' is no number"
    assert runs == [(D1, "unreadable", named), (D2, "read", None)]
    assert all_rows(store, "raw.doubtful_rows") == []
    apply(store, [a_row("7"), a_row("8")], at=second, run_id="r4")
    assert all_rows(store, "raw.insights", "object_id, spend, stale_since")[1] == ("8", Decimal("1.50"), None)


def _purchases(value, *others):
    return [{"action_type": "purchase", "value": value}, *others]


def test_a_value_that_cannot_be_read_keeps_the_last_good_one_and_its_row_is_stored(store):
    lead = {"action_type": "lead", "value": "2"}
    apply(store, [a_row("7", actions=_purchases("4", lead), reach="90")])
    at = T0 + timedelta(hours=1)
    wrong = {"spend": "1,50", "reach": "many", "actions": _purchases("five", {**lead, "value": "3"})}
    applied = apply(store, [a_row("7", impressions="150", clicks="6", **wrong)], at=at, run_id="r2")
    assert (applied.rows_read, applied.rows_changed, applied.rows_quarantined) == (1, 1, 3)
    assert applied.why_unreadable == (
        "reach 'many' is no number; spend '1,50' is no number; actions purchase 'five' is no finite number"
    )
    columns = "impressions, clicks, spend, reach, unreadable, stale_since, actions"
    ((*stored, actions),) = all_rows(store, "raw.insights", columns)
    assert stored == [150, 6, Decimal("1.50"), 90, None, at]
    assert {one["action_type"]: one["value"] for one in actions} == {"lead": "3", "purchase": "4"}
    settle(store, "r2", at)
    # The same again: nothing to write, and the day is still not read well.
    again = apply(store, [a_row("7", impressions="150", clicks="6", **wrong)], at=at + timedelta(hours=1), run_id="r3")
    assert (again.rows_changed, all_rows(store, "raw.doubtful_rows")) == (0, [])
    states = all_rows(store, "raw.reading_runs", "run_id, state, ok", f"day = '{D1}'")
    assert states == [("r1", "read", True), ("r2", "unreadable", False), ("r3", "unreadable", False)]
    good = a_row("7", impressions="150", clicks="6", spend="2.00", reach="100", actions=_purchases("5", lead))
    apply(store, [good], at=at + timedelta(hours=2), run_id="r4")
    ((*stored, actions),) = all_rows(store, "raw.insights", columns)
    assert stored == [150, 6, Decimal("2.00"), 100, None, None]
    assert {one["action_type"]: one["value"] for one in actions} == {"lead": "2", "purchase": "5"}


def test_a_value_that_cannot_be_read_and_was_never_known_is_unknown_and_stays_so(store):
    wrong = {"spend": "NaN", "clicks": "?", "actions": "all of them", "action_values": _purchases("x")}
    for hour, run_id in enumerate(("r1", "r2")):
        apply(store, [a_row("7", impressions=str(100 + hour), **wrong)], at=T0 + timedelta(hours=hour), run_id=run_id)
        settle(store, run_id, T0)
    columns = "impressions, spend, clicks, actions, action_values, unreadable"
    (stored,) = all_rows(store, "raw.insights", columns)
    assert stored[:5] == (101, None, None, [], [{"action_type": "purchase"}])
    assert set(stored[5]) >= {"spend", "clicks", "actions"}
    apply(store, [a_row("7", spend="NaN")], at=T0 + timedelta(hours=2), run_id="r3")
    (stored,) = all_rows(store, "raw.insights", columns)
    assert (stored[:3], stored[5]) == ((100, None, 3), ["spend"])


def test_rows_of_an_account_that_vanished_stand_marked_as_stale_until_they_are_read_again(store):
    apply(store, [a_row("7"), a_row("8", day=D2)])
    first, second = T0 + timedelta(hours=1), T0 + timedelta(hours=2)
    for at in (first, second):
        store.mark_stale(["42"], D2, read_at=at)
    of_rows = "object_id, spend, stale_since"
    assert all_rows(store, "raw.insights", of_rows) == [("7", Decimal("1.50"), None), ("8", Decimal("1.50"), first)]
    apply(store, [a_row("7"), a_row("8", day=D2)], at=second, run_id="r2")
    assert [row[2] for row in all_rows(store, "raw.insights", of_rows)] == [None, None]


def actions(**values):
    return [{"action_type": name, "value": value} for name, value in values.items()]


def test_a_figure_that_is_left_out_stands_as_it_was_and_the_others_go_on(store):
    apply(store, [a_row("7", clicks="3", actions=actions(lead="2", purchase="1"))])
    row = a_row("7", spend="2.00", actions=actions(lead="3"))
    row.pop("clicks")
    applied = apply(store, [row], at=T0 + timedelta(hours=1), run_id="r2")
    assert (applied.rows_changed, applied.rows_doubtful) == (1, 1)
    (stored,) = all_rows(store, "raw.insights", "spend, clicks, actions, stale_since is null")
    assert stored == (Decimal("2.00"), 3, actions(lead="3", purchase="1"), False)
    settle(store)
    assert all_rows(store, "raw.insights", "clicks, actions, 1") == [(3, actions(lead="3", purchase="1"), 1)]
    again = apply(store, [row], at=T0 + timedelta(hours=2), run_id="r3")
    assert (again.rows_changed, again.rows_doubtful) == (0, 1), "nothing new is written"


def test_an_action_that_is_left_out_goes_once_the_account_has_it_without(store):
    def read(run_id, campaign_7, account):
        at = T0 + timedelta(hours=int(run_id[1:]))
        rows = [a_row("7", actions=campaign_7), a_row("8", actions=actions(purchase="4"))]
        apply(store, rows, at=at, run_id=run_id)
        totals = {"impressions": "200", "spend": "3.00", "clicks": "6"}
        apply(store, [a_row(level="account", actions=account, **totals)], level="account", at=at, run_id=run_id)
        settle(store, run_id, at)
        stored = all_rows(store, "raw.insights", "object_id, actions, stale_since is null", "level = 'campaign'")
        return stored[0][1:]

    assert read("r1", actions(purchase="2"), actions(purchase="6")) == (actions(purchase="2"), True)
    assert read("r2", actions(lead="1"), actions(purchase="6")) == (actions(lead="1", purchase="2"), False)
    assert read("r3", actions(lead="1"), actions(lead="1", purchase="4")) == (actions(lead="1"), True)
    kept = all_rows(store, "raw.insight_readings", "read_at, raw.unpacked(actions), is_removed", "object_id = '7'")
    assert [row[1] for row in kept] == [actions(purchase="2"), actions(lead="1", purchase="2"), actions(lead="1")]


def test_a_list_that_is_left_out_in_every_row_is_never_taken_for_zeros(store):
    apply(store, [a_row("7", actions=actions(purchase="2"))])
    for run_id in ("r2", "r3", "r4"):
        apply(store, [a_row("7")], run_id=run_id)
        settle(store, run_id)
    assert all_rows(store, "raw.insights", "actions, 1, 1") == [(actions(purchase="2"), 1, 1)]


def test_an_action_that_is_gone_at_every_level_goes_when_a_second_run_says_so(store):
    apply(store, [a_row("7", actions=actions(lead="5", purchase="2"))])
    for run_id in ("r2", "r3"):
        assert all_rows(store, "raw.insights", "actions, 1, 1") == [(actions(lead="5", purchase="2"), 1, 1)]
        apply(store, [a_row("7", actions=actions(lead="5"))], run_id=run_id)
        settle(store, run_id)
    assert all_rows(store, "raw.insights", "actions, 1, 1") == [(actions(lead="5"), 1, 1)]


def test_reach_stands_only_beside_the_impressions_that_it_was_read_with(store):
    apply(store, [a_row("7", reach="90"), a_row("8", reach="90")])
    applied = apply(store, [a_row("7"), a_row("8", impressions="101")], run_id="r2")
    assert applied.rows_doubtful == 0
    assert all_rows(store, "raw.insights", "object_id, reach, stale_since") == [("7", 90, None), ("8", None, None)]


def test_other_days_levels_and_accounts_are_left_alone(store):
    apply(store, [a_row("7"), a_row("7", D2)])
    apply(store, [a_row("7", level="ad")], level="ad", run_id="r2")
    apply(store, [], days=DayRange(D1, D1), run_id="r3", at=T0 + timedelta(hours=1))
    left = all_rows(store, "raw.insights", "level, day, object_id, stale_since is null")
    assert left == [("ad", D1, "711", True), ("campaign", D1, "7", False), ("campaign", D2, "7", True)]


def test_rows_that_came_twice_are_stored_once_and_the_last_one_stands(store):
    pages = iter([[a_row(spend="1"), a_row("8")], [a_row(spend="2"), a_row("8")]])
    applied = apply(store, None, pages=pages)
    assert applied.rows_read == 4
    assert [row[1:3] for row in facts(store)] == [("7", Decimal("2")), ("8", Decimal("1.50"))]


def test_a_reading_that_breaks_off_leaves_no_trace(store):
    apply(store, [a_row()])

    def pages():
        yield [a_row(spend="9"), a_row("8")]
        raise TransientMetaError("cut")

    with pytest.raises(TransientMetaError):
        apply(store, None, pages=pages(), run_id="r2")
    assert [row[2] for row in facts(store)] == [Decimal("1.50")]
    assert all_rows(store, "raw.reading_runs", where="run_id = 'r2'") == []
    applied = apply(store, [a_row()], run_id="r3")
    assert applied.rows_changed == 0, "the broken reading's rows must not linger in the connection"


def test_a_failed_reading_is_said_and_no_zero_is_stored(store):
    store.record_failure("42", Grain("campaign"), DAYS, "forbidden", run_id="r1", read_at=T0)
    assert facts(store) == []
    runs = all_rows(store, "raw.reading_runs", "day, ok, error")
    assert runs == [(D1, False, "forbidden"), (D2, False, "forbidden")]
    assert store.last_readings("42", DAYS, ["campaign"]) == {}


def test_a_row_that_cannot_be_read_waits_in_quarantine_with_its_reason(store):
    applied = apply(store, [a_row(), a_row("8", spend="NaN"), a_row("x")])
    assert (applied.rows_read, applied.rows_changed, applied.rows_quarantined) == (3, 2, 2)
    held = all_rows(store, "raw.quarantine", "reason, level, day")
    assert held == [("campaign_id 'x' is no id", "campaign", D1), ("spend 'NaN' is not finite", "campaign", D1)]


def test_facts_bring_stubs_of_the_objects_that_nobody_has_described(store):
    apply(store, [a_row(level="ad")], level="ad")
    assert store.missing_objects("42", "campaign", unknown_before=T0) == ["7"]
    assert all_rows(store, "raw.ads", "ad_id, adset_id, campaign_id") == [("711", "71", "7")]
    store.apply_objects("42", "ad", object_pages("42", "ad", [{"id": "711", "effective_status": "ACTIVE"}]), read_at=T0)
    store.mark_unknown("42", "campaign", ["7"], read_at=T0)
    day_before = T0 - UNKNOWN_LASTS
    assert store.missing_objects("42", "ad", unknown_before=day_before) == []
    assert store.missing_objects("42", "campaign", unknown_before=day_before) == []
    assert all_rows(store, "raw.campaigns", "campaign_id, effective_status, name") == [("7", "UNKNOWN", None)]


def test_zones_that_the_database_does_not_know_are_named(store):
    names = {"America/Sao_Paulo", "Mars/Phobos", "", "UTC"}
    assert store.unknown_zones(names) == store.unknown_zones(names) == {"Mars/Phobos", ""}


def test_what_a_look_up_left_unknown_is_missing_again_after_a_day(store):
    apply(store, [a_row(level="ad")], level="ad")
    store.mark_unknown("42", "campaign", ["7"], read_at=T0)
    assert store.missing_objects("42", "campaign", unknown_before=T0) == ["7"]
    later = T0 + UNKNOWN_LASTS
    store.mark_unknown("42", "campaign", ["7"], read_at=later)
    assert store.missing_objects("42", "campaign", unknown_before=T0) == []
    store.apply_objects(
        "42", "campaign", object_pages("42", "campaign", [{"id": "7", "effective_status": "PAUSED"}]), read_at=later
    )
    store.mark_unknown("42", "campaign", ["7"], read_at=later)
    assert store.missing_objects("42", "campaign", unknown_before=later) == []
    assert all_rows(store, "raw.campaigns", "campaign_id, effective_status, name") == [("7", "PAUSED", None)]


def test_objects_change_only_when_they_changed(store):
    campaign = {"id": "7", "name": "Zé \U0001f680 'quoted'", "effective_status": "ACTIVE", "daily_budget": "1000"}

    def changed(*rows):
        return store.apply_objects("42", "campaign", object_pages("42", "campaign", [*rows]), read_at=T0).rows_changed

    assert changed(campaign) == 1
    assert changed(campaign, campaign) == 0
    assert changed({**campaign, "effective_status": "PAUSED"}) == 1


def test_a_reading_counts_only_when_every_level_was_read(store):
    apply(store, [a_row()], at=T0)
    apply(store, [], level="account", days=DayRange(D1, D1), at=T0 + timedelta(hours=1), run_id="r2")
    assert store.last_readings("42", DAYS, ["campaign", "account"]) == {D1: T0}


def test_accounts_are_kept_apart_by_a_lock_that_ends_with_its_holder(store):
    with store.lock_account("42") as first, store.lock_account("42") as second, store.lock_account("43") as other:
        assert (first, second, other) == (True, False, True)
    with store.lock_account("42") as again:
        assert again


def test_sums_of_campaigns_are_held_against_the_account(store):
    store.save_accounts([an_account("42")], T0)
    apply(store, [a_row("7"), a_row("8")])
    apply(store, [a_row(level="account", impressions="200", spend="3.00", clicks="6")], level="account")
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert store.control_mismatches("r1", now, WINDOWS) == []
    account = a_row(level="account", impressions="300", spend="4.50", clicks="9")
    apply(store, [account], level="account", at=T0 + timedelta(hours=1))
    wrong = {one.above.figure: str(one) for one in store.control_mismatches("r1", now, WINDOWS)}
    assert wrong["spend"] == "spend: 4.50 reported by the account, 3.00 reported by campaigns"
    assert set(wrong) == {"impressions", "clicks", "spend"}


def test_a_day_that_runs_on_may_differ_by_what_half_an_hour_delivers(store):
    store.save_accounts([an_account("42")], T0)
    apply(store, [a_row("7", impressions="960", clicks="96", spend="9.60")])
    apply(store, [a_row(level="account", impressions="1000", clicks="100", spend="10.00")], level="account")
    at_noon, next_noon, later = (datetime(2026, 11, day, 15, tzinfo=UTC) for day in (1, 2, 3))
    assert store.control_mismatches("r1", at_noon, WINDOWS) == []
    assert store.control_mismatches("r1", next_noon, WINDOWS) == []
    assert {one.above.figure for one in store.control_mismatches("r1", later, WINDOWS)} == {
        "impressions",
        "clicks",
        "spend",
    }


def test_what_only_a_level_below_reports_is_named_with_both_numbers(store):
    store.save_accounts([an_account("42")], T0)
    for level in ("account", "campaign"):
        apply(store, [a_row(level=level)], level=level)
    for level in ("adset", "ad"):
        apply(store, [a_row(level=level, actions=actions(purchase="10"))], level=level)
    settled, today = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 1, 15, tzinfo=UTC)
    for now in (settled, today):
        (wrong,) = store.control_mismatches("r1", now, WINDOWS)
        assert str(wrong) == "purchase (actions): none reported by campaigns, 10 reported by ad sets"
    assert list(sentences_of([wrong])) == [f"account 42 on 2026-11-01: {wrong}"]


def test_an_action_without_value_is_the_sum_of_the_windows_asked_for(store):
    store.save_accounts([an_account("42")], T0)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    apply(store, [a_row(level="adset", actions=actions(purchase="10"))], level="adset")

    def said(windows, **entry):
        apply(store, [a_row("7", actions=[{"action_type": "purchase", **entry}])], at=datetime.now(UTC))
        return [str(one) for one in store.control_mismatches("r1", now, windows)]

    none = ["purchase (actions): none reported by campaigns, 10 reported by ad sets"]
    assert said(WINDOWS, **{"7d_click": "6", "1d_view": "4"}) == []
    assert said(WINDOWS, **{"7d_click": "10"}) == none, "a window that is missing may hold some"
    assert said(("1d_click", "7d_click"), **{"1d_click": "4", "7d_click": "6"}) == none, "one contains the other"


def test_a_level_that_could_not_be_read_well_is_not_compared(store):
    store.save_accounts([an_account("42")], T0)
    apply(store, [a_row("7"), a_row("8", spend="NaN")])
    apply(store, [a_row(level="account", impressions="200", spend="3.00", clicks="6")], level="account")
    assert store.control_mismatches("r1", datetime(2026, 11, 20, tzinfo=UTC), WINDOWS) == []


def test_changed_days_become_visible_in_the_order_of_their_numbers(store, migrated_engine):
    """Many writers at once; a reader that moves past the highest number it saw misses nothing."""
    stop, seen, watermark = threading.Event(), [], 0

    def write(account: str) -> None:
        for turn in range(15):
            row = {**a_row(spend=str(turn)), "account_id": account}
            pages = insight_pages(account, Grain("campaign"), DAYS, [[row]])
            store.apply_insights(account, Grain("campaign"), DAYS, pages, run_id=f"r{turn}", read_at=T0)

    writers = [threading.Thread(target=write, args=(str(one),)) for one in range(100, 106)]
    for writer in writers:
        writer.start()
    watcher = threading.Thread(target=lambda: ([writer.join() for writer in writers], stop.set()))
    watcher.start()
    with migrated_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        done = False
        while not done:
            done = stop.is_set()
            query = sa.text("select seq from raw.changed_days where seq > :after order by seq")
            fresh = list(connection.execute(query, {"after": watermark}).scalars())
            seen += fresh
            watermark = max(fresh, default=watermark)
        total = connection.execute(sa.text("select count(*) from raw.changed_days")).scalar()
    watcher.join()
    assert len(seen) == total == 6 * 15


def test_two_levels_of_one_account_land_side_by_side(store):
    errors = []

    def write(level: str) -> None:
        try:
            for turn in range(10):
                rows = [a_row(str(one), level=level, spend=str(turn)) for one in range(20)]
                apply(store, rows, level=level, run_id=f"r{turn}", at=T0 + timedelta(minutes=turn))
        except psycopg2.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(level,)) for level in ("campaign", "adset", "ad")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(facts(store)) == 60


def test_the_report_of_a_run_is_kept(store):
    report = AccountReport("42", T0, status="partial", error_kind="stopped", error="no", days=DAYS)
    store.save_report("r1", report)
    (row,) = store.reports("r1")
    assert (row["status"], row["error"], row["since"]) == ("partial", "no", D1)


def test_actions_of_the_account_are_held_against_those_of_its_campaigns(store):
    store.save_accounts([an_account("42")], T0)
    purchase = [{"action_type": "purchase", "value": "2"}]
    apply(store, [a_row("7", actions=purchase)])
    apply(store, [a_row(level="account", actions=[{"action_type": "purchase", "value": "3"}])], level="account")
    (wrong,) = store.control_mismatches("r1", datetime(2026, 11, 20, tzinfo=UTC), WINDOWS)
    assert str(wrong) == "purchase (actions): 3 reported by the account, 2 reported by campaigns"


def test_a_breakdown_has_rows_of_its_own_and_never_touches_the_plain_ones(store):
    apply(store, [a_row()])
    parts = [a_row(age="25-34"), a_row(age="35-44", impressions="1")]
    assert apply(store, parts, breakdown="age", run_id="r2").rows_changed == 2
    assert apply(store, parts, breakdown="age", run_id="r3").rows_changed == 0
    rows = all_rows(store, "raw.insights", "breakdown, breakdown_value, impressions")
    assert rows == [("", "", 100), ("age", "25-34", 100), ("age", "35-44", 1)]
    assert apply(store, parts[:1], breakdown="age", run_id="r4").rows_doubtful == 1
    assert settle(store, "r4")[0].rows_removed == 1, "the plain row has no room for it"
    assert all_rows(store, "raw.insight_readings", "breakdown, object_id, read_at") == [("", "7", T0)]
    runs = all_rows(store, "raw.reading_runs", "breakdown, day, run_id", "run_id <> 'r1'")
    assert {breakdown for breakdown, _, _ in runs} == {"age"}
    assert store.last_readings("42", DAYS, ["campaign"]) == {D1: T0, D2: T0}


def test_events_are_added_once_and_what_cannot_be_read_waits_in_quarantine(store):
    event = {"event_type": "create_campaign", "event_time": "2026-11-01T10:00:00+0000", "object_id": "7"}
    pages = [[event, {**event, "event_time": "2026-11-01T11:00:00+0000"}, event], [{"event_type": "x"}]]
    first = store.apply_activities("42", activity_pages("42", *pages), read_at=T0)
    assert (first.rows_changed, first.rows_quarantined) == (2, 1)
    assert store.apply_activities("42", activity_pages("42", *pages), read_at=T0).rows_changed == 0
    waiting = all_rows(store, "raw.quarantine", "level, reason, payload")
    assert waiting[0] == ("activity", "the event lacks its type or its time", '{"event_type":"x"}')


def test_own_conversions_change_only_when_they_changed(store):
    pages = [[{"id": "5", "name": "Sign-up", "is_archived": False, "default_conversion_value": "2.50"}]]
    assert store.apply_custom_conversions("42", custom_conversion_pages("42", *pages), read_at=T0).rows_changed == 1
    assert store.apply_custom_conversions("42", custom_conversion_pages("42", *pages), read_at=T0).rows_changed == 0
    kept = all_rows(store, "raw.custom_conversions", "custom_conversion_id, account_id, default_value")
    assert kept == [("5", "42", Decimal("2.50"))]


def test_a_server_that_dies_in_the_middle_is_said_and_leaves_no_half(store, migrated_engine):
    def dying():
        yield [a_row()]
        with migrated_engine.connect() as other:
            pids = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            other.execute(sa.text(f"{pids} and datname = current_database()"))
        yield [a_row("8")]

    with pytest.raises(
        StoreUnavailable, match="the database went away in the middle of it .* nothing of this reading was kept"
    ):
        apply(store, [], pages=dying())
    assert facts(store) == []
    assert apply(store, [a_row()], run_id="r2").rows_changed == 1


def test_locks_are_taken_anew_when_the_server_has_dropped_them(store, migrated_engine):
    with store.lock_account("42") as held:
        assert held
        with migrated_engine.connect() as other:
            pids = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            other.execute(sa.text(f"{pids} and datname = current_database()"))
        other_store = PostgresRawStore(migrated_engine)
        with other_store.lock_account("42") as taken:
            assert taken
    with store.lock_account("42") as again:
        assert again


def test_an_account_is_stale_when_its_last_good_reading_is_old(store):
    store.save_accounts([an_account("42"), an_account("43")], T0)
    apply(store, [a_row()])
    assert store.stale_accounts(T0) == {"43": None}
    later = T0 + timedelta(hours=3)
    store.record_failure("42", Grain("campaign"), DAYS, "no", run_id="r9", read_at=later)
    assert store.stale_accounts(later) == {"42": T0, "43": None}


def test_an_accounts_money_is_kept_when_it_changes_and_hourly(store):
    def listed(minutes, **money):
        read_at = T0 + timedelta(minutes=minutes)
        store.save_accounts([replace(an_account("42"), money=AccountMoney(**money)), an_account("43")], read_at)

    listed(0, left=Decimal("278.60"), is_prepaid=True, spend_cap_minor=0)
    listed(30, left=Decimal("278.6"), is_prepaid=True, spend_cap_minor=0)
    listed(60, left=Decimal("278.60"), is_prepaid=True, spend_cap_minor=0)
    listed(61, left=None, is_prepaid=True, spend_cap_minor=0)
    kept = all_rows(store, "raw.account_money_readings", "account_id, read_at, money_left, is_prepaid, balance_minor")
    assert sorted(kept) == [
        ("42", T0, Decimal("278.60"), True, None),
        ("42", T0 + timedelta(minutes=60), Decimal("278.60"), True, None),
        ("42", T0 + timedelta(minutes=61), None, True, None),
    ]
