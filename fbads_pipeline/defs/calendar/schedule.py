"""Once a day, before anybody looks."""

import dagster as dg

calendar_job = dg.define_asset_job(
    "read_calendars",
    selection=dg.AssetSelection.groups("calendar"),
    executor_def=dg.in_process_executor,
    description="Holidays, dates of commerce and the team's calendar → raw.",
)
calendars_daily = dg.ScheduleDefinition(
    name="calendars_daily",
    job=calendar_job,
    cron_schedule="7 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The calendars, once a day.",
)


@dg.sensor(
    job=calendar_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=3600,
    description="Reads the calendars in the first hour of a new home, not only on its first morning.",
)
def calendars_unread(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Once per instance: the run key is always the same."""
    if context.cursor:
        return dg.SkipReason("the calendars are read every day")
    context.update_cursor("asked")
    return dg.RunRequest(run_key="calendars-first")
