"""What reports are made from, as the marts and the decisions have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Figures = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class ReportAccount:
    """goal: what its conversions are; today: its local day."""

    account_id: str
    name: str | None
    currency: str
    timezone_name: str
    goal: str
    today: date


@dataclass(frozen=True)
class MetricAbout:
    """A metric of the catalogue: its name as people call it, its unit and good direction."""

    label_pt: str
    label_en: str
    unit: str
    good: str


@dataclass(frozen=True)
class CampaignFigures:
    """One campaign over a period; ratios from sums, None where undefined. score: 0 to 100, None where not scored."""

    campaign_id: str
    name: str | None
    status: str | None
    figures: Figures
    score: Decimal | None


@dataclass(frozen=True)
class DayFigures:
    """The account on one day."""

    day: date
    figures: Figures
    is_provisional: bool


@dataclass(frozen=True)
class ReportedAnomaly:
    """One anomaly of the period. told: `told`, `digest` or `not_told`; since: account-local."""

    campaign_name: str | None
    since: datetime
    severity: str
    text_pt: str
    text_en: str
    at_stake: Decimal
    status: str
    told: str


@dataclass(frozen=True)
class ReportedSuggestion:
    """One suggestion made or decided in the period."""

    campaign_name: str | None
    day: date
    kind: str
    status: str
    reason_pt: str
    reason_en: str


@dataclass(frozen=True)
class HitRate:
    """How often followed suggestions of a kind came true."""

    kind: str
    followed: int
    judged: int
    hits: int


@dataclass(frozen=True)
class PeriodFigures:
    """An account over a period: in all, by day and by campaign; as_of: the newest reading among it."""

    total: Figures
    days: tuple[DayFigures, ...]
    campaigns: tuple[CampaignFigures, ...]
    as_of: datetime | None
