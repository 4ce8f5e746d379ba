"""What must be true of `raw` after a reading."""

import dagster as dg

from fbads_pipeline.ports import Clock, RawStore

INSIGHTS = dg.AssetKey(["raw", "insights"])


@dg.asset_check(asset=INSIGHTS, description="Every account of the run was read completely.")
def every_account_was_read(
    context: dg.AssetCheckExecutionContext, raw: dg.ResourceParam[RawStore]
) -> dg.AssetCheckResult:
    failed = {
        row["account_id"]: f"{row['status']}: {row['error']}" for row in raw.reports(context.run.run_id) if row["error"]
    }
    said = "; ".join(f"account {key} {value}" for key, value in failed.items()) or "every account was read"
    return dg.AssetCheckResult(
        passed=not failed, description=said, metadata={"accounts": dg.MetadataValue.json(failed)}
    )


@dg.asset_check(asset=INSIGHTS, description="Each day's campaigns add up to what Meta says of the whole account.")
def campaigns_add_up_to_the_account(
    context: dg.AssetCheckExecutionContext, raw: dg.ResourceParam[RawStore], clock: dg.ResourceParam[Clock]
) -> dg.AssetCheckResult:
    wrong = raw.control_mismatches(context.run.run_id, clock.now())
    said = "; ".join(str(row) for row in wrong[:5]) or "account totals and sums of campaigns agree"
    return dg.AssetCheckResult(passed=not wrong, description=said, metadata={"days": dg.MetadataValue.json(wrong)})
