"""Collecting runs beside the half-hourly ones: requested by n8n or the API, and the history of new accounts."""

from datetime import UTC, datetime

import dagster as dg

from fbads_pipeline.defs.collect.assets import collect_config
from fbads_pipeline.defs.collect.jobs import collect_and_model, range_tags, tick
from fbads_pipeline.defs.shared.outages import OUTAGES, sentence
from fbads_pipeline.ports.collection import CollectRequests, RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_history import next_history_part
from fbads_pipeline.settings import Settings

# Behind the ticks: figures of today are worth more than those of two months ago.
_LATER = {"dagster/priority": "-1"}
_UNDER_WAY = [dg.DagsterRunStatus[name] for name in ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")]


@dg.sensor(
    job=collect_and_model,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Launches one collecting run for whatever was asked for since the last one.",
)
def collect_on_request(
    collect_requests: dg.ResourceParam[CollectRequests],
    raw: dg.ResourceParam[RawStore],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.RunRequest | dg.SkipReason:
    """The run key is the request: it is launched once, however often the sensor looks."""
    try:
        found = collect_requests.take()
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if found is None:
        return dg.SkipReason("nobody has asked for a collecting run")
    run_key = f"requested-{found.request_id}"
    if found.days is None:
        return tick(run_key, raw, clock, settings)
    return dg.RunRequest(
        run_key=run_key,
        run_config=collect_config(list(found.account_ids), only_due=False, days=found.days),
        tags=range_tags(found.days),
    )


@dg.sensor(
    job=collect_and_model,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=60,
    description="Reads the last 90 days (FBADS_HISTORY_DAYS) of new accounts, a month at a time, the newest first.",
)
def read_history_of_new_accounts(
    context: dg.SensorEvaluationContext,
    raw: dg.ResourceParam[RawStore],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.RunRequest | dg.SkipReason:
    """One run at a time, and none beside a tick. The run key is the minute of this machine, against storms."""
    under_way = dg.RunsFilter(job_name=collect_and_model.name, statuses=_UNDER_WAY)
    if context.instance.get_runs(under_way, limit=1):
        return dg.SkipReason("a collecting run is under way")
    try:
        part = next_history_part(
            raw,
            clock.now(),
            levels=settings.levels,
            history_days=settings.history_days,
            restatement_days=settings.restatement_days,
        )
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if part is None:
        return dg.SkipReason(f"the last {settings.history_days} days of every account are read, or were tried today")
    return dg.RunRequest(
        run_key=f"history-{datetime.now(UTC):%Y-%m-%dT%H:%M}",
        run_config=collect_config(list(part.account_ids), only_due=False, breakdown_days=0, days=part.days),
        tags={**range_tags(part.days), **_LATER},
    )
