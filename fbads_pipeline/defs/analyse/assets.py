"""marts → analysis: what is past its limit."""

import dagster as dg

from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.recommendations.breaches import Breach
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.services.recommendations.review_performance import find_breaches
from fbads_pipeline.settings import Settings


@dg.asset(
    key_prefix="analysis",
    group_name="analyse",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["marts", "campaign_daily"], ["marts", "campaigns"], ["marts", "accounts"]],
)
def breaches(
    marts: dg.ResourceParam[Marts],
    decisions: dg.ResourceParam[Reviews],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per active campaign, rule and last day of the window in which the campaign is past the rule's limit."""
    report = find_breaches(marts, decisions, clock, settings, days=settings.review_days)
    return dg.MaterializeResult(
        metadata={
            "marts_version": report.marts_version,
            "accounts": len(report.reviewed),
            "campaigns": report.campaigns,
            "breaches": len(report.breaches),
            "rows_changed": report.rows_written,
            "table": markdown_table(_HEADER, (_row(one) for one in report.breaches)),
        }
    )


_HEADER = ("account", "campaign", "name", "rule", "observed", "limit", "spend", "conversions", "until")


def _row(breach: Breach) -> tuple[object, ...]:
    window = breach.window
    spend = f"{window.spend} {window.currency}"
    observed = "no conversion" if breach.observed is None else f"{breach.observed:.4f}"
    return (
        window.account_id,
        window.campaign_id,
        window.campaign_name,
        breach.rule,
        observed,
        breach.limit,
        spend,
        window.conversions,
        window.last_day,
    )
