"""marts → analysis: how each campaign does, where it goes, and what the posterior would do about it."""

from collections import Counter
from datetime import timedelta
from math import isclose, isfinite

import dagster as dg

from fbads_pipeline.defs.shared.plots import as_markdown, histogram
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.scoring.account_performance import HISTORY_DAYS, AccountScores, StoredScore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.ports.scoring import Performance
from fbads_pipeline.services.scoring.score_campaigns import score_campaigns
from fbads_pipeline.settings import Settings

SCORES = dg.AssetKey(["analysis", "scores"])
_HEADER = ("account", "campaign", "score", "low", "high", "efficiency", "trend", "attention", "delivery", "health")


@dg.asset(
    key=SCORES,
    group_name="analyse",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[
        ["marts", "campaign_daily"],
        ["marts", "campaigns"],
        ["marts", "campaign_history"],
        ["marts", "adset_history"],
        ["analysis", "anomalies"],
        ["analysis", "breaches"],
        ["analysis", "models"],
    ],
)
def scores(
    marts: dg.ResourceParam[Marts],
    performance: dg.ResourceParam[Performance],
    decisions: dg.ResourceParam[Reviews],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per campaign and last complete local day: 0 to 100, its parts, its band, or why there is none.

    The same figures also make analysis.trends and analysis.verdicts.
    """
    report = score_campaigns(marts, performance, decisions, clock, settings)
    every = [(account, one) for account in report.accounts for one in account.scores]
    given = [one.total for _, one in every if one.total is not None]
    proposed = Counter(one.action for account in report.accounts for one in account.proposals)
    return dg.MaterializeResult(
        metadata={
            "accounts": len(report.accounts),
            "campaigns": len(every),
            "scored": len(given),
            "not_scored": dg.MetadataValue.json(dict(Counter(one.why_not for _, one in every if one.why_not))),
            "proposed": dg.MetadataValue.json(dict(sorted(proposed.items()))),
            "models": dg.MetadataValue.json({one.account_id: one.model_version for one in report.accounts}),
            "rows_changed": report.rows_written,
            "distribution": dg.MetadataValue.md(as_markdown(histogram(given, "campaigns by score"))),
            "table": markdown_table(_HEADER, _rows(report.accounts)),
        }
    )


@dg.asset_check(asset=SCORES, description="Every score is its parts, within 0 to 100 and within its band.")
def every_score_adds_up(
    marts: dg.ResourceParam[Marts], performance: dg.ResourceParam[Performance], clock: dg.ResourceParam[Clock]
) -> dg.AssetCheckResult:
    accounts = {one.account_id: local_day(clock.now(), one.timezone_name) for one in marts.accounts()}
    oldest = min(accounts.values(), default=clock.now().date()) - timedelta(days=HISTORY_DAYS)
    found = performance.current_scores(sorted(accounts), since=oldest)
    wrong = [f"account {one.account_id} campaign {one.campaign_id}" for one in found if not _adds_up(one)]
    said = (
        f"does not add up: {'; '.join(wrong[:5])}{' …' if len(wrong) > 5 else ''}" if wrong else "every score adds up"
    )
    return dg.AssetCheckResult(
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR,
        description=said,
        metadata={"scores": len(found), "campaigns": dg.MetadataValue.json(wrong)},
    )


def _adds_up(one: StoredScore) -> bool:
    if one.total is None or one.low is None or one.high is None:
        return one.why_not is not None
    points = [value for value in one.points.values() if value is not None]
    is_sum = len(points) == len(one.points) and isclose(50 + sum(points), one.total, abs_tol=1e-6)
    return is_sum and isfinite(one.total) and 0 <= one.low <= one.total <= one.high <= 100


def _rows(accounts: tuple[AccountScores, ...]) -> list[tuple[object, ...]]:
    """The worst first, then those without a score."""
    rows = [(account.account_id, one) for account in accounts for one in account.scores]
    rows.sort(key=lambda row: (row[1].total is None, row[1].total or 0.0, row[1].campaign_id))
    return [
        (account, one.campaign_id, one.why_not if one.total is None else one.total, one.low, one.high)
        + tuple(one.points.get(name, "") for name in one.parts)
        for account, one in rows
    ]
