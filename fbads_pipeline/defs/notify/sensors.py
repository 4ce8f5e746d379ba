"""Messages and accepted decisions that wait."""

from datetime import UTC, datetime

import dagster as dg

from fbads_pipeline.defs.notify.jobs import dispatch_job, due_messages
from fbads_pipeline.defs.shared.outages import OUTAGES, sentence
from fbads_pipeline.ports.alerts import Channel, Outbox, Recipients
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.settings import Settings, SettingsError

_UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


@dg.sensor(
    job=dispatch_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
    description="Launches the sender when something is due, and never a second one beside it.",
)
def send_due_messages(
    context: dg.SensorEvaluationContext,
    decisions: dg.ResourceParam[Reviews],
    anomalies: dg.ResourceParam[Anomalies],
    outbox: dg.ResourceParam[Outbox],
    channels: dg.ResourceParam[dict[str, Channel]],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
    settings: dg.ResourceParam[Settings],
) -> dg.RunRequest | dg.SkipReason:
    """The run key is the minute of this machine: a sender that fails at once is started again, but not in a storm."""
    try:
        recipients.everybody()
        found = due_messages(decisions, anomalies, outbox, clock, channels=channels, digest_at=settings.digest_at)
    except SettingsError as wrong:
        return dg.SkipReason(str(wrong))
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if not found.due and not found.accounts:
        return dg.SkipReason("nothing is due: every message was sent, or waits for its time")
    busy = _under_way(context.instance)
    if busy:
        return dg.SkipReason(f"run {busy} is sending already")
    minute = f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
    return dg.RunRequest(f"dispatch-{minute}", tags=found.as_tags())


def _under_way(instance: dg.DagsterInstance) -> str | None:
    """The run of this job, or of the review (which sends too), that has not ended."""
    for job in ("review", dispatch_job.name):
        runs = instance.get_run_records(dg.RunsFilter(job_name=job, statuses=_UNDER_WAY), limit=1)
        if runs:
            return runs[0].dagster_run.run_id
    return None
