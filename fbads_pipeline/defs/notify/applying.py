"""Accepted suggestions → Meta, where FBADS_APPLY_DECISIONS says so; a person has accepted each of them."""

from datetime import UTC, datetime

import dagster as dg

from fbads_pipeline.defs.shared.outages import outages, sentence
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.ports.alerts import Recipients
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.recommendations import AdsWriter, ApprovedChangeQueue
from fbads_pipeline.services.recommendations.apply_decisions import apply_decisions
from fbads_pipeline.settings import Settings

_HEADER = ("suggestion", "campaign", "kind", "outcome", "reason")


@dg.asset(
    key=["ops", "applied_decisions"],
    group_name="apply",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["ops", "suggestions"], ["raw", "campaigns"], ["raw", "adsets"]],
)
def applied_decisions(
    approved_changes: dg.ResourceParam[ApprovedChangeQueue],
    writer: dg.ResourceParam[AdsWriter],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per accepted suggestion that was written to Meta, or could not be; nothing while the switch is off."""
    done = apply_decisions(approved_changes, writer, clock, recipients.everybody()) if settings.apply_decisions else []
    rows = [
        (
            one.accepted.suggestion_id,
            one.accepted.campaign_id,
            one.accepted.kind,
            "applied" if one.is_applied else "failed",
            one.reason,
        )
        for one in done
    ]
    return dg.MaterializeResult(metadata={"carried_out": len(done), "table": markdown_table(_HEADER, rows)})


apply_job = dg.define_asset_job(
    "apply",
    selection=dg.AssetSelection.groups("apply"),
    executor_def=dg.in_process_executor,
    description="Writes accepted suggestions to Meta, reads them back, and tells what became of them.",
)


@dg.sensor(
    job=apply_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
    description="Launches the applying when somebody has accepted something, and the switch is on.",
)
def decisions_waiting(
    approved_changes: dg.ResourceParam[ApprovedChangeQueue],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.RunRequest | dg.SkipReason:
    """The run key is the minute of this machine."""
    if not settings.apply_decisions:
        return dg.SkipReason("FBADS_APPLY_DECISIONS is off: decisions are kept, and nothing is written to Meta")
    try:
        waiting = len(approved_changes.waiting(now=clock.now()))
    except outages() as outage:
        return dg.SkipReason(sentence(outage))
    if not waiting:
        return dg.SkipReason("nothing was accepted")
    return dg.RunRequest(f"apply-{datetime.now(UTC):%Y-%m-%dT%H:%M}", tags={"fbads/waiting": str(waiting)})
