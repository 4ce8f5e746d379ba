"""Incidents are announced whether or not the marts move; runs that fail are recorded."""

from datetime import UTC, datetime

import dagster as dg

from fbads_pipeline.defs.maintenance.jobs import incident_tags, incidents_job
from fbads_pipeline.defs.maintenance.policy import watch_policy
from fbads_pipeline.defs.shared.outages import OUTAGES, sentence
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.ports.alerts import Recipients
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.delivery import DeliveryProblems
from fbads_pipeline.ports.health import IncidentStore
from fbads_pipeline.services.delivery.watch_delivery import pending_delivery
from fbads_pipeline.services.health.watch_incidents import pending_changes
from fbads_pipeline.settings import Settings, SettingsError


@dg.sensor(
    job=incidents_job,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Launches the alerts about incidents when one is new, over, or unannounced.",
)
def announce_incidents_when_due(
    context: dg.SensorEvaluationContext,
    incidents: dg.ResourceParam[IncidentStore],
    delivery: dg.ResourceParam[DeliveryProblems],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
    settings: dg.ResourceParam[Settings],
) -> dg.RunRequest | dg.SkipReason:
    """The run key is the minute of this machine, as in `send_due_messages`."""
    try:
        recipients.everybody()
        waiting = pending_changes(incidents, clock, watch_policy(settings)) + pending_delivery(delivery, clock)
    except SettingsError as wrong:
        return dg.SkipReason(str(wrong))
    except OUTAGES as outage:
        return dg.SkipReason(sentence(outage))
    if not waiting:
        return dg.SkipReason("no incident is new, over, or unannounced")
    return dg.RunRequest(f"incidents-{datetime.now(UTC):%Y-%m-%dT%H:%M}", tags=incident_tags(waiting))


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Notes that a run has failed, which is announced once until a run of that job succeeds.",
)
def record_failed_runs(context: dg.RunFailureSensorContext, incidents: dg.ResourceParam[IncidentStore]) -> None:
    """The sentence of the step that failed, without its trace."""
    run = context.dagster_run
    error = _reason(context)
    incidents.note_run(run.job_name, run.run_id, ok=False, error=error, at=datetime.now(UTC))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Notes that a job that had failed has succeeded.",
)
def record_recovered_runs(context: dg.RunStatusSensorContext, incidents: dg.ResourceParam[IncidentStore]) -> None:
    """Writes nothing for a job that was well."""
    run = context.dagster_run
    incidents.note_run(run.job_name, run.run_id, ok=True, error=None, at=datetime.now(UTC))


def _reason(context: dg.RunFailureSensorContext) -> str:
    """The innermost error's first line, with the step that it broke."""
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            first = next(iter(error.message.strip().splitlines()), "")
            return plain_line(f"{event.step_key}: {first}")[:300]
    return plain_line(context.failure_event.message or "")[:300]
