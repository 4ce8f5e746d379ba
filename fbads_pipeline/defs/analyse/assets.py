"""marts → analysis: anomalies, breaches of limits, scores, models and the outcomes of suggestions."""

from collections import Counter

import dagster as dg

from fbads_pipeline.defs.shared.plots import as_markdown, curve, histogram
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.defs.shared.upstream import DIMENSIONS, HISTORIES, PERFORMANCE_INPUTS
from fbads_pipeline.domain.anomalies.account_readings import DetectedAnomaly
from fbads_pipeline.domain.clients.conversion_worth import ConversionWorths
from fbads_pipeline.domain.recommendations.breaches import Breach
from fbads_pipeline.domain.recommendations.targets import CampaignTargets
from fbads_pipeline.domain.scoring.account_performance import AccountScores, FittedModel
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.ports.scoring import Performance
from fbads_pipeline.services.anomalies.detect_anomalies import detect_anomalies
from fbads_pipeline.services.recommendations.learn_models import follow_suggestions, learn_models
from fbads_pipeline.services.recommendations.review_performance import find_breaches
from fbads_pipeline.services.scoring.score_campaigns import score_campaigns
from fbads_pipeline.settings import Settings

ANOMALIES = dg.AssetKey(["analysis", "anomalies"])


SCORES = dg.AssetKey(["analysis", "scores"])


_AGES = range(1, 29)


_ANOMALY_HEADER = ("account", "campaign", "kind", "severity", "since", "observed", "expected", "low", "high", "a day")


_BREACH_HEADER = ("account", "campaign", "name", "rule", "observed", "limit", "spend", "conversions", "until")


_SCORE_HEADER = (
    "account",
    "campaign",
    "score",
    "low",
    "high",
    "efficiency",
    "trend",
    "attention",
    "delivery",
    "health",
)


_MODEL_HEADER = ("account", "version", "from", "to", "campaigns", "log loss", "used", "why")


@dg.asset(
    key=ANOMALIES,
    group_name="analyse",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[
        *DIMENSIONS,
        *HISTORIES,
        ["marts", "campaign_daily"],
        ["marts", "campaign_daily_versions"],
        ["marts", "day_coverage"],
        ["raw", "ads"],
        ["raw", "adsets"],
        ["raw", "insights"],
        ["raw", "calendar_events"],
    ],
)
def anomalies(
    marts: dg.ResourceParam[Marts],
    anomalies: dg.ResourceParam[Anomalies],
    calendar_events: dg.ResourceParam[CalendarEvents],
    clock: dg.ResourceParam[Clock],
    targets: dg.ResourceParam[ConversionWorths],
) -> dg.MaterializeResult[None]:
    """One row per departure from the usual: opened, closed once, said once; from every reading since the last run."""
    report = detect_anomalies(marts, anomalies, clock, calendar_events, targets)
    kinds = Counter(one.kind for one in report.current)
    return dg.MaterializeResult(
        metadata={
            "accounts": len(report.readings),
            "readings": sum(report.readings.values()),
            "days_assessed": dg.MetadataValue.json(dict(report.days)),
            "rows_changed": report.rows_written,
            "open": len(report.current),
            "kinds": dg.MetadataValue.json(dict(sorted(kinds.items()))),
            "table": markdown_table(_ANOMALY_HEADER, (_anomaly_row(one) for one in report.current)),
        }
    )


@dg.asset(
    key_prefix="analysis",
    group_name="analyse",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["marts", "campaign_daily"], ["marts", "day_coverage"], ["marts", "campaigns"], ["marts", "accounts"]],
)
def breaches(
    marts: dg.ResourceParam[Marts],
    decisions: dg.ResourceParam[Reviews],
    clock: dg.ResourceParam[Clock],
    targets: dg.ResourceParam[CampaignTargets],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per active campaign, rule and last day of the window in which the campaign is past the rule's limit."""
    report = find_breaches(marts, decisions, clock, settings, targets, days=settings.review_days)
    return dg.MaterializeResult(
        metadata={
            "marts_version": report.marts_version,
            "accounts": len(report.reviewed),
            "campaigns": report.campaigns,
            "breaches": len(report.breaches),
            "accounts_with_unread_days": dg.MetadataValue.json(list(report.unread)),
            "rows_changed": report.rows_written,
            "table": markdown_table(_BREACH_HEADER, (_breach_row(one) for one in report.breaches)),
        }
    )


@dg.asset(
    key=SCORES,
    group_name="analyse",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[
        *PERFORMANCE_INPUTS,
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
    targets: dg.ResourceParam[CampaignTargets],
) -> dg.MaterializeResult[None]:
    """One row per campaign and last complete local day: 0 to 100, its parts, its band, or why there is none.

    The same figures also make analysis.trends and analysis.verdicts.
    """
    report = score_campaigns(marts, performance, decisions, clock, targets)
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
            "table": markdown_table(_SCORE_HEADER, _score_rows(report.accounts)),
        }
    )


@dg.asset(
    key=["analysis", "models"],
    group_name="learn",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[*PERFORMANCE_INPUTS],
)
def models(
    marts: dg.ResourceParam[Marts], performance: dg.ResourceParam[Performance], clock: dg.ResourceParam[Clock]
) -> dg.MaterializeResult[None]:
    """One row per account and version: maturity curve, priors and elasticities, the days they rest on, their marks."""
    report = learn_models(marts, performance, clock)
    metadata: dict[str, dg.MetadataValue | int] = {
        "accounts": len(report.kept),
        "promoted": report.promoted,
        "table": markdown_table(_MODEL_HEADER, (_model_row(one) for one in report.kept)),
    }
    if report.kept:
        first = report.kept[0]
        points = [(float(age), float(first.model.maturity.at(age))) for age in _AGES]  # type: ignore[arg-type]
        picture = curve(points, f"account {first.account_id}: share of conversions reported, by age in days")
        metadata["maturity"] = dg.MetadataValue.md(as_markdown(picture))
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    key=["analysis", "suggestion_outcomes"],
    group_name="learn",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[*PERFORMANCE_INPUTS, ["ops", "suggestions"]],
)
def suggestion_outcomes(
    marts: dg.ResourceParam[Marts],
    performance: dg.ResourceParam[Performance],
    clock: dg.ResourceParam[Clock],
    targets: dg.ResourceParam[CampaignTargets],
) -> dg.MaterializeResult[None]:
    """One row per accepted proposal: what it promised, what came, and whether the interval was right."""
    changed = follow_suggestions(marts, performance, clock, targets)
    rows = performance.hit_rates()
    header = ("kind", "followed", "judged", "hits", "hit_rate")
    table = markdown_table(header, ([row[name] for name in header] for row in rows))
    return dg.MaterializeResult(metadata={"rows_changed": changed, "table": table})


def _anomaly_row(one: DetectedAnomaly) -> tuple[object, ...]:
    figures = (f"{value:.4g}" for value in (one.observed, one.expected, one.low, one.high))
    stake = f"{one.money_at_stake_per_day:.2f} {one.currency}"
    since = f"{one.since:%Y-%m-%d %H:%M}"
    return (one.account_id, one.campaign_id, one.kind, one.severity, since, *figures, stake)


def _breach_row(breach: Breach) -> tuple[object, ...]:
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


def _score_rows(accounts: tuple[AccountScores, ...]) -> list[tuple[object, ...]]:
    """The worst first, then those without a score."""
    rows = [(account.account_id, one) for account in accounts for one in account.scores]
    rows.sort(key=lambda row: (row[1].total is None, row[1].total or 0.0, row[1].campaign_id))
    return [
        (account, one.campaign_id, one.why_not if one.total is None else one.total, one.low, one.high)
        + tuple(one.points.get(name, "") for name in one.parts)
        for account, one in rows
    ]


def _model_row(one: FittedModel) -> tuple[object, ...]:
    model = one.model
    loss = model.evaluation.get("log_loss")
    figures = (model.first_day, model.last_day, model.campaigns, "" if loss is None else f"{loss:.4f}")
    return (one.account_id, model.version, *figures, "yes" if one.is_current else "no", one.reason)
