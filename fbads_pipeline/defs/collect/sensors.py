"""Collecting runs that were requested from outside (n8n, the API)."""

import dagster as dg

from fbads_pipeline.defs.collect.jobs import collect_and_model, tick
from fbads_pipeline.defs.shared.outages import OUTAGES, sentence
from fbads_pipeline.ports.collection import CollectRequests, RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.settings import Settings


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
    """The run key is the newest request: it is launched once, however often the sensor looks."""
    try:
        newest = collect_requests.take()
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if newest is None:
        return dg.SkipReason("nobody has asked for a collecting run")
    return tick(f"requested-{newest}", raw, clock, settings)
