"""When accounts are read."""

import dagster as dg

from fbads_pipeline.defs.collect.jobs import collect_and_model, tick
from fbads_pipeline.ports.collection import RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.settings import Settings


@dg.schedule(
    job=collect_and_model,
    cron_schedule="*/30 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The trailing two local days of every account; once a day the whole restatement window.",
)
def collect_every_half_hour(
    context: dg.ScheduleEvaluationContext,
    raw: dg.ResourceParam[RawStore],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.RunRequest:
    return tick(f"tick-{context.scheduled_execution_time:%Y-%m-%dT%H:%M}", raw, clock, settings)
