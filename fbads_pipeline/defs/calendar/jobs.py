"""Calendars as a job."""

import dagster as dg

calendar_job = dg.define_asset_job(
    "read_calendars",
    selection=dg.AssetSelection.groups("calendar"),
    executor_def=dg.in_process_executor,
    description="Holidays, dates of commerce and the team's calendar → raw.",
)
