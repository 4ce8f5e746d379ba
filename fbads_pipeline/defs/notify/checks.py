"""What must be true of `ops` after messages were sent."""

import dagster as dg

from fbads_pipeline.bootstrap.alerts import user_rules
from fbads_pipeline.defs.shared.check_results import check_result
from fbads_pipeline.ports.alerts import Outbox
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.settings import Settings, SettingsError

DELIVERIES = dg.AssetKey(["ops", "deliveries"])


HOURS = 24


@dg.asset_check(asset=["ops", "suggestions"], description="No open suggestion contradicts its own estimate.")
def no_suggestion_contradicts_its_estimate(decisions: dg.ResourceParam[Reviews]) -> dg.AssetCheckResult:
    return check_result(
        decisions.contradictions(),
        problem="the estimate speaks against it",
        otherwise="every estimate speaks for its suggestion",
        subject="suggestions",
    )


@dg.asset_check(asset=DELIVERIES, description="No message of the last day was given up.")
def every_message_goes_out(outbox: dg.ResourceParam[Outbox]) -> dg.AssetCheckResult:
    failed = outbox.failed(hours=HOURS)
    named = [f"account {one.account_id or ''} by {one.channel}: {one.error or ''}" for one in failed]
    summary = "; ".join(named[:5]) or "every message went out, or is still due"
    return dg.AssetCheckResult(
        passed=not failed, description=summary, metadata={"deliveries": dg.MetadataValue.json(named)}
    )


@dg.asset_check(asset=["ops", "rule_hits"], description="The file of your own rules can be read.")
def every_rule_is_readable(settings: dg.ResourceParam[Settings]) -> dg.AssetCheckResult:
    try:
        wanted, _ = user_rules(settings)
    except SettingsError as wrong:
        return dg.AssetCheckResult(passed=False, description=str(wrong))
    return dg.AssetCheckResult(passed=True, description=f"{len(wanted)} rules")
