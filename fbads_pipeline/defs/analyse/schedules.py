"""When models are fitted."""

import dagster as dg

from fbads_pipeline.defs.analyse.jobs import learn_job

learn_nightly = dg.ScheduleDefinition(
    name="learn_nightly",
    job=learn_job,
    description="Fits every account's model anew, once a night.",
    cron_schedule="0 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
