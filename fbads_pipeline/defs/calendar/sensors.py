"""A new home reads its calendars at once."""

import dagster as dg

from fbads_pipeline.defs.calendar.jobs import calendar_job


@dg.sensor(
    job=calendar_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=3600,
    description="Reads the calendars in the first hour of a new home, not only on its first morning.",
)
def read_calendars_first_time(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Once per instance: the run key is always the same."""
    if context.cursor:
        return dg.SkipReason("the calendars are read every day")
    context.update_cursor("asked")
    return dg.RunRequest(run_key="calendars-first")
