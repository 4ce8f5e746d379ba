"""The collecting job, and the run that covers a range of account-local days."""

from collections.abc import Mapping
from datetime import date

import dagster as dg

from fbads_pipeline.defs.collect.assets import collect_config
from fbads_pipeline.defs.shared.executors import run_executor
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.ports.collection import RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_sync import due_range
from fbads_pipeline.settings import Settings

# After that Dagster ends a tick's run; its collecting ends itself an hour before.
LONGEST_TICK_SECONDS = 4 * 3600
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


collect_and_model = dg.define_asset_job(
    "collect_and_model",
    selection=dg.AssetSelection.groups("collect", "model"),
    executor_def=run_executor,
    description="Graph API → raw → marts. Never alerts.",
)


def range_tags(days: DayRange) -> dict[str, str]:
    """The run tags that make one run cover a range of partitions."""
    return {RANGE_START: str(days.since), RANGE_END: str(days.until)}


def days_of_tags(tags: Mapping[str, str]) -> DayRange | None:
    """The range that `range_tags` wrote; None for a run of one partition or of none."""
    if RANGE_START not in tags:
        return None
    return DayRange(date.fromisoformat(tags[RANGE_START]), date.fromisoformat(tags[RANGE_END]))


def tick(run_key: str, raw: RawStore, clock: Clock, settings: Settings) -> dg.RunRequest:
    """A run over the days that are due now."""
    days = due_range(raw, clock, levels=settings.levels, restatement_days=settings.restatement_days)
    tags = {**range_tags(days), dg.MAX_RUNTIME_SECONDS_TAG: str(LONGEST_TICK_SECONDS)}
    return dg.RunRequest(run_key=run_key, run_config=collect_config([], only_due=True), tags=tags)
