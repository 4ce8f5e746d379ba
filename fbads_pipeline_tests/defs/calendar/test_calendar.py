"""The calendars under Dagster: read every day and at the start, a refusal is a red check that names the calendar."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from fbads_pipeline.adapters.calendar.holidays import country_of
from fbads_pipeline.adapters.postgres.calendar.events import PostgresCalendarEvents
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.defs.calendar import assets, jobs, schedules, sensors
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.defs.analyse.test_analyse import checks_of, metadata_of
from fbads_pipeline_tests.support.calendar_server import all_day, error, google_server
from fbads_pipeline_tests.support.fakes import FixedClock
from fbads_pipeline_tests.support.rendering import text_of

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)


@pytest.fixture
def world(migrated_engine):
    raw = PostgresRawStore(migrated_engine)
    raw.save_accounts([Account("1", "Loja", "BRL", "America/Sao_Paulo")], NOW)
    events = PostgresCalendarEvents(migrated_engine, country_of)
    return {"raw": raw, "calendar_events": events, "clock": FixedClock(NOW), "settings": load_settings()}


def run(world):
    definitions = dg.Definitions(assets=[assets.calendar_events], jobs=[jobs.calendar_job], resources=world)
    return definitions.resolve_job_def("read_calendars").execute_in_process()


def test_without_any_key_the_accounts_country_is_read(world):
    shown = metadata_of(run(world), "raw/calendar_events")
    assert shown["calendars"] == 1 and shown["rows_changed"] > 40
    assert [
        text_of(one.title) for one in world["calendar_events"].between("1", *[datetime(2026, 11, 27).date()] * 2)
    ] == ["Black Friday"]
    assert metadata_of(run(world), "raw/calendar_events")["rows_changed"] == 0


def test_a_refused_calendar_is_a_red_check_and_the_others_are_read(world):
    with google_server() as google:
        world["settings"] = load_settings(
            calendar_id="team@x", calendar_credentials=google.credentials(), calendar_api_url=google.url
        )
        google.refuses = [(403, error(403, "forbidden", "no"))]
        result = run(world)
        check = checks_of(result)["every_calendar_was_read"]
        assert (result.success, check.passed) == (True, False)
        assert check.description.startswith("google:team@x: Google refuses the calendar team@x (403): share it")
        google.events = [all_day("a", "Liquidação", "2026-11-27", "2026-11-28")]
        assert checks_of(run(world))["every_calendar_was_read"].passed


def test_it_runs_by_itself_once_at_the_start_and_then_daily():
    assert schedules.read_calendars_daily.default_status == dg.DefaultScheduleStatus.RUNNING
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance)
        assert sensors.read_calendars_first_time(context).run_key == "calendars-first"
        assert isinstance(sensors.read_calendars_first_time(context), dg.SkipReason)
    from fbads_pipeline.definitions import defs

    assert defs.resolve_job_def("read_calendars")
