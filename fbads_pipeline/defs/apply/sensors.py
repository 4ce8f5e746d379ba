"""Accepted decisions that wait to be written to Meta."""

from datetime import UTC, datetime

import dagster as dg

from fbads_pipeline.defs.apply.jobs import apply_job, apply_tags
from fbads_pipeline.defs.shared.outages import OUTAGES, sentence
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.recommendations import ApprovedChangeQueue
from fbads_pipeline.settings import Settings


@dg.sensor(
    job=apply_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
    description="Launches the applying when somebody has accepted something, and the switch is on.",
)
def apply_accepted_decisions(
    approved_changes: dg.ResourceParam[ApprovedChangeQueue],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.RunRequest | dg.SkipReason:
    """The run key is the minute of this machine."""
    if not settings.apply_decisions:
        return dg.SkipReason("FBADS_APPLY_DECISIONS is off: decisions are kept, and nothing is written to Meta")
    try:
        waiting = len(approved_changes.waiting(now=clock.now()))
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if not waiting:
        return dg.SkipReason("nothing was accepted")
    return dg.RunRequest(f"apply-{datetime.now(UTC):%Y-%m-%dT%H:%M}", tags=apply_tags(waiting))
