"""marts → messages, by the users' own rules."""

from typing import Any

import dagster as dg

from fbads_pipeline.defs.resources import rules_of
from fbads_pipeline.ports.alerts import Recipients, Rules
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.alerts.apply_rules import apply_rules
from fbads_pipeline.settings import Settings, SettingsError


@dg.asset(
    key=["ops", "rule_hits"],
    group_name="tell",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["marts", one] for one in ("account_daily", "campaign_daily", "adset_daily", "ad_daily")],
)
def rule_hits(
    rules: dg.ResourceParam[Rules],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per rule of FBADS_RULES and object that was told of, with the message.

    A file that is wrong holds back no other message: it is a red check.
    """
    try:
        wanted, units = rules_of(settings)
    except SettingsError:
        wanted, units = [], {}
    report = apply_rules(rules, wanted, clock, recipients.everybody(), units)
    metadata: dict[str, Any] = {"rules": len(wanted), "alerts": report.alerts, "past_them": dict(report.crossed)}
    return dg.MaterializeResult(metadata=metadata)


@dg.asset_check(asset=["ops", "rule_hits"], description="The file of your own rules can be read.")
def every_rule_is_readable(settings: dg.ResourceParam[Settings]) -> dg.AssetCheckResult:
    try:
        wanted, _ = rules_of(settings)
    except SettingsError as wrong:
        return dg.AssetCheckResult(passed=False, description=str(wrong))
    return dg.AssetCheckResult(passed=True, description=f"{len(wanted)} rules")
