"""A pixel's conversion event that falls silent while people go on clicking: the tracking is broken, not the sales.

Meta's counts by the hour come late: an hour counts once a later one of the same pixel has any event, or three hours
after its end. How many events are usual is known from seven days by the hour, of which no weekday is thought busier
than it was a week ago; and no more than the clicks of the silence bring at the usual rate.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import sqrt
from statistics import fmean, variance
from typing import Any
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.delivery.problems import DeliveryProblem, Ended, ProblemChanges, ProblemKey

# Event → the actions by which Meta credits it to ads; an account without any of them does not use the pixel for it.
WATCHED: Mapping[str, tuple[str, ...]] = {
    "Purchase": ("offsite_conversion.fb_pixel_purchase", "omni_purchase"),
    "Lead": ("offsite_conversion.fb_pixel_lead",),
}
# Silence is announced where chance would bring it about in one case of ten thousand.
CHANCE = 1e-4
LEARNING = timedelta(days=7)
HOUR = timedelta(hours=1)
# Meta is seen to complete an hour up to three hours after its end.
COMPLETE_AFTER = timedelta(hours=3)
# Daily counts of a shop differ by a quarter at least, whatever a quiet week shows.
LEAST_VARIATION = 0.25
# Events of so long ago are read, for what is usual before a silence of some days.
HISTORY = timedelta(days=16)


@dataclass(frozen=True)
class Traffic:
    """What ads of the account brought. since: from the beginning of the silence to the newest reading; usual_clicks: of
    the seven days before it. None: not known. is_credited: whether Meta credits the event to the account's ads."""

    clicks: int | None
    spend: Decimal | None
    usual_clicks: int | None
    is_credited: bool


@dataclass(frozen=True)
class PixelFact:
    """One watched event of one pixel of one account. hours: beginning of an hour → events, hours without any left out;
    newest_hour: the last one with an event of any name; known_since, known_until: between them every hour was read;
    traffic: None where it was not asked for."""

    account_id: str
    pixel_id: str
    name: str | None
    event: str
    timezone_name: str
    currency: str | None
    known_since: datetime
    known_until: datetime
    newest_hour: datetime
    hours: Mapping[datetime, int] = field(default_factory=dict)
    traffic: Traffic | None = None

    @property
    def entity(self) -> str:
        return f"pixel:{self.account_id}:{self.pixel_id}:{self.event}"

    @property
    def silent_since(self) -> datetime | None:
        """The end of the last hour with an event; None where there was none."""
        return max(self.hours) + HOUR if self.hours else None

    @property
    def complete_until(self) -> datetime:
        """Hours before it will not change."""
        late = (self.known_until - COMPLETE_AFTER).replace(minute=0, second=0, microsecond=0)
        return max(self.newest_hour, late)


@dataclass(frozen=True)
class Silence:
    """Events that were to be expected since then, by the time alone; variation: of the days, as a share of their mean;
    usual: events of the seven days before."""

    since: datetime
    until: datetime
    expected: float
    variation: float
    usual: int

    def chance(self, expected: float) -> float:
        """That so many events are expected and none comes: negative binomial, whose variance is that of the days."""
        excess = self.variation**2
        return float((1 + expected * excess) ** (-1 / excess))

    @property
    def is_clear(self) -> bool:
        """Whether the time alone makes it one in ten thousand."""
        return self.chance(self.expected) <= CHANCE


def silence_of(fact: PixelFact) -> Silence | None:
    """None where there was no event, or less than seven days are known before the silence."""
    since = fact.silent_since
    if since is None or since - fact.known_since < LEARNING - HOUR:
        return None
    zone = ZoneInfo(fact.timezone_name)
    before = {at: events for at, events in fact.hours.items() if since - LEARNING <= at < since}
    by_hour: dict[int, int] = defaultdict(int)
    by_day: dict[date, int] = defaultdict(int)
    for at, events in fact.hours.items():
        by_day[at.astimezone(zone).date()] += events
    for at, events in before.items():
        by_hour[at.astimezone(zone).hour] += events
    mean = sum(before.values()) / LEARNING.days
    expected, hour = 0.0, since
    while hour < fact.complete_until:
        local = hour.astimezone(zone)
        week_ago = by_day.get(local.date() - timedelta(days=7), 0)
        expected += by_hour[local.hour] / LEARNING.days * min(1.0, week_ago / mean)
        hour += HOUR
    return Silence(since, hour, expected, _variation(before, since), sum(before.values()))


def _variation(hours: Mapping[datetime, int], since: datetime) -> float:
    """Of the seven days' counts beyond Poisson's own, as a share of their mean."""
    days = [0] * LEARNING.days
    for at, events in hours.items():
        days[min(int((since - at) / timedelta(days=1)), LEARNING.days - 1)] += events
    mean = fmean(days)
    excess = (variance(days) - mean) / mean**2 if mean else 0.0
    return max(LEAST_VARIATION, sqrt(max(excess, 0.0)))


def evaluate_pixels(pixels: Sequence[PixelFact], open_keys: Collection[ProblemKey], changes: ProblemChanges) -> None:
    """A problem per event that is silent by the time and by the clicks; it ends with the next event. An event of which
    nothing is known any more is gone; while clicks are few or not known, what is open stays."""
    known = {one.entity: one for one in pixels}
    for one in pixels:
        silence = silence_of(one)
        if silence is None:
            continue
        if not silence.is_clear:
            changes.absent["pixel_silent", one.entity] = Ended("fixed")
        elif (expected := expected_by_clicks(one, silence)) is not None and silence.chance(expected) <= CHANCE:
            changes.add(_problem(one, silence, expected))
    for kind, entity in open_keys:
        if kind == "pixel_silent" and entity not in known:
            changes.absent[kind, entity] = Ended("gone")


def expected_by_clicks(fact: PixelFact, silence: Silence) -> float | None:
    """The lower of what the time and the clicks make expected; None where clicks are not known, or the account's ads
    are not credited with the event."""
    traffic = fact.traffic
    if traffic is None or not traffic.is_credited or traffic.clicks is None or not traffic.usual_clicks:
        return None
    return min(silence.expected, traffic.clicks * silence.usual / traffic.usual_clicks)


def _problem(fact: PixelFact, silence: Silence, expected: float) -> DeliveryProblem:
    traffic = fact.traffic
    facts: dict[str, Any] = {
        "event": fact.event,
        "clicks": traffic and traffic.clicks,
        "spend": None if traffic is None or traffic.spend is None else str(round(traffic.spend, 2)),
        "expected": round(expected, 1),
        "currency": fact.currency,
        "timezone_name": fact.timezone_name,
    }
    entity, since = fact.entity, silence.since
    return DeliveryProblem("pixel_silent", entity, fact.account_id, "critical", since, fact.name, None, facts)
