"""Runs one of Dagster's jobs in this process and returns its outcome."""

import resource
import time
from collections.abc import Mapping
from typing import Any

import dagster as dg

from fbads_pipeline.bootstrap.run_launcher import PROCESS_TAG, this_process
from fbads_pipeline.cli.job_outcome import JobOutcome
from fbads_pipeline.definitions import defs
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.services.collection.sync_ads import Progress

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# Dagster keeps of an error that ended a run nothing but its texts.
_INTERRUPTIONS = {KeyboardInterrupt.__name__, dg.DagsterExecutionInterruptedError.__name__}


def no_progress(name: str, done: int, total: int) -> None:
    """A progress that shows nothing."""


def run_job(
    job: str,
    instance: dg.DagsterInstance,
    *,
    started: float,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    progress: Progress = no_progress,
) -> JobOutcome:
    """Run the job of that name, as a run that Dagster's UI shows; started: when the program started, a timestamp.

    Raises KeyboardInterrupt where Ctrl-C ended it.
    """
    begun, errors = time.time(), list[BaseException]()
    result = (
        defs.resolve_job_def(job)
        .with_hooks({_collects_errors(errors)})
        .execute_in_process(
            instance=instance,
            run_config={**(run_config or {}), **_QUIET},
            tags={**(tags or {}), PROCESS_TAG: this_process()},
            resources={"progress": progress},
            raise_on_error=False,
        )
    )
    if any(_is_interruption(event) for event in result.all_events):
        raise KeyboardInterrupt
    outcome = JobOutcome(result.run_id, result.success, any(isinstance(one, WrongUse) for one in errors))
    for event in result.all_events:
        _note(outcome, event)
    outcome.seconds = _phases(instance, result.run_id, started, begun)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    outcome.cpu_seconds = {
        "program": round(used[0].ru_utime + used[0].ru_stime, 3),
        "children": round(used[1].ru_utime + used[1].ru_stime, 3),
    }
    outcome.peak_rss_bytes = max(one.ru_maxrss for one in used) * 1024
    return outcome


def _collects_errors(errors: list[BaseException]) -> dg.HookDefinition:
    """A hook that appends the exception of each step that fails."""

    @dg.failure_hook(name="collect_errors")
    def collect(context: dg.HookContext) -> None:
        if context.op_exception is not None:
            errors.append(context.op_exception)

    hook: dg.HookDefinition = collect
    return hook


def _is_interruption(event: dg.DagsterEvent) -> bool:
    """Ctrl-C inside of a run, which Dagster records as a failure and does not pass on."""
    error = event.job_failure_data.error if event.is_job_failure else None
    return error is not None and error.cls_name in _INTERRUPTIONS


def _note(outcome: JobOutcome, event: dg.DagsterEvent) -> None:
    if event.is_step_failure:
        error = event.step_failure_data.error
        cause = error.cause if error and error.cause else error
        outcome.failures[str(event.step_key)] = _sentence(cause.message) if cause else "no reason was given"
    elif event.is_step_materialization:
        made = event.step_materialization_data.materialization
        values = {name: value.value for name, value in made.metadata.items()}
        outcome.materialized.setdefault(made.asset_key.to_user_string(), {}).update(values)
    elif event.event_type_value == "ASSET_CHECK_EVALUATION":
        check = event.asset_check_evaluation_data
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
            outcome.red_checks[f"{check.asset_key.to_user_string()}: {check.check_name}"] = check.description or ""


def _sentence(message: str) -> str:
    """The first line, without the name of the exception's class before it."""
    line = message.strip().splitlines()[0]
    name, _, rest = line.partition(": ")
    return rest if rest and " " not in name else line


def _phases(instance: dg.DagsterInstance, run_id: str, started: float, begun: float) -> dict[str, float]:
    """Wall seconds: `start` is all before the first step, the others are sums over steps."""
    phases = {"start": 0.0, "collect": 0.0, "check": 0.0, "model": 0.0}
    begun_at: dict[str, float] = {}
    # Step events alone: Dagster's own statistics read every event of the run, thousands where it has many days.
    for entry in instance.all_logs(run_id, of_type={_STARTED, *_ENDED}):
        event, step = entry.get_dagster_event(), str(entry.step_key)
        if event.event_type is _STARTED:
            begun_at[step] = entry.timestamp
        elif step in begun_at:
            phases[_phase_of(step)] += entry.timestamp - begun_at[step]
    phases["start"] = min(begun_at.values(), default=begun) - started
    phases["total"] = time.time() - started
    return {name: round(seconds, 3) for name, seconds in phases.items()}


_STARTED = dg.DagsterEventType.STEP_START
_ENDED = (dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE)


def _phase_of(step_key: str) -> str:
    if step_key.startswith("collect."):
        return "collect"
    return "model" if "dbt" in step_key or "model" in step_key else "check"
