"""Old records of the pipeline and of Dagster go; what figures are made of stays."""

from datetime import timedelta

from fbads_pipeline.domain.health.pruning import (
    DAGSTER_DAYS,
    DAGSTER_DETAIL_DAYS,
    PACKED_DAYS_LATER,
    READINGS_WHOLE_DAYS,
    PruningReport,
)
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.health import Records, RunFolders


def prune_records(
    records: Records, folders: RunFolders, clock: Clock, *, restatement_days: int, breakdown_days: int | None
) -> PruningReport:
    """Thin readings, and drop Dagster's runs, events and files whose time is over; the same again changes nothing.

    Lists of days that are not read again by themselves are packed, sparse indexes rebuilt. restatement_days: those
    that are read again; breakdown_days: the age at which rows by a breakdown go, None: never.
    """
    now = clock.now()
    rows = records.thin_readings(before=(now - timedelta(days=READINGS_WHOLE_DAYS)).date())
    if breakdown_days is not None:
        rows["breakdowns"] = records.drop_breakdowns(before=(now - timedelta(days=breakdown_days)).date())
    rows |= records.drop_dagster_events(
        before=now - timedelta(days=DAGSTER_DAYS), details_before=now - timedelta(days=DAGSTER_DETAIL_DAYS)
    )
    dropped = folders.drop(before=now - timedelta(days=DAGSTER_DAYS))
    packed = records.pack_days(before=(now - timedelta(days=restatement_days + PACKED_DAYS_LATER)).date(), now=now)
    return PruningReport(rows, packed, dropped, records.rebuild_indexes(), records.to_vacuum())
