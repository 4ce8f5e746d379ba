"""What lies below a campaign, as people and programs read it: ad sets with a budget, and ads."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.scoring.ads import BEFORE_DAYS, RECENT_DAYS, AdFigures, AdWindow

SQL = Statements(__package__, "objects.sql")
_NOTHING = AdWindow(0, 0, Decimal(0), Decimal(0), None)


class ObjectReader:
    """Ad sets and ads of one campaign, which the caller has been found to see."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def adsets(self, account_id: str, campaign_id: str) -> list[Row]:
        """Those that hold the campaign's budget: name, budget, score or why there is none, open suggestion."""
        return self._rows("adsets", account_id=account_id, campaign_id=campaign_id)

    def ads(self, account_id: str, campaign_id: str, last_day: date) -> list[AdFigures]:
        """Those that delivered in the 28 days up to that one, ordered by id."""
        rows = self._rows(
            "ads",
            account_id=account_id,
            campaign_id=campaign_id,
            last_day=last_day,
            recent_days=RECENT_DAYS,
            days=RECENT_DAYS + BEFORE_DAYS,
        )
        found: dict[str, dict[bool, Row]] = {}
        for row in rows:
            found.setdefault(row["ad_id"], {})[row["is_recent"]] = row
        return [
            AdFigures(ad_id, next(iter(sides.values()))["name"], _window(sides.get(True)), _window(sides.get(False)))
            for ad_id, sides in found.items()
        ]

    def _rows(self, name: str, **values: object) -> list[Row]:
        with reading(self._owner) as connection:
            return [dict(row) for row in connection.execute(SQL[name], values).mappings()]


def _window(row: Row | None) -> AdWindow:
    """A window without a row delivered nothing: every day of it was read, or the page says which was not."""
    if row is None:
        return _NOTHING
    impressions, clicks = (None if row[name] is None else int(row[name]) for name in ("impressions", "clicks"))
    return AdWindow(impressions, clicks, row["spend"], row["conversions"], row["frequency"])
