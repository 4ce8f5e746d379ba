"""When tokens are checked."""

import dagster as dg

from fbads_pipeline.defs.maintenance.jobs import pictures_job, token_job

check_tokens_daily = dg.ScheduleDefinition(
    name="check_tokens_daily",
    job=token_job,
    cron_schedule="17 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The tokens, once a day.",
)

keep_pictures_hourly = dg.ScheduleDefinition(
    name="keep_pictures_hourly",
    job=pictures_job,
    cron_schedule="43 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Pictures of new creatives, before Meta's addresses of them expire.",
)
