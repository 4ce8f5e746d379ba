"""No run stands for ever: the collector ends itself, and Dagster ends what does not."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import yaml

from fbads_pipeline.defs.collect import assets, jobs
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.services.collection.plan_sync import LONGEST_RUN_SECONDS, LONGEST_TICK_SECONDS
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.fake_ads import FakeClock, FakeRaw

HOUR = 3600
DAYS = DayRange(date(2026, 11, 1), date(2026, 11, 2))
INSTANCE = Path(__file__).parents[3] / "dagster.yaml"


def test_every_run_has_a_longest_time_after_which_dagster_ends_it():
    monitoring = yaml.safe_load(INSTANCE.read_text())["run_monitoring"]
    assert monitoring["enabled"] and monitoring["max_runtime_seconds"] >= LONGEST_RUN_SECONDS + 2 * HOUR


def test_a_ticks_run_is_ended_sooner_and_its_collecting_ends_itself_before():
    request = jobs.tick("key", FakeRaw(), FakeClock(), load_settings())
    assert int(request.tags[dg.MAX_RUNTIME_SECONDS_TAG]) == jobs.LONGEST_TICK_SECONDS
    assert LONGEST_TICK_SECONDS + HOUR <= jobs.LONGEST_TICK_SECONDS < LONGEST_RUN_SECONDS


@pytest.mark.parametrize(("only_due", "seconds"), [(True, LONGEST_TICK_SECONDS), (False, LONGEST_RUN_SECONDS)])
def test_the_collector_is_given_the_time_of_its_run(only_due, seconds, monkeypatch):
    plans = []
    monkeypatch.setattr(assets, "sync_ads", lambda ads, raw, clock, accounts, plan, progress: plans.append(plan) or [])
    resources = {"ads": None, "raw": None, "clock": None, "settings": load_settings(), "progress": None}
    shard = {"accounts": [], "days": DAYS, "only_due": only_due, "breakdown_days": None}
    with dg.build_op_context(resources=resources) as context:
        assets.collect_shard(context, shard)
    assert [plan.run_seconds for plan in plans] == [seconds]
