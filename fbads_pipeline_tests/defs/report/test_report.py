"""The reports under Dagster: what is due is made when the run starts, once."""

import dagster as dg
import pytest

from fbads_pipeline.defs.report import assets, jobs, schedules
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.defs.analyse.test_analyse import metadata_of
from fbads_pipeline_tests.services.reports.test_reports import World
from fbads_pipeline_tests.support.fakes import RecipientsOf


@pytest.fixture
def world():
    return World()


def run(world):
    definitions = dg.Definitions(
        assets=dg.load_assets_from_modules([assets]),
        jobs=[jobs.reports_job],
        schedules=[schedules.make_due_reports_hourly],
        resources={"report_service": world.report_service, "recipients": RecipientsOf({"settings": load_settings()})},
        executor=dg.in_process_executor,
    )
    return definitions.resolve_job_def("reports").execute_in_process()


def test_what_is_due_is_made_once_and_its_files_are_shown(world):
    shown = metadata_of(run(world), "report/weekly")
    assert (shown["reports"], "weekly" in shown["table"]) == (1, True)
    assert sorted(one.kind for one, _ in world.reports.kept) == ["daily", "executive", "weekly"]
    assert metadata_of(run(world), "report/weekly")["reports"] == 0
    assert len(world.reports.kept) == 3


def test_the_schedule_runs_by_itself_each_hour():
    assert schedules.make_due_reports_hourly.default_status == dg.DefaultScheduleStatus.RUNNING
    assert schedules.make_due_reports_hourly.cron_schedule == "10 * * * *"
