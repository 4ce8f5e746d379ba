"""Marts that were published → a review, whoever built them: the schedule, a backfill, `fbads sync` or the UI."""

import dagster as dg

from fbads_pipeline.defs.shared.outages import outages, sentence
from fbads_pipeline.ports.metrics import Marts

review = dg.define_asset_job(
    "review",
    selection=dg.AssetSelection.groups("analyse", "tell"),
    executor_def=dg.in_process_executor,
    description="marts → breaches → suggestions → messages. The same marts again say nothing new.",
)


@dg.sensor(
    job=review,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=5,
    description="Launches one review per published state of the marts.",
)
def marts_refreshed(
    context: dg.SensorEvaluationContext, marts: dg.ResourceParam[Marts]
) -> dg.RunRequest | dg.SkipReason:
    """The run key is the version, so neither a restart nor a lost cursor reviews the same state twice."""
    try:
        version = marts.version()
    except outages() as outage:
        return dg.SkipReason(sentence(outage))
    if version == 0:
        return dg.SkipReason("the marts have not been published yet: nothing to review")
    if context.cursor == str(version):
        return dg.SkipReason(f"the marts are still at version {version}, which has been reviewed")
    context.update_cursor(str(version))
    return dg.RunRequest(run_key=f"marts-{version}", tags={"fbads/marts_version": str(version)})
