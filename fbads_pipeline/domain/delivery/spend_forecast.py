"""When money ends: what is left, at the spend that is usual for each day of the week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

# The weekdays' shares come from four weeks, the level from the newest one, so that growth counts at once.
PROFILE_DAYS, LEVEL_DAYS = 28, 7
# Of the newest week; with fewer days read nothing is said of what is usual.
FEWEST_DAYS = 3
_FEWEST_OF_A_WEEKDAY = 2
# Beyond that, money is said to last longer.
HORIZON_DAYS = 60


@dataclass(frozen=True)
class UsualSpend:
    """Spend of a whole day, Monday first, in major units."""

    by_weekday: tuple[Decimal, ...]

    @property
    def per_day(self) -> Decimal:
        """The mean over a week."""
        return sum(self.by_weekday, Decimal(0)) / 7

    def of(self, day: date) -> Decimal:
        """Of that day."""
        return self.by_weekday[day.weekday()]


def usual_spend(spend: Mapping[date, Decimal], today: date) -> UsualSpend | None:
    """From the spend of whole days that were read well; None where too few of the last week were.

    >>> week = {date(2026, 11, day): Decimal(70) for day in range(1, 8)}
    >>> usual_spend(week, date(2026, 11, 8)).per_day
    Decimal('70')
    """
    known = {day: amount for day, amount in spend.items() if today - timedelta(days=PROFILE_DAYS) <= day < today}
    recent = [day for day in known if day >= today - timedelta(days=LEVEL_DAYS)]
    if len(recent) < FEWEST_DAYS:
        return None
    shares = _weekday_shares(known, today)
    expected = sum((shares[day.weekday()] for day in recent), Decimal(0))
    level = sum((known[day] for day in recent), Decimal(0)) / (expected or len(recent))
    return UsualSpend(tuple(level * share for share in (shares if expected else _FLAT)))


_FLAT = (Decimal(1),) * 7


def _weekday_shares(spend: Mapping[date, Decimal], today: date) -> tuple[Decimal, ...]:
    """What each weekday spends against the mean of its own week, so that growth is no rhythm; equal shares where a
    weekday was hardly read. Days before the first spend are none: it had not begun."""
    begun = min((day for day, amount in spend.items() if amount > 0), default=today)
    weeks: dict[int, dict[date, Decimal]] = {}
    for day, amount in spend.items():
        if day >= begun:
            weeks.setdefault(((today - day).days - 1) // 7, {})[day] = amount
    ratios: list[list[Decimal]] = [[] for _ in range(7)]
    for days in weeks.values():
        mean = sum(days.values(), Decimal(0)) / len(days)
        for day, amount in days.items():
            if mean > 0:
                ratios[day.weekday()].append(amount / mean)
    if any(len(one) < _FEWEST_OF_A_WEEKDAY for one in ratios):
        return _FLAT
    means = [sum(one, Decimal(0)) / len(one) for one in ratios]
    mean = sum(means, Decimal(0)) / 7
    return tuple(one / mean for one in means)


def money_end(left: Decimal, usual: UsualSpend, at: datetime, timezone_name: str) -> datetime | None:
    """The instant (UTC offset of `at`) at which what is left at `at` is spent; None where it lasts HORIZON_DAYS.

    The spend of a day is spread evenly over its hours.
    """
    if left <= 0:
        return at
    zone, moment = ZoneInfo(timezone_name), at
    for _ in range(HORIZON_DAYS):
        day = moment.astimezone(zone).date()
        start, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        of_day = usual.of(day)
        spent = of_day * Decimal((end - moment) / (end - start))
        if spent >= left and spent > 0:
            return moment + (end - moment) * float(left / spent)
        left, moment = left - spent, end.astimezone(at.tzinfo)
    return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(datetime.combine(day, time(), zone).timestamp(), zone)
