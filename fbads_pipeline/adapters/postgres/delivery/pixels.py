"""Pixels of accounts, for the people who look at them and for the watch over their events."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.delivery.pixels import HISTORY, WATCHED, PixelFact, Traffic, silence_of

SQL = Statements(__package__, "pixels.sql")


class PostgresPixels:
    """Pixels with their events and quality."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def pixels(self, accounts: Accounts = None) -> list[Row]:
        """Per visible account its pixels, the one that fired last first."""
        return rows_of(self._engine, SQL["pixels"], {"accounts": bound(accounts)})

    def events(self, accounts: Accounts = None) -> list[Row]:
        """Per pixel and event: newest hour, how many in a day and a week (None: not all of it was read), quality."""
        return rows_of(self._engine, SQL["pixel_events"], {"accounts": bound(accounts)})

    def refused_lists(self, accounts: Accounts = None) -> list[Row]:
        """Accounts whose pixels Meta does not show to the token, with its reason."""
        return rows_of(self._engine, SQL["refused_lists"], {"accounts": bound(accounts)})


def pixel_facts(connection: sa.Connection, now: datetime) -> list[PixelFact]:
    """Watched events; with what ads brought since where one is silent by the time."""
    values = {"watched": list(WATCHED), "since": now - HISTORY}
    found = [_fact(dict(row)) for row in connection.execute(SQL["events"], values).mappings()]
    return [_with_traffic(connection, one, now) for one in found]


def _fact(row: Mapping[str, Any]) -> PixelFact:
    hours = {datetime.fromisoformat(at): int(events) for at, events in row["hours"].items()}
    return PixelFact(**{**row, "hours": hours})


def _with_traffic(connection: sa.Connection, fact: PixelFact, now: datetime) -> PixelFact:
    silence = silence_of(fact)
    if silence is None or not silence.is_clear:
        return fact
    first_day = silence.since.astimezone(ZoneInfo(fact.timezone_name)).date()
    values = {"account": fact.account_id, "since": silence.since, "first_day": first_day, "now": now}
    row = connection.execute(SQL["traffic"], {**values, "actions": list(WATCHED[fact.event])}).one()
    return replace(fact, traffic=Traffic(row.clicks, row.spend, row.usual_clicks, row.is_credited))
