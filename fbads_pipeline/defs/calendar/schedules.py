"""When calendars are read."""

import dagster as dg

from fbads_pipeline.defs.calendar.jobs import calendar_job

read_calendars_daily = dg.ScheduleDefinition(
    name="read_calendars_daily",
    job=calendar_job,
    cron_schedule="7 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The calendars, once a day.",
)
