"""An account's days as arrays: what was read, what was not reported, and which campaigns could deliver."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from fbads_pipeline.domain.anomalies.daily.daily_figures import DailyFigures
from fbads_pipeline.domain.anomalies.state.goals import goal_numbers
from fbads_pipeline.domain.anomalies.state.object_timeline import ObjectTimeline
from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

# A budget that moved by more than this share was edited.
_EDITED_SHARE = 0.005
# Figures of a row.
_FIGURES = 7


@dataclass(frozen=True)
class DayGrid:
    """Figures per day and campaign, (days, n), the days one after another, oldest first.

    Attributes
    ----------
    campaigns
        Campaign ids (n,).
    days, hours
        Ordinals, and hours from the day's midnight to its newest good reading, NaN where it was not read (days,).
    impressions, clicks, spend, conversions, value, link_clicks, page_views
        NaN where the day was not read, before a campaign's first row, and where Meta did not report the figure. A
        campaign without a row on a day that was read delivered nothing: 0.
    budget
        Daily budget at the day's end, 0 where there is none.
    can_deliver
        Whether the campaign was active all day.
    is_edited
        Whether its budget was edited on the day.
    created
        Ordinal of the day on which it was made, 0 where that is not known (n,).
    learning
        Whether it is in Meta's learning phase now (n,).
    goal
        Number of what its conversions count (n,).
    """

    campaigns: tuple[str, ...]
    days: Ints
    hours: Floats
    impressions: Floats
    clicks: Floats
    spend: Floats
    conversions: Floats
    value: Floats
    link_clicks: Floats
    page_views: Floats
    budget: Floats
    can_deliver: Bools
    is_edited: Bools
    created: Ints
    learning: Bools
    goal: Ints

    @property
    def n(self) -> int:
        """Number of campaigns."""
        return len(self.campaigns)

    @property
    def is_read(self) -> Bools:
        """Days that were read well (days,)."""
        return np.isfinite(self.hours)


def day_grid(account: DailyFigures) -> DayGrid:
    """Return the days of the period and every campaign with a row in it."""
    zone = ZoneInfo(account.timezone_name)
    campaigns = tuple(sorted({row.campaign_id for row in account.rows}))
    place = {name: number for number, name in enumerate(campaigns)}
    days = np.arange(account.days.since.toordinal(), account.days.until.toordinal() + 1)
    hours = np.array([_hours(day, account.read_at.get(day), zone) for day in account.days])
    impressions, clicks, spend, conversions, value, link_clicks, page_views = _figures(
        account, place, np.isfinite(hours)
    )
    budget, can_deliver = _objects(account, place, zone)
    before, after = budget[:-1], budget[1:]
    is_edited = np.zeros(budget.shape, dtype=np.bool_)
    is_edited[1:] = (before > 0) & (after > 0) & (np.abs(after - before) > _EDITED_SHARE * before)
    created = [
        account.created[name].astimezone(zone).toordinal() if name in account.created else 0 for name in campaigns
    ]
    learning = np.array([name in account.learning for name in campaigns], dtype=np.bool_)
    return DayGrid(
        campaigns=campaigns,
        days=days,
        hours=hours,
        impressions=impressions,
        clicks=clicks,
        spend=spend,
        conversions=conversions,
        value=value,
        link_clicks=link_clicks,
        page_views=page_views,
        budget=budget,
        can_deliver=can_deliver,
        is_edited=is_edited,
        created=np.array(created, dtype=np.int64),
        learning=learning,
        goal=goal_numbers(campaigns, account.goals),
    )


def midnight(day: int, zone: ZoneInfo) -> datetime:
    """The instant at which the local day with that ordinal begins."""
    return datetime.combine(date.fromordinal(day), time(), zone)


def _hours(day: date, read_at: datetime | None, zone: ZoneInfo) -> float:
    if read_at is None:
        return float("nan")
    return (read_at - midnight(day.toordinal(), zone)) / timedelta(hours=1)


def _figures(account: DailyFigures, place: Mapping[str, int], is_read: Bools) -> Floats:
    """(figure, days, n)."""
    cells = np.zeros((_FIGURES, len(is_read), len(place)))
    cells[:, ~is_read] = np.nan
    first = np.full(len(place), len(is_read))
    if account.rows:
        since = account.days.since.toordinal()
        at = np.array([row.day.toordinal() - since for row in account.rows])
        who = np.array([place[row.campaign_id] for row in account.rows])
        figures = np.array([row[2:] for row in account.rows], dtype=np.float64)
        known = is_read[at]
        cells[:, at[known], who[known]] = figures[known].T
        np.minimum.at(first, who, at)
    cells[:, np.arange(len(is_read))[:, None] < first] = np.nan
    return cells


def _objects(account: DailyFigures, place: Mapping[str, int], zone: ZoneInfo) -> tuple[Floats, Bools]:
    """Budget at each day's end, and whether the campaign could deliver at its beginning and at its end."""
    objects = ObjectTimeline(account.states, place, np.ones(len(place), dtype=np.bool_))
    budget, active = [], []
    for day in range(account.days.since.toordinal(), account.days.until.toordinal() + 2):
        objects.advance(midnight(day, zone))
        budget.append(objects.budget())
        active.append(objects.may_deliver())
    is_active = np.array(active)
    return np.array(budget)[1:], is_active[:-1] & is_active[1:]
