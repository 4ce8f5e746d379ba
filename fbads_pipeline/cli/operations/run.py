"""`fbads run`: one of Dagster's jobs in this process, as its schedule or sensor would launch it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import psutil
import typer

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.collection import named_tokens, raw_store, token_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.health import incident_store
from fbads_pipeline.cli.data.sync import exit_code, print_accounts, print_problems, summary_of
from fbads_pipeline.cli.home import ready_home
from fbads_pipeline.cli.job_outcome import JobOutcome
from fbads_pipeline.cli.output import progress_bar
from fbads_pipeline.domain.core.errors import DONE, OUTSIDE_FAILED, PARTLY, WRONG_USE, WrongUse
from fbads_pipeline.settings import Settings, SettingsError, load_settings

app = typer.Typer(add_completion=False)


class JobName(StrEnum):
    """What `fbads run` calls Dagster's jobs."""

    TICK = "tick"
    REVIEW = "review"
    DETECT = "detect"
    DISPATCH = "dispatch"
    INCIDENTS = "incidents"
    INCIDENTS_ALIAS = "troubles"
    LEARN = "learn"
    REPORTS = "reports"
    TOKENS = "tokens"
    CALENDARS = "calendars"
    APPLY = "apply"


# Those whose job has another name in Dagster.
_JOBS = {
    JobName.TICK: "collect_and_model",
    JobName.INCIDENTS: "announce_incidents",
    JobName.INCIDENTS_ALIAS: "announce_incidents",
    JobName.TOKENS: "check_tokens",
    JobName.CALENDARS: "read_calendars",
}


@app.command()
def run(
    job: Annotated[JobName, typer.Argument(help="Which job; `troubles` is the former name of `incidents`.")],
) -> None:
    """Run one of Dagster's jobs in this process, as its schedule or sensor would.

    With the same config, tags and days, whether or not it is due. `tick` prints a line per account like `fbads sync`,
    the others a line per asset: its name and what is recorded of it. Exits with 1 in part or with a red check, with 3
    where the run failed.
    """
    started, settings = psutil.Process().create_time(), load_settings()
    if job is JobName.APPLY and not settings.apply_decisions:
        raise WrongUse("FBADS_APPLY_DECISIONS is off: set it to true to write accepted suggestions to Meta")
    with ready_home(settings) as database:
        if job is JobName.TICK:
            raise typer.Exit(_tick(settings, database, started))
        raise typer.Exit(_other(job, settings, database, started))


def _tick(settings: Settings, database: Database, started: float) -> int:
    import dagster as dg  # seconds, which --help and wrong settings need not wait for

    from fbads_pipeline.cli.jobs import run_job
    from fbads_pipeline.defs.collect.jobs import tick

    _require_token(settings, database)
    request = tick("", raw_store(database), clock(settings), settings)
    with progress_bar("collecting") as progress, dg.DagsterInstance.get() as instance:
        outcome = run_job(
            _JOBS[JobName.TICK],
            instance,
            started=started,
            run_config=request.run_config,
            tags=request.tags,
            progress=progress,
        )
    if outcome.succeeded:
        incident_store(database).note_run(
            _JOBS[JobName.TICK], outcome.run_id, ok=True, error=None, at=datetime.now(UTC)
        )
    summary = summary_of(outcome, database)
    print_accounts(summary)
    print_problems(outcome.problems)
    return exit_code(summary)


def _require_token(settings: Settings, database: Database) -> None:
    """Raises SettingsError where no token can be used, and notes it as an incident, which the next good tick ends."""
    try:
        named_tokens(settings, token_store(settings, database))
    except SettingsError as missing:
        now = datetime.now(UTC)
        incident_store(database).note_run(
            _JOBS[JobName.TICK], f"settings-{now:%Y%m%dT%H%M%S}", ok=False, error=str(missing), at=now
        )
        raise


def _other(job: JobName, settings: Settings, database: Database, started: float) -> int:
    # Dagster is heavy: imported where it is needed.
    import dagster as dg

    from fbads_pipeline.cli.jobs import run_job
    from fbads_pipeline.cli.operations.run_tags import run_tags

    name = _JOBS.get(job, job.value)
    with dg.DagsterInstance.get() as instance:
        outcome = run_job(name, instance, started=started, tags=run_tags(name, settings, database))
    for asset, metadata in outcome.materialized.items():
        print(f"{asset}\t{_recorded(metadata)}")
    print_problems(outcome.problems)
    return _exit_code(outcome)


def _exit_code(outcome: JobOutcome) -> int:
    if outcome.is_wrong_use:
        return WRONG_USE
    if not outcome.succeeded:
        return OUTSIDE_FAILED
    return PARTLY if outcome.red_checks else DONE


def _recorded(metadata: Mapping[str, Any]) -> str:
    """The numbers and lists of an asset's metadata; tables and charts are for Dagster's UI."""
    plain = {name: value for name, value in metadata.items() if isinstance(value, int | float | dict)}
    return ", ".join(f"{name} {value}" for name, value in plain.items() if not name.startswith("dagster"))
