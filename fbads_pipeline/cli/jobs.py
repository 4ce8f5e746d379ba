"""Runs one of Dagster's jobs in this process and returns its outcome."""

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from fbads_pipeline.defs.collect.assets import collect_config
from fbads_pipeline.defs.collect.jobs import range_tags
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.services.collection.sync_ads import Progress

_WRONG_USE = {"UnknownAccount", "SettingsError"}
_INTERRUPTIONS = {"KeyboardInterrupt", "DagsterExecutionInterruptedError"}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class JobOutcome:
    """What came of a run.

    is_wrong_use: a step failed for what the user asked; failures: step → reason; red_checks: checks of severity ERROR
    that did not pass → what they said; seconds: phase → wall time, steps added up.
    """

    run_id: str
    succeeded: bool
    is_wrong_use: bool = False
    failures: dict[str, str] = field(default_factory=dict)
    red_checks: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    peak_rss_bytes: int = 0


# Dagster writes several events per asset and partition: a year of partitions in one run would cost minutes. Older days
# than these are read and modelled all the same, but the UI does not mark them.
LONGEST_PARTITIONED_DAYS = 31


def run_collect_and_model(
    instance: dg.DagsterInstance,
    days: DayRange,
    accounts: list[str],
    progress: Progress,
    started: float,
    *,
    breakdown_days: int | None,
) -> JobOutcome:
    """Collect the days and model them, as a run that Dagster's UI shows; `started` is when the program started.

    Raises KeyboardInterrupt where Ctrl-C ended it.
    """
    marked = days.last(LONGEST_PARTITIONED_DAYS) or days
    config = collect_config(accounts, only_due=False, breakdown_days=breakdown_days, days=days)
    return _run("collect_and_model", instance, config, range_tags(marked), progress, started)


def run_review(instance: dg.DagsterInstance, progress: Progress, started: float) -> JobOutcome:
    """Review the marts as they stand, write suggestions, send what is due."""
    return _run("review", instance, {}, {}, progress, started)


def _run(
    job: str,
    instance: dg.DagsterInstance,
    run_config: Mapping[str, Any],
    tags: Mapping[str, str],
    progress: Progress,
    started: float,
) -> JobOutcome:
    from fbads_pipeline.definitions import defs

    begun = time.time()
    result = defs.resolve_job_def(job).execute_in_process(
        instance=instance,
        run_config={**run_config, **_QUIET},
        tags=dict(tags),
        resources=_with_progress(progress),
        raise_on_error=False,
    )
    outcome = JobOutcome(result.run_id, result.success)
    if any(_is_interruption(event) for event in result.all_events):
        raise KeyboardInterrupt
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


def _with_progress(progress: Progress) -> dict[str, Any]:
    listener: Callable[..., None] = progress
    return {"progress": listener}


def _is_interruption(event: dg.DagsterEvent) -> bool:
    """Ctrl-C inside of a run, which Dagster writes down as a failure and does not pass on."""
    error = event.job_failure_data.error if event.is_job_failure else None
    return error is not None and error.cls_name in _INTERRUPTIONS


def _note(outcome: JobOutcome, event: dg.DagsterEvent) -> None:
    if event.is_step_failure:
        error = event.step_failure_data.error
        cause = error.cause if error and error.cause else error
        outcome.failures[str(event.step_key)] = _sentence(cause.message) if cause else "no reason was given"
        outcome.is_wrong_use |= cause is not None and cause.cls_name in _WRONG_USE
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
