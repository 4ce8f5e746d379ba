"""The collecting room under Dagster: one graph, per-account reports, checks that name what is wrong."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import dagster as dg
import pytest

from fbads_pipeline.adapters.quality.expectations import EXPECTATIONS, ExpectationResult
from fbads_pipeline.defs.collect import assets, checks, jobs, schedules
from fbads_pipeline.domain.collection.control_totals import ControlMismatch, LevelTotal
from fbads_pipeline.domain.collection.meta_errors import AccountStopped
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.fake_ads import FakeAds, FakeClock, FakeRaw, an_account

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.fixture
def world():
    ads, raw = FakeAds([an_account("1"), an_account("2", "Asia/Tokyo")]), FakeRaw()
    said = []
    return {
        "ads": ads,
        "raw": raw,
        "clock": FakeClock(NOW),
        "settings": load_settings(),
        "progress": lambda name, done, total: said.append((done, total)),
    }


def run(world, config, since="2026-11-03", until="2026-11-09", more_checks=()):
    definitions = dg.Definitions(
        assets=dg.load_assets_from_modules([assets]),
        asset_checks=[
            checks.every_account_was_read,
            checks.every_account_is_fresh,
            checks.nothing_was_left_out,
            checks.campaigns_add_up_to_the_account,
            *more_checks,
        ],
        jobs=[dg.define_asset_job("collecting", selection=dg.AssetSelection.groups("collect"))],
        resources=world,
        executor=dg.in_process_executor,
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def("collecting").execute_in_process(
            instance=instance, run_config=config, tags={jobs.RANGE_START: since, jobs.RANGE_END: until}
        )


def checks_of(result):
    events = [event for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    return {event.asset_check_evaluation_data.check_name: event.asset_check_evaluation_data for event in events}


def test_one_run_reads_a_range_of_partitions_for_every_account(world):
    result = run(world, assets.collect_config([], only_due=False))
    assert result.success
    days = {str(days) for _, what, days in world["ads"].asked if what == "ad"}
    assert days == {"2026-11-03 to 2026-11-09"}
    keys = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
    assert keys == {f"raw/{table}" for table in assets.TABLES}
    assert all(check.passed for check in checks_of(result).values())
    materialized = [one for one in result.get_asset_materialization_events() if one.asset_key.path[-1] == "insights"]
    metadata = materialized[0].step_materialization_data.materialization.metadata
    assert metadata["rows_read"].value == 2 * (4 + 3), "four levels and three breakdowns"
    assert "| 2 | done |" in metadata["by_account"].value


def test_a_run_may_leave_the_breakdowns_out(world):
    run(world, assets.collect_config([], only_due=False, breakdown_days=0))
    grains = {what for _, what, days in world["ads"].asked if days and what != "activities"}
    assert grains == {"account", "campaign", "adset", "ad"}


def test_only_the_accounts_asked_for_are_read(world):
    run(world, assets.collect_config(["2"], only_due=False))
    assert {account for account, _, _ in world["ads"].asked} == {"2"}


def test_a_tick_reads_what_is_due_whatever_the_partitions(world):
    run(world, assets.collect_config([], only_due=True), "2026-11-09", "2026-11-10")
    days = {str(days) for account, what, days in world["ads"].asked if what == "ad" and account == "1"}
    assert days == {"2026-10-14 to 2026-11-10"}


def test_a_failed_account_is_a_red_check_that_names_it_and_the_run_goes_on(world):
    world["ads"].fails["2", "ad"] = [AccountStopped("token expired", code=190)]
    result = run(world, assets.collect_config([], only_due=False))
    assert result.success
    check = checks_of(result)["every_account_was_read"]
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert check.description.startswith("account 2 ")
    assert "insights by ad: token expired" in check.description


def test_what_was_left_out_is_a_yellow_check_with_its_sentences(world):
    world["raw"].missing["1", "campaign"] = ["8"]
    world["ads"].refused = {"8": "no permission"}
    result = run(world, assets.collect_config([], only_due=False))
    check = checks_of(result)["nothing_was_left_out"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.description == "account 1: campaigns by id: 8 refused, UNKNOWN for a day: no permission"
    assert checks_of(result)["every_account_was_read"].passed and result.success


def test_an_account_that_nobody_reads_any_more_is_a_yellow_check(world):
    world["raw"].read_at = {"1": NOW, "2": NOW - timedelta(hours=3), "3": None}
    result = run(world, assets.collect_config([], only_due=True))
    check = checks_of(result)["every_account_is_fresh"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.description == (
        "account 2 was last read at 2026-11-10 09:00:00+00:00; account 3 was last read at never"
    )
    assert result.success


def test_a_control_total_that_does_not_fit_is_a_red_check_with_both_numbers(world):
    def spend(level, amount):
        return LevelTotal("1", date(2026, 11, 3), "spend", "", level, Decimal(amount), 1)

    world["raw"].mismatches = [ControlMismatch(spend("account", 10), spend("campaign", 9))]
    check = checks_of(run(world, assets.collect_config([], only_due=False)))["campaigns_add_up_to_the_account"]
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert check.description == ("account 1 on 2026-11-03: spend: 10 reported by the account, 9 reported by campaigns")


@pytest.mark.parametrize(
    ("since", "asked"),
    [("2026-11-09", "sql"), ("2026-11-07", "sql"), ("2026-11-06", "library"), ("2026-10-10", "library")],
)
def test_rows_of_a_tick_are_checked_in_sql_and_those_of_more_days_by_great_expectations(
    world, since, asked, monkeypatch
):
    seen = []

    def results(way):
        def check(database, run_id):
            seen.append((way, database))
            bad = {"spend_is_never_negative", "grain_is_unique"}
            return [
                ExpectationResult(one, one.name not in bad, rows=7, failed=int(one.name in bad)) for one in EXPECTATIONS
            ]

        return check

    monkeypatch.setattr(checks, "check_raw_rows_in_sql", results("sql"))
    monkeypatch.setattr(checks, "check_raw_rows_in_subprocess", results("library"))
    monkeypatch.setattr(assets, "prepare_subprocess", lambda: seen.append("prepared"))
    world["database"] = SimpleNamespace(owner="the owner")
    result = run(world, assets.collect_config([], only_due=False), since, more_checks=[checks.raw_row_expectations])
    assert seen == (["prepared"] if asked == "library" else []) + [(asked, "the owner")]
    red = {name: (one.severity.value, one.description) for name, one in checks_of(result).items() if not one.passed}
    assert red == {
        "spend_is_never_negative": ("WARN", "Spend below zero is a correction worth a look. 1 of 7 rows break it"),
        "grain_is_unique": ("ERROR", "One row per account, level, day and object. 1 of 7 rows break it"),
    }


def test_the_half_hour_asks_for_the_days_that_the_accounts_need(world):
    context = dg.build_schedule_context(
        scheduled_execution_time=NOW, resources={key: world[key] for key in ("raw", "clock", "settings")}
    )
    world["raw"].saved = [an_account("1")]
    request = schedules.collect_every_half_hour(context)
    assert request.tags[jobs.RANGE_START] == "2026-10-14"
    assert request.tags[jobs.RANGE_END] == "2026-11-10"
    assert request.run_key == "tick-2026-11-10T12:00"
    assert schedules.collect_every_half_hour.cron_schedule == "*/30 * * * *"
    assert schedules.collect_every_half_hour.default_status == dg.DefaultScheduleStatus.RUNNING
