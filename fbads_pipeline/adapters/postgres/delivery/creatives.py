"""Creatives of ads with their figures, and the pictures that are kept of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.readiness import has_tables
from fbads_pipeline.adapters.postgres.metrics.visible import bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.delivery.creatives import Creative, with_verdicts
from fbads_pipeline.domain.delivery.pictures import Picture
from fbads_pipeline.domain.scoring.ads import RECENT_DAYS, AdWindow

SQL = Statements(__package__, "creatives.sql")
_SUMMED = ("spend", "impressions", "clicks", "conversions")


class PostgresCreatives:
    """The port Creatives on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def without_picture(self, *, tried_before: datetime, most: int) -> list[tuple[str, str, str]]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["without_picture"], {"tried_before": tried_before, "most": most})
            return [(row.account_id, row.creative_key, row.picture_url) for row in rows]

    def keep(self, account_id: str, key: str, found: Picture | str, *, now: datetime) -> None:
        is_kept = isinstance(found, Picture)
        values = {
            **{name: getattr(found, name) if is_kept else None for name in ("media_type", "width", "height")},
            "content": found.body if isinstance(found, Picture) else None,
            "refused": None if isinstance(found, Picture) else found[:200],
        }
        with self._engine.begin() as connection:
            connection.execute(
                SQL["keep_picture"], {**values, "account_id": account_id, "creative_key": key, "now": now}
            )

    def picture(self, account_id: str, key: str, accounts: frozenset[str] | None) -> Picture | None:
        values = {"account_id": account_id, "creative_key": key, "accounts": bound(accounts)}
        with reading(self._engine) as connection:
            row = connection.execute(SQL["picture"], values).one_or_none()
        return None if row is None else Picture(row.media_type, row.width, row.height, bytes(row.content))

    def pictures_of(self, ad_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Ad → account and key of its creative, where a picture of it is kept."""
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["pictures_of"], {"ads": list(ad_ids)})
            return {row.ad_id: (row.account_id, row.creative_key) for row in rows}

    def creatives(self, accounts: frozenset[str] | None, *, since: date, until: date) -> list[Creative]:
        """Each account's own, with verdicts, what costs most first. The last RECENT_DAYS are compared with those before
        them: within a week nothing is said of fatigue."""
        values = {"accounts": bound(accounts)}
        with reading(self._engine) as connection:
            rows = list(connection.execute(SQL["creatives"], values).mappings())
            figures: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
            if has_tables(connection, "marts.ad_daily"):
                days = {"since": since, "until": until, "recent_days": RECENT_DAYS}
                for row in connection.execute(SQL["figures"], {**values, **days}).mappings():
                    figures[row["account_id"], row["creative_key"]] |= _figures(row)
        by_account: dict[str, list[Creative]] = defaultdict(list)
        for row in rows:
            shown = {name: value for name, value in row.items() if name != "creative_key"}
            key = row["creative_key"]
            made = Creative(key=key, **shown, **figures.get((row["account_id"], key), {}))
            by_account[made.account_id].append(made)
        judged = [one for of_account in by_account.values() for one in with_verdicts(of_account)]
        return sorted(judged, key=lambda one: (one.account_id, -(one.spend or 0), one.key))


def _figures(row: sa.RowMapping) -> dict[str, Any]:
    """Of a creative: the sums of all its days, or one of the two windows that are compared."""
    if row["is_whole"]:
        return {name: row[name] for name in _SUMMED}
    window = AdWindow(**{name: row[name] for name in (*_SUMMED, "frequency")})
    return {"recent" if row["is_recent"] else "before": window}
