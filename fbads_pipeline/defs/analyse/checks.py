"""What must be true of `analysis` after a review."""

import re
from datetime import timedelta
from math import isclose, isfinite

import dagster as dg
import orjson

from fbads_pipeline.defs.analyse.assets import ANOMALIES, SCORES
from fbads_pipeline.defs.shared.check_results import check_result
from fbads_pipeline.domain.anomalies.account_readings import DetectedAnomaly
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.messages import to_json
from fbads_pipeline.domain.recommendations.breaches import Breach, is_past_limit
from fbads_pipeline.domain.scoring.account_performance import HISTORY_DAYS, StoredScore
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.ports.scoring import Performance

BREACHES = dg.AssetKey(["analysis", "breaches"])
_NOT_A_NUMBER = frozenset({"nan", "infinity"})
_SCORED_WITHIN = 7


@dg.asset_check(asset=ANOMALIES, description="Every open anomaly has finite figures.")
def every_anomaly_has_finite_numbers(anomalies: dg.ResourceParam[Anomalies]) -> dg.AssetCheckResult:
    wrong = [_anomaly(one) for one in anomalies.current() if not _has_finite_numbers(one)]
    return check_result(wrong, problem="no finite numbers", otherwise="every open anomaly is in finite numbers")


@dg.asset_check(asset=ANOMALIES, description="Only active campaigns have an open anomaly.")
def no_anomaly_on_a_paused_campaign(
    marts: dg.ResourceParam[Marts], anomalies: dg.ResourceParam[Anomalies]
) -> dg.AssetCheckResult:
    """A warning: a campaign may be paused between the detection and this check; the next reading closes it."""
    found = anomalies.current()
    inactive = set(marts.inactive(sorted({one.campaign_id for one in found})))
    return check_result(
        [_anomaly(one) for one in found if one.campaign_id in inactive],
        problem="not active",
        otherwise="every campaign with an anomaly is active",
        severity=dg.AssetCheckSeverity.WARN,
    )


@dg.asset_check(asset=BREACHES, description="Every breach lies past its limit.")
def every_breach_is_past_its_limit(decisions: dg.ResourceParam[Reviews]) -> dg.AssetCheckResult:
    wrong = [_breach(one) for one in decisions.current_breaches() if not is_past_limit(one)]
    return check_result(wrong, problem="within the limit after all", otherwise="every breach is past its limit")


@dg.asset_check(asset=BREACHES, description="Only active campaigns are in breach.")
def no_breach_on_a_paused_campaign(
    marts: dg.ResourceParam[Marts], decisions: dg.ResourceParam[Reviews]
) -> dg.AssetCheckResult:
    """A warning: a campaign may be paused between the review and this check; the next review drops its breach."""
    found = decisions.current_breaches()
    inactive = set(marts.inactive(sorted({one.window.campaign_id for one in found})))
    return check_result(
        [_breach(one) for one in found if one.window.campaign_id in inactive],
        problem="not active",
        otherwise="every campaign in breach is active",
        severity=dg.AssetCheckSeverity.WARN,
    )


@dg.asset_check(asset=SCORES, description="Every score is the sum of its parts, within 0 to 100 and within its band.")
def every_score_adds_up(
    marts: dg.ResourceParam[Marts], performance: dg.ResourceParam[Performance], clock: dg.ResourceParam[Clock]
) -> dg.AssetCheckResult:
    accounts = {one.account_id: local_day(clock.now(), one.timezone_name) for one in marts.accounts()}
    oldest = min(accounts.values(), default=clock.now().date()) - timedelta(days=HISTORY_DAYS)
    found = performance.current_scores(sorted(accounts), since=oldest)
    return check_result(
        [f"account {one.account_id} campaign {one.campaign_id}" for one in found if not _adds_up(one)],
        problem="does not add up",
        otherwise="every score adds up",
        metadata={"scores": len(found)},
    )


@dg.asset_check(asset=["analysis", "models"], description="Every account that has scores has one model in use.")
def every_account_has_a_model(
    marts: dg.ResourceParam[Marts], performance: dg.ResourceParam[Performance], clock: dg.ResourceParam[Clock]
) -> dg.AssetCheckResult:
    accounts = [one.account_id for one in marts.accounts()]
    since = clock.now().date() - timedelta(days=_SCORED_WITHIN)
    scored = sorted({one.account_id for one in performance.current_scores(accounts, since=since)})
    return check_result(
        [one for one in scored if performance.model(one) is None],
        problem="without a model",
        otherwise="every account has a model in use",
        subject="accounts",
        severity=dg.AssetCheckSeverity.WARN,
    )


def _anomaly(one: DetectedAnomaly) -> str:
    return f"account {one.account_id} campaign {one.campaign_id} ({one.kind})"


def _breach(one: Breach) -> str:
    return f"account {one.window.account_id} campaign {one.window.campaign_id} ({one.rule})"


def _has_finite_numbers(one: DetectedAnomaly) -> bool:
    figures = (one.observed, one.expected, one.low, one.high, one.money_at_stake_per_day)
    stored = re.split(r"\W+", orjson.dumps(to_json(one.message)).decode().lower())
    return all(map(isfinite, figures)) and _NOT_A_NUMBER.isdisjoint(stored)


def _adds_up(one: StoredScore) -> bool:
    if one.total is None or one.low is None or one.high is None:
        return one.why_not is not None
    points = [value for value in one.points.values() if value is not None]
    is_sum = len(points) == len(one.points) and isclose(50 + sum(points), one.total, abs_tol=1e-6)
    return is_sum and isfinite(one.total) and 0 <= one.low <= one.total <= one.high <= 100
