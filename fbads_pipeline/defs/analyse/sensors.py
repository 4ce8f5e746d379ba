"""New marts launch a review; new readings that changed no mart launch the detectors."""

from datetime import UTC, datetime

import dagster as dg

from fbads_pipeline.defs.analyse.jobs import detect_job, detect_tags, review, review_tags
from fbads_pipeline.defs.shared.outages import OUTAGES, sentence
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts


@dg.sensor(
    job=review,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=5,
    description="Launches one review per published state of the marts.",
)
def review_after_marts_refresh(
    context: dg.SensorEvaluationContext, marts: dg.ResourceParam[Marts]
) -> dg.RunRequest | dg.SkipReason:
    """The run key is the version, so neither a restart nor a lost cursor reviews the same state twice."""
    try:
        version = marts.version()
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if version == 0:
        return dg.SkipReason("the marts have not been published yet: nothing to review")
    if context.cursor == str(version):
        return dg.SkipReason(f"the marts are still at version {version}, which has been reviewed")
    context.update_cursor(str(version))
    return dg.RunRequest(run_key=f"marts-{version}", tags=review_tags(version))


@dg.sensor(
    job=detect_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=60,
    description="Launches the detectors where a reading found nothing new: marts that stand still launch no review.",
)
def detect_after_new_readings(
    anomalies: dg.ResourceParam[Anomalies], clock: dg.ResourceParam[Clock]
) -> dg.RunRequest | dg.SkipReason:
    """An account that stops altogether changes no mart. The run key is the minute of this machine, against storms."""
    try:
        behind = anomalies.accounts_behind(now=clock.now())
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if not behind:
        return dg.SkipReason("the detectors have seen every reading, or are about to")
    return dg.RunRequest(f"detect-{datetime.now(UTC):%Y-%m-%dT%H:%M}", tags=detect_tags(behind))
