"""Old records of the pipeline and of Dagster go; what figures are made of stays."""

from datetime import timedelta

from fbads_pipeline.domain.health.pruning import DAGSTER_DAYS, READINGS_WHOLE_DAYS, PruningReport
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.health import Records, RunFolders


def prune_records(records: Records, folders: RunFolders, clock: Clock) -> PruningReport:
    """Thin readings, and drop Dagster's runs, events and files whose time is over; the same again changes nothing."""
    now = clock.now()
    rows = records.thin_readings(before=(now - timedelta(days=READINGS_WHOLE_DAYS)).date())
    rows |= records.drop_dagster_events(before=now - timedelta(days=DAGSTER_DAYS))
    dropped = folders.drop(before=now - timedelta(days=DAGSTER_DAYS))
    return PruningReport(rows, dropped, records.to_vacuum())
