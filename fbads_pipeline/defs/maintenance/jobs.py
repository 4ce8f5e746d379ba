"""Token checks and incidents as jobs."""

import dagster as dg

token_job = dg.define_asset_job(
    "check_tokens",
    selection=dg.AssetSelection.groups("tokens"),
    executor_def=dg.in_process_executor,
    description="Asks Meta of each token whether it works, and until when.",
)


incidents_job = dg.define_asset_job(
    "announce_incidents",
    selection=dg.AssetSelection.groups("incidents"),
    executor_def=dg.in_process_executor,
    description="Opens and resolves incidents, and writes a message for each; `send_due_messages` sends it.",
)


pictures_job = dg.define_asset_job(
    "keep_pictures",
    selection=dg.AssetSelection.groups("creatives"),
    executor_def=dg.in_process_executor,
    description="Fetches pictures of creatives from Meta and keeps them.",
)


retention_job = dg.define_asset_job(
    "forget_expired_personal_data",
    selection=dg.AssetSelection.groups("retention"),
    executor_def=dg.in_process_executor,
    description="Deletes what is kept of persons and is older than the privacy notice says.",
)


backup_job = dg.define_asset_job(
    "back_up",
    selection=dg.AssetSelection.groups("backups"),
    executor_def=dg.in_process_executor,
    description="Saves both databases and the home's files, encrypted, in FBADS_BACKUP_FOLDER.",
)


records_job = dg.define_asset_job(
    "prune_records",
    selection=dg.AssetSelection.groups("records"),
    executor_def=dg.in_process_executor,
    description="Thins readings of days that are over for long, and deletes Dagster's old runs, events and files.",
)


links_job = dg.define_asset_job(
    "check_links",
    selection=dg.AssetSelection.groups("links"),
    executor_def=dg.in_process_executor,
    description="Asks the landing pages of active ads whether they answer.",
)


def incident_tags(pending: int) -> dict[str, str]:
    """Run tags of a run that announces incidents: how many changes it is to write."""
    return {"fbads/incidents": str(pending)}
