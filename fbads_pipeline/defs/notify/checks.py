"""What must be true of `ops` after telling."""

import dagster as dg

from fbads_pipeline.ports.alerts import Outbox

DELIVERIES = dg.AssetKey(["ops", "deliveries"])
HOURS = 24


@dg.asset_check(asset=DELIVERIES, description="No message of the last day was given up.")
def every_message_goes_out(outbox: dg.ResourceParam[Outbox]) -> dg.AssetCheckResult:
    failed = outbox.failed(hours=HOURS)
    named = [f"account {one['account_id']} by {one['channel']}: {one['error']}" for one in failed]
    said = "; ".join(named[:5]) or "every message went out, or still waits for its turn"
    return dg.AssetCheckResult(
        passed=not failed, description=said, metadata={"deliveries": dg.MetadataValue.json(named)}
    )
