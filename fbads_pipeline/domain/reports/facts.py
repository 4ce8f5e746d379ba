"""What reports are made from: figures of the marts, anomalies, suggestions and their outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.messages import Value

Figures = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class ReportAccount:
    """goal: what its conversions are; today: its local day; has_several_goals: whether a campaign has another one."""

    account_id: str
    name: str | None
    currency: str
    timezone_name: str
    goal: str
    today: date
    has_several_goals: bool = False


@dataclass(frozen=True)
class MetricAbout:
    """A metric of the catalogue: its label, its unit and the direction in which a change is good."""

    label: Value
    unit: str
    good: str


LevelBelow = Literal["adset", "ad"]


@dataclass(frozen=True)
class FigureBelow:
    """A figure that Meta left out here, and that a level below has for every object and day."""

    level: LevelBelow
    value: Decimal


Below = Mapping[str, FigureBelow]


@dataclass(frozen=True)
class CampaignFigures:
    """One campaign over a period; ratios from sums, None where undefined. score: 0 to 100, None where not scored;
    target_cpa: what a conversion may cost in it, as of the newest score.

    A sum is None where Meta did not report it for some day; below: metric → what a lower level has of it instead.
    """

    campaign_id: str
    name: str | None
    status: str | None
    figures: Figures
    score: Decimal | None
    below: Below = field(default_factory=dict)
    target_cpa: Decimal | None = None


@dataclass(frozen=True)
class DayFigures:
    """The account on one day."""

    day: date
    figures: Figures
    is_provisional: bool


@dataclass(frozen=True)
class ReportedAnomaly:
    """One anomaly of the period. since: an instant; notified: how people were notified of it."""

    campaign_name: str | None
    since: datetime
    severity: str
    text: Value
    at_stake: Decimal
    status: str
    notified: Literal["alert", "digest", "none"]


@dataclass(frozen=True)
class ReportedSuggestion:
    """One suggestion made or decided in the period."""

    campaign_name: str | None
    day: date
    kind: str
    status: str
    reason: Value


@dataclass(frozen=True)
class HitRate:
    """How many followed suggestions of a kind could be evaluated, and how many of these were right."""

    kind: str
    followed: int
    evaluated: int
    hits: int


@dataclass(frozen=True)
class ReportPicture:
    """A picture whose bytes were checked; width, height: in pixels."""

    media_type: str
    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class ReportedCreative:
    """A creative with its figures over the period; None: not reported. picture: the one that is kept of it."""

    title: str
    ads: int
    figures: Figures
    verdict: Literal["best", "worst", "unclear"]
    picture: ReportPicture | None = None


@dataclass(frozen=True)
class AudiencePart:
    """A part of the delivery. breakdown: the fields, with commas between them, as Meta names them; value: of them."""

    breakdown: str
    value: str
    figures: Figures


@dataclass(frozen=True)
class AccountTarget:
    """What is set for the account as a whole on a day; None: nothing."""

    cpa: Decimal | None = None
    roas: Decimal | None = None


@dataclass(frozen=True)
class PeriodFigures:
    """An account over a period: in all, by day and by campaign; as_of: the newest reading among it.

    days: those with figures; below: as of a campaign, for the total.
    """

    total: Figures
    days: tuple[DayFigures, ...]
    campaigns: tuple[CampaignFigures, ...]
    as_of: datetime | None
    below: Below = field(default_factory=dict)
