"""At which levels and by which breakdowns insights are read, and the kinds of object that ads consist of."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Level = Literal["account", "campaign", "adset", "ad"]
ObjectKind = Literal["campaign", "adset", "ad"]

LEVELS: tuple[Level, ...] = ("account", "campaign", "adset", "ad")
OBJECT_KINDS: tuple[ObjectKind, ...] = ("campaign", "adset", "ad")
# The effective status of an object that insights name and that Meta does not show or refuses to show. It is asked for
# again once a day: a permission may come back, and some answers pass.
UNKNOWN_STATUS, UNKNOWN_LASTS = "UNKNOWN", timedelta(days=1)
# Fields of Meta's breakdowns that a reading may split rows by, in combinations that Meta allows.
BREAKDOWN_FIELDS = frozenset(
    {
        *("age", "gender", "country", "region", "publisher_platform", "platform_position", "impression_device"),
        *("device_platform", "hourly_stats_aggregated_by_advertiser_time_zone"),
        "hourly_stats_aggregated_by_audience_time_zone",
    }
)


@dataclass(frozen=True, order=True)
class Grain:
    """What a reading of insights has a row for: each object of the level, day, and value of the breakdown.

    breakdown: Meta's fields with commas between them, as raw.insights has them; empty for plain rows.
    """

    level: Level
    breakdown: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the breakdown; none for plain rows."""
        return tuple(self.breakdown.split(",")) if self.breakdown else ()

    def __str__(self) -> str:
        return f"{self.level} and {self.breakdown}" if self.breakdown else self.level
