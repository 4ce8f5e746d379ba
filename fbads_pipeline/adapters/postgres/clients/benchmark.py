"""Each account's figures by objective, for the benchmark over all of them."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.clients.benchmark import BenchmarkedAccount

SQL = Statements(__package__, "benchmark.sql")


class PostgresBenchmark:
    """Reads the marts; one query for all accounts."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def figures(self, since: date, until: date) -> list[BenchmarkedAccount]:
        """Per account, objective and currency over [since, until)."""
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["figures"], {"since": since, "until": until}).all()
        return [
            BenchmarkedAccount(row.account_id, row.objective, row.country, row.currency, _values(row)) for row in rows
        ]


def _values(row: sa.Row[tuple[object, ...]]) -> dict[str, Decimal | None]:
    return {
        "ctr": _ratio(row.clicks, row.impressions),
        "cpm": _ratio(row.spend, row.impressions, 1000),
        "cpa": _ratio(row.spend, row.conversions),
        "roas": _ratio(row.purchase_value, row.spend),
    }


def _ratio(numerator: Decimal | None, denominator: Decimal | None, factor: int = 1) -> Decimal | None:
    if numerator is None or not denominator:
        return None
    return Decimal(numerator) * factor / Decimal(denominator)
