"""The sensor that reads the history of new accounts: one part at a time, and none beside another collecting run."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest

from fbads_pipeline.defs.collect.jobs import RANGE_END, RANGE_START
from fbads_pipeline.defs.collect.sensors import read_history_of_new_accounts
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.settings import Settings
from fbads_pipeline_tests.support.fake_ads import FakeClock, FakeRaw
from fbads_pipeline_tests.support.fakes import an_account

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
SETTINGS = Settings(levels="campaign", access_token="t")  # noqa: S106 - opens nothing


@pytest.fixture
def raw() -> FakeRaw:
    store = FakeRaw()
    store.save_accounts([an_account("42", "UTC")], NOW)
    return store


def look(instance: dg.DagsterInstance, raw: FakeRaw) -> dg.RunRequest | dg.SkipReason:
    context = dg.build_sensor_context(instance=instance)
    return read_history_of_new_accounts(context, raw=raw, clock=FakeClock(NOW), settings=SETTINGS)


def test_the_newest_month_that_was_never_read_is_requested_behind_the_ticks(raw):
    with dg.DagsterInstance.ephemeral() as instance:
        request = look(instance, raw)
    assert isinstance(request, dg.RunRequest)
    assert (request.tags[RANGE_START], request.tags[RANGE_END]) == ("2026-09-13", "2026-10-13")
    assert request.tags["dagster/priority"] == "-1"
    config = request.run_config["ops"]["collect"]["ops"]["plan_shards"]["config"]
    assert (config["accounts"], config["days"], config["only_due"]) == (["42"], ["2026-09-13", "2026-10-13"], False)


def test_nothing_is_requested_beside_a_collecting_run(raw):
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.DagsterRun(job_name="collect_and_model", status=dg.DagsterRunStatus.STARTED)
        instance.add_run(run)
        skipped = look(instance, raw)
    assert isinstance(skipped, dg.SkipReason) and "under way" in str(skipped.skip_message)


def test_once_all_is_read_the_sensor_rests(raw):
    raw.apply_insights(
        "42", Grain("campaign"), DayRange(date(2026, 8, 13), date(2026, 11, 10)), iter([]), run_id="r", read_at=NOW
    )
    with dg.DagsterInstance.ephemeral() as instance:
        skipped = look(instance, raw)
    assert isinstance(skipped, dg.SkipReason) and "90 days of every account are read" in str(skipped.skip_message)
