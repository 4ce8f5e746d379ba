"""Review, detection and learning as jobs."""

import dagster as dg

from fbads_pipeline.defs.analyse.assets import ANOMALIES

review = dg.define_asset_job(
    "review",
    selection=dg.AssetSelection.groups("analyse", "notify"),
    executor_def=dg.in_process_executor,
    description="marts → breaches → suggestions → messages. The same marts again say nothing new.",
)


def review_tags(marts_version: int) -> dict[str, str]:
    """Run tags of a review: the published state of the marts that it reads."""
    return {"fbads/marts_version": str(marts_version)}


detect_job = dg.define_asset_job(
    "detect",
    selection=dg.AssetSelection.assets(ANOMALIES, ["ops", "alerts"], ["ops", "deliveries"]),
    executor_def=dg.in_process_executor,
    description="readings → anomalies → messages, where the marts stand still.",
)


def detect_tags(accounts_behind: int) -> dict[str, str]:
    """Run tags of a detection: how many accounts have readings that no detector has seen."""
    return {"fbads/accounts_behind": str(accounts_behind)}


learn_job = dg.define_asset_job(
    "learn",
    selection=dg.AssetSelection.groups("learn"),
    executor_def=dg.in_process_executor,
    description="Fits every account's model anew, and compares accepted proposals with their results.",
)
