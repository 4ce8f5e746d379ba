"""`fbads pixels`: pixels and the events that Meta received. Rows on stdout, what Meta refused on stderr."""

from typing import Any

import typer

from fbads_pipeline.bootstrap.delivery import pixel_store
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import Accounts
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)
_HEADER = (
    "account",
    "pixel",
    "name",
    "last fired",
    "event",
    "newest hour",
    "24 hours",
    "7 days",
    "quality",
    "coverage",
)
_NOT_AVAILABLE = "not available"


@app.command()
def pixels(account: Accounts = None) -> None:
    """Pixels of accounts: events by name, the newest hour, match quality.

    Tab-separated, one row per pixel and event; a pixel without events has one row. What Meta does not give is
    `not available`, hours that were not all read are `not read`, never zero. What Meta refused is named on stderr.
    """
    with prepared_database(load_settings()) as database:
        wanted = known_account_ids(account, database)
        accounts, store = (frozenset(wanted) if wanted else None), pixel_store(database)
        events = [dict(row) for row in store.events(accounts)]
        listed = [dict(row) for row in store.pixels(accounts)]
        print_rows(_HEADER, [row for one in listed for row in _rows(one, events)])
        for one in [*store.refused_lists(accounts), *listed]:
            for refused in (one.get("refused"), one.get("events_refused"), one.get("quality_refused")):
                if refused:
                    typer.echo(f"account {one['account_id']}: pixels: Meta answered: {refused}", err=True)


def _rows(one: dict[str, Any], events: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    mine = [row for row in events if (row["account_id"], row["pixel_id"]) == (one["account_id"], one["pixel_id"])]
    fired = f"{one['last_fired_at']:%Y-%m-%d %H:%M} UTC" if one["last_fired_at"] else "never"
    of_pixel = (one["account_id"], one["pixel_id"], one["name"] or "", fired)
    return [(*of_pixel, *_of_event(row)) for row in mine] or [(*of_pixel, *([""] * 6))]


def _of_event(row: dict[str, Any]) -> tuple[str, ...]:
    counts = ("not read" if row[name] is None else str(int(row[name])) for name in ("last_day", "last_week"))
    quality = (_NOT_AVAILABLE if row[name] is None else str(row[name]) for name in ("match_quality", "server_coverage"))
    return (row["event"], f"{row['last_at']:%Y-%m-%d %H:%M} UTC" if row["last_at"] else "", *counts, *quality)
