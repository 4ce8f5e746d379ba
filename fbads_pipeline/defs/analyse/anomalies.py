"""raw's readings → analysis: what departs from the usual."""

from collections import Counter
from datetime import UTC, datetime
from math import isfinite

import dagster as dg

from fbads_pipeline.defs.shared.outages import outages, sentence
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.anomalies.account_readings import FoundAnomaly
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts
from fbads_pipeline.services.anomalies.detect_anomalies import detect_anomalies

ANOMALIES = dg.AssetKey(["analysis", "anomalies"])
_HEADER = ("account", "campaign", "kind", "severity", "since", "observed", "expected", "low", "high", "a day")


@dg.asset(
    key=ANOMALIES,
    group_name="analyse",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["marts", "campaign_daily"], ["raw", "insights"], ["raw", "calendar_events"]],
)
def anomalies(
    marts: dg.ResourceParam[Marts],
    anomalies: dg.ResourceParam[Anomalies],
    calendar_events: dg.ResourceParam[CalendarEvents],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[None]:
    """One row per departure from the usual: opened, closed once, said once; from every reading since the last run."""
    report = detect_anomalies(marts, anomalies, clock, calendar_events)
    kinds = Counter(one.kind for one in report.current)
    return dg.MaterializeResult(
        metadata={
            "accounts": len(report.readings),
            "readings": sum(report.readings.values()),
            "rows_changed": report.rows_written,
            "open": len(report.current),
            "kinds": dg.MetadataValue.json(dict(sorted(kinds.items()))),
            "table": markdown_table(_HEADER, (_row(one) for one in report.current)),
        }
    )


@dg.asset_check(asset=ANOMALIES, description="Every open anomaly is told in finite numbers.")
def every_anomaly_is_in_numbers(anomalies: dg.ResourceParam[Anomalies]) -> dg.AssetCheckResult:
    wrong = [one for one in anomalies.current() if not _is_in_numbers(one)]
    return _result(wrong, "no finite numbers", "every open anomaly is in finite numbers", dg.AssetCheckSeverity.ERROR)


@dg.asset_check(asset=ANOMALIES, description="Only active campaigns have an open anomaly.")
def no_anomaly_on_a_paused_campaign(
    marts: dg.ResourceParam[Marts], anomalies: dg.ResourceParam[Anomalies]
) -> dg.AssetCheckResult:
    """A warning: a campaign may be paused between the detection and this look at it; the next reading closes it."""
    found = anomalies.current()
    inactive = set(marts.inactive(sorted({one.campaign_id for one in found})))
    wrong = [one for one in found if one.campaign_id in inactive]
    return _result(wrong, "not active", "every campaign with an anomaly is active", dg.AssetCheckSeverity.WARN)


detect_job = dg.define_asset_job(
    "detect",
    selection=dg.AssetSelection.assets(ANOMALIES, ["ops", "alerts"], ["ops", "deliveries"]),
    executor_def=dg.in_process_executor,
    description="readings → anomalies → messages, where the marts stand still.",
)


@dg.sensor(
    job=detect_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=60,
    description="Launches the detectors where a reading found nothing new: marts that stand still launch no review.",
)
def readings_unjudged(
    anomalies: dg.ResourceParam[Anomalies], clock: dg.ResourceParam[Clock]
) -> dg.RunRequest | dg.SkipReason:
    """An account that stops altogether changes no mart. The run key is the minute of this machine, against storms."""
    try:
        behind = anomalies.behind(now=clock.now())
    except outages() as outage:
        return dg.SkipReason(sentence(outage))
    if not behind:
        return dg.SkipReason("every reading has been judged, or is about to be")
    return dg.RunRequest(f"detect-{datetime.now(UTC):%Y-%m-%dT%H:%M}", tags={"fbads/accounts_behind": str(behind)})


def _is_in_numbers(one: FoundAnomaly) -> bool:
    figures = (one.observed, one.expected, one.low, one.high, one.money_at_stake_per_day)
    return all(map(isfinite, figures)) and "nan" not in f"{one.message_pt} {one.message_en}".lower().split()


def _result(wrong: list[FoundAnomaly], problem: str, fine: str, severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    named = [f"account {one.account_id} campaign {one.campaign_id} ({one.kind})" for one in wrong]
    said = f"{problem}: {'; '.join(named[:5])}{' …' if len(named) > 5 else ''}" if named else fine
    return dg.AssetCheckResult(
        passed=not wrong, severity=severity, description=said, metadata={"campaigns": dg.MetadataValue.json(named)}
    )


def _row(one: FoundAnomaly) -> tuple[object, ...]:
    figures = (f"{value:.4g}" for value in (one.observed, one.expected, one.low, one.high))
    stake = f"{one.money_at_stake_per_day:.2f} {one.currency}"
    since = f"{one.since:%Y-%m-%d %H:%M}"
    return (one.account_id, one.campaign_id, one.kind, one.severity, since, *figures, stake)
