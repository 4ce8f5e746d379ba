"""Calendars → raw: holidays, dates of commerce, the team's own events."""

import dagster as dg

from fbads_pipeline.bootstrap.calendar import calendars
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.collection import RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.calendar.read_calendars import read_calendars
from fbads_pipeline.settings import Settings

CALENDAR_EVENTS = dg.AssetKey(["raw", "calendar_events"])
WAS_READ = "every_calendar_was_read"
_HEADER = ("calendar", "written", "removed", "error")


@dg.asset(
    key=CALENDAR_EVENTS,
    group_name="calendar",
    kinds={"python", "postgres"},
    owners=["team:data"],
    check_specs=[dg.AssetCheckSpec(WAS_READ, asset=CALENDAR_EVENTS, description="Every calendar could be read.")],
)
def calendar_events(
    raw: dg.ResourceParam[RawStore],
    calendar_events: dg.ResourceParam[CalendarEvents],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster takes no parameter beside check_specs
    """One row per event of a calendar; a private title reads busy. Where a calendar cannot be read, its events stay."""
    report = read_calendars(calendars(settings, raw.known_accounts()), calendar_events, clock)
    rows = [(name, one.written, one.removed, None) for name, one in report.changes.items()]
    failures = "; ".join(f"{name}: {error}" for name, error in report.errors.items())
    return dg.MaterializeResult(
        metadata={
            "calendars": len(report.changes) + len(report.errors),
            "rows_changed": sum(one.written + one.removed for one in report.changes.values()),
            "table": markdown_table(_HEADER, [*rows, *((name, 0, 0, why) for name, why in report.errors.items())]),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=WAS_READ, passed=not report.errors, description=failures or "every calendar was read"
            )
        ],
    )
