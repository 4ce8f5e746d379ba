"""What must be true of `analysis` after a review."""

import dagster as dg

from fbads_pipeline.domain.recommendations.breaches import Breach, is_past_limit
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews

BREACHES = dg.AssetKey(["analysis", "breaches"])


@dg.asset_check(asset=BREACHES, description="Every breach lies past its limit.")
def every_breach_is_past_its_limit(decisions: dg.ResourceParam[Reviews]) -> dg.AssetCheckResult:
    wrong = [one for one in decisions.current_breaches() if not is_past_limit(one)]
    return _result(wrong, "within the limit after all", "every breach is past its limit")


@dg.asset_check(
    asset=BREACHES,
    description="Only active campaigns are in breach.",
)
def no_breach_on_a_paused_campaign(
    marts: dg.ResourceParam[Marts], decisions: dg.ResourceParam[Reviews]
) -> dg.AssetCheckResult:
    """A warning: a campaign may be paused between the review and this look at it; the next review forgets it."""
    found = decisions.current_breaches()
    inactive = set(marts.inactive(sorted({one.window.campaign_id for one in found})))
    wrong = [one for one in found if one.window.campaign_id in inactive]
    return _result(wrong, "not active", "every campaign in breach is active", dg.AssetCheckSeverity.WARN)


def _result(
    wrong: list[Breach], problem: str, fine: str, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    named = [f"account {one.window.account_id} campaign {one.window.campaign_id} ({one.rule})" for one in wrong]
    said = f"{problem}: {'; '.join(named[:5])}{' …' if len(named) > 5 else ''}" if named else fine
    return dg.AssetCheckResult(
        passed=not wrong, severity=severity, description=said, metadata={"campaigns": dg.MetadataValue.json(named)}
    )
