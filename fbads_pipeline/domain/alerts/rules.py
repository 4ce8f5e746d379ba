"""Users' own alert rules: a metric over a window of days, compared with a threshold."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.alerts.alerts import Severity

RuleLevel = Literal["account", "campaign", "adset", "ad"]
Comparison = Literal["above", "below", "rises_by", "falls_by"]
RuleObstacle = Literal["not_read", "not_reported"]
GUARDS = ("impressions", "clicks", "spend", "conversions")


@dataclass(frozen=True)
class UserRule:
    """days: complete account-local days; 0 is today so far. threshold: in the metric's unit, a fraction for changes.

    currency: of a threshold of money, other accounts are left out; guard: sums that the window must reach for the rule
    to apply; cooldown: for how long an object that was announced is left out; channel: the only one that is used, None
    for all; accounts: empty for all.
    """

    name: str
    metric: str
    comparison: Comparison
    threshold: Decimal
    level: RuleLevel = "campaign"
    days: int = 7
    currency: str | None = None
    guard: Mapping[str, Decimal] = field(default_factory=dict)
    severity: Severity = "warning"
    channel: str | None = None
    cooldown: timedelta = timedelta(hours=24)
    accounts: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The name in letters, digits and dashes: the rule of its alerts and mutes."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        return "rule." + (re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "unnamed")

    @property
    def is_of_change(self) -> bool:
        """Whether the window is compared with the one before it."""
        return self.comparison in ("rises_by", "falls_by")

    def cooling_since(self, now: datetime) -> datetime:
        """An object that was announced after that instant is cooling down."""
        return now - self.cooldown


@dataclass(frozen=True)
class RuleReading:
    """One object in one window. value: the metric there, None where it is undefined; before: in the window before.

    sums: of the guards, over the window, None where a row lacks the figure; object_name as a stranger wrote it.
    unread_days: of the account, at the rule's level, in what the rule looks at; is_unreported: Meta left out a figure
    that the metric is made of; was_read_later: a day was read after the moment that is looked at, and stands here as it
    is stored.
    """

    account_id: str
    account_name: str | None
    object_id: str
    object_name: str | None
    currency: str
    first_day: date
    last_day: date
    value: Decimal | None
    before: Decimal | None
    sums: Mapping[str, Decimal | None]
    unread_days: int = 0
    is_unreported: bool = False
    was_read_later: bool = False


def obstacle(rule: UserRule, reading: RuleReading) -> RuleObstacle | None:
    """Why the rule cannot be evaluated there: days that were not read, or a figure that Meta did not report; None where
    it can, or is not about that account."""
    if not _is_meant(rule, reading):
        return None
    if reading.unread_days:
        return "not_read"
    is_guard_unknown = any(reading.sums.get(name) is None for name in rule.guard)
    return "not_reported" if reading.is_unreported or is_guard_unknown else None


def is_crossed(rule: UserRule, reading: RuleReading) -> bool:
    """Whether the figure is past the threshold; never where it is undefined, not reported or not read in full, or a
    guard is not reached."""
    if not _is_meant(rule, reading) or obstacle(rule, reading) is not None:
        return False
    if any((reading.sums.get(name) or Decimal(0)) < least for name, least in rule.guard.items()):
        return False
    return reading.value is not None and _is_past(rule, reading.value, reading.before)


def _is_meant(rule: UserRule, reading: RuleReading) -> bool:
    is_account = not rule.accounts or reading.account_id in rule.accounts
    return is_account and (rule.currency is None or reading.currency == rule.currency)


def _is_past(rule: UserRule, value: Decimal, before: Decimal | None) -> bool:
    if rule.comparison == "above":
        return value > rule.threshold
    if rule.comparison == "below":
        return value < rule.threshold
    if before is None or before <= 0:
        return False
    change = value / before - 1
    return change >= rule.threshold if rule.comparison == "rises_by" else change <= -rule.threshold
