"""Sending as a job."""

import dagster as dg

dispatch_job = dg.define_asset_job(
    "dispatch",
    selection=dg.AssetSelection.assets(["ops", "alerts"], ["ops", "deliveries"]),
    executor_def=dg.in_process_executor,
    description="Announces what waits for its day, and sends what is due.",
)
