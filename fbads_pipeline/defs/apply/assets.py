"""Accepted suggestions → Meta, where FBADS_APPLY_DECISIONS says so; a person has accepted each of them."""

import dagster as dg

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
