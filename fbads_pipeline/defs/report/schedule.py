"""Every hour: some account's morning has come. What is due is asked for when the run starts; a missed hour is caught up
with by the next."""

import dagster as dg

reports_job = dg.define_asset_job(
    "reports",
    selection=dg.AssetSelection.groups("report"),
    executor_def=dg.in_process_executor,
    description="Makes the reports that are due, and writes a message for each; `messages_due` sends it.",
)
every_hour = dg.ScheduleDefinition(
    name="every_hour",
    job=reports_job,
    cron_schedule="10 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Daily, weekly and executive reports, at seven in each account's own zone.",
)
