"""One account's complete days for the day-level detectors, and what they make of them.

Plain values, without numpy, so that whoever only passes them on loads nothing heavy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from fbads_pipeline.domain.anomalies.account_readings import Grain, ObjectState
from fbads_pipeline.domain.core.days import DayRange

# Days before today that are looked at: six weeks of baseline, and the week that is assessed.
HISTORY_DAYS = 56


class CampaignDay(NamedTuple):
    """A row of marts.campaign_daily; None: Meta did not report the figure."""

    campaign_id: str
    day: date
    impressions: float | None
    clicks: float | None
    spend: float | None
    conversions: float | None
    conversion_value: float | None
    link_clicks: float | None = None
    landing_page_views: float | None = None


class KnownAnomaly(NamedTuple):
    """An anomaly that is stored already; `ended_at` None: it is open."""

    anomaly_id: str
    campaign_id: str
    kind: str
    metric: str
    grain: Grain
    since: datetime
    ended_at: datetime | None
    resolution: str | None


@dataclass(frozen=True)
class DailyFigures:
    """What was read of one account's complete local days, oldest first.

    days: the period; fingerprint: of what it rests on; read_at: days that were read well after they had ended → the
    newest such reading, any other day is unknown. rows: a campaign without a row on a day that was read delivered
    nothing. states: status and budgets, the whole history; created: campaign → when it was made; learning: campaigns in
    Meta's learning phase now; goals: campaign → the goal that it has instead of the account's; known: anomalies that
    are open or ended lately.
    """

    account_id: str
    currency: str
    timezone_name: str
    days: DayRange
    fingerprint: str = ""
    read_at: Mapping[date, datetime] = field(default_factory=dict)
    rows: Sequence[CampaignDay] = ()
    states: Sequence[ObjectState] = ()
    created: Mapping[str, datetime] = field(default_factory=dict)
    learning: frozenset[str] = frozenset()
    known: Sequence[KnownAnomaly] = ()
    goals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DayWatch:
    """How far an account's days are assessed. fingerprint: of the days that the assessment rests on, and of the code.

    days_read: complete days read well of those looked at; days_needed: from how many on anything is assessed.
    """

    fingerprint: str
    days_read: int
    days_needed: int

    @property
    def is_learning(self) -> bool:
        """Whether too few days are known for any assessment."""
        return self.days_read < self.days_needed
