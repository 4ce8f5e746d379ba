"""Pauses that are usual: weekdays on which a campaign does not deliver."""

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Bools, Floats, Ints

# A pause is usual from so many days without delivery on, if they are most of the days of that kind.
_LEAST_PAUSES, _MOST = 2, 0.75
# And if the campaign delivered on so many other days.
_LEAST_DELIVERIES = 3
_SATURDAY, _DAYS_A_WEEK = 5, 7


def usual_pauses(impressions: Floats, days: Ints, day: int) -> Bools:
    """Return which campaigns do not usually deliver on such a day.

    Parameters
    ----------
    impressions
        Of the days before, NaN where not known (days, n).
    days, day
        Ordinals of these days (days,), and the day asked for.

    Returns
    -------
    ndarray of bool, shape (n,)
        Without delivery on three of four days of the same weekday, or of weekends where it is one, and on two at
        least; three other days had delivery.

    Examples
    --------
    >>> days = np.arange(739_000, 739_014)  # two weeks
    >>> works = np.where(days % 7 < 5, 100.0, 0.0)[:, None]
    >>> [bool(usual_pauses(works, days, 739_014 + later)[0]) for later in range(7)] == [
    ...     (739_014 + later) % 7 >= 5 for later in range(7)
    ... ]
    True
    """
    weekday = (days - 1) % _DAYS_A_WEEK
    asked = (day - 1) % _DAYS_A_WEEK
    pauses = _is_usual(impressions, weekday == asked)
    if asked >= _SATURDAY:
        pauses = pauses | _is_usual(impressions, weekday >= _SATURDAY)
    return pauses


def rests_at_weekends(impressions: Floats, days: Ints) -> Bools:
    """Return which campaigns do not usually deliver on Saturdays nor on Sundays, (n,); as in `usual_pauses`."""
    rests: Bools = _is_usual(impressions, is_weekend(days))
    return rests


def is_weekend(days: Ints | int) -> Bools:
    """Whether ordinals of days are a Saturday or a Sunday.

    Examples
    --------
    >>> from datetime import date
    >>> bool(is_weekend(date(2026, 11, 28).toordinal())), bool(is_weekend(date(2026, 11, 30).toordinal()))
    (True, False)
    """
    weekend: Bools = np.asarray((np.asarray(days) - 1) % _DAYS_A_WEEK >= _SATURDAY)
    return weekend


def _is_usual(impressions: Floats, alike: Bools) -> Bools:
    known, delivered = np.isfinite(impressions), impressions > 0
    seen, idle = known[alike].sum(axis=0), (known & ~delivered)[alike].sum(axis=0)
    usual: Bools = (idle >= _LEAST_PAUSES) & (idle >= _MOST * seen)
    usual &= delivered[~alike].sum(axis=0) >= _LEAST_DELIVERIES
    return usual
