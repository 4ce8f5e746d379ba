"""What is learned of each account, by night: its model, and what came of the proposals that were accepted."""

from datetime import timedelta

import dagster as dg

from fbads_pipeline.defs.shared.plots import as_markdown, curve
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.scoring.account_performance import KeptModel
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.ports.scoring import Performance
from fbads_pipeline.services.recommendations.learn_models import follow_suggestions, learn_models
from fbads_pipeline.settings import Settings

_AGES = range(1, 29)
_SCORED_WITHIN = 7
_HEADER = ("account", "version", "from", "to", "campaigns", "log loss", "used", "why")


@dg.asset(
    key=["analysis", "models"],
    group_name="learn",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["marts", "campaign_daily"], ["marts", "campaign_history"], ["marts", "adset_history"]],
)
def models(
    marts: dg.ResourceParam[Marts], performance: dg.ResourceParam[Performance], clock: dg.ResourceParam[Clock]
) -> dg.MaterializeResult[None]:
    """One row per account and version: maturity curve, priors and elasticities, the days they rest on, their marks."""
    report = learn_models(marts, performance, clock)
    metadata: dict[str, dg.MetadataValue | int] = {
        "accounts": len(report.kept),
        "promoted": report.promoted,
        "table": markdown_table(_HEADER, (_row(one) for one in report.kept)),
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
    deps=[["marts", "campaign_daily"], ["ops", "suggestions"]],
)
def suggestion_outcomes(
    marts: dg.ResourceParam[Marts],
    performance: dg.ResourceParam[Performance],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per accepted proposal: what it promised, what came, and whether the interval was right."""
    changed = follow_suggestions(marts, performance, clock, settings)
    rows = performance.hit_rates()
    header = ("kind", "followed", "judged", "hits", "hit_rate")
    table = markdown_table(header, ([row[name] for name in header] for row in rows))
    return dg.MaterializeResult(metadata={"rows_changed": changed, "table": table})


@dg.asset_check(asset=["analysis", "models"], description="Every account that has scores has one model in use.")
def every_account_has_a_model(
    marts: dg.ResourceParam[Marts], performance: dg.ResourceParam[Performance], clock: dg.ResourceParam[Clock]
) -> dg.AssetCheckResult:
    accounts = [one.account_id for one in marts.accounts()]
    since = clock.now().date() - timedelta(days=_SCORED_WITHIN)
    scored = sorted({one.account_id for one in performance.current_scores(accounts, since=since)})
    missing = [one for one in scored if performance.model(one) is None]
    said = f"without a model: {', '.join(missing[:5])}" if missing else "every account has a model in use"
    return dg.AssetCheckResult(passed=not missing, severity=dg.AssetCheckSeverity.WARN, description=said)


learn_job = dg.define_asset_job(
    "learn",
    selection=dg.AssetSelection.groups("learn"),
    executor_def=dg.in_process_executor,
    description="Fits every account's model anew, and holds accepted proposals against what came of them.",
)
every_night = dg.ScheduleDefinition(
    name="every_night",
    job=learn_job,
    cron_schedule="0 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


def _row(one: KeptModel) -> tuple[object, ...]:
    model = one.model
    loss = model.evaluation.get("log_loss")
    figures = (model.first_day, model.last_day, model.campaigns, "" if loss is None else f"{loss:.4f}")
    return (one.account_id, model.version, *figures, "yes" if one.is_current else "no", one.reason)
