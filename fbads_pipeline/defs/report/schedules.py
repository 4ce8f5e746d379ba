"""Every hour, for some account's morning has come; an hour that was missed is caught up with by the next."""

import dagster as dg

from fbads_pipeline.defs.report.jobs import reports_job

make_due_reports_hourly = dg.ScheduleDefinition(
    name="make_due_reports_hourly",
    job=reports_job,
    cron_schedule="10 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Daily, weekly, monthly and executive reports, at seven in each account's own zone.",
)
