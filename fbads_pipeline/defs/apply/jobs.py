"""Applying as a job."""

import dagster as dg

apply_job = dg.define_asset_job(
    "apply",
    selection=dg.AssetSelection.groups("apply"),
    executor_def=dg.in_process_executor,
    description="Writes accepted suggestions to Meta, reads them back, and tells what became of them.",
)


def apply_tags(waiting: int) -> dict[str, str]:
    """Run tags of an applying run: how many accepted suggestions wait."""
    return {"fbads/waiting": str(waiting)}
