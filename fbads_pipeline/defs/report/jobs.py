"""Reports as a job."""

import dagster as dg

reports_job = dg.define_asset_job(
    "reports",
    selection=dg.AssetSelection.groups("report"),
    executor_def=dg.in_process_executor,
    description="Makes the reports that are due, and writes a message for each; `send_due_messages` sends it.",
)
