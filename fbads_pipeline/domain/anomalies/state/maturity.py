"""How conversions arrive: reported so far, against those reported by the end of the day of the click.

Meta counts a conversion to the day of its click or view, so a day goes on growing for a week: about 35 % arrive within
the hour and half within a day. The curve is learned from the account's own days and is 1 where a day ends.
"""

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Floats, Ints

# Hours since the day's local midnight, in ascending order.
AGES: Floats = np.concatenate(
    [np.arange(0.5, 24.5, 0.5), np.array([30.0, 36.0, 42.0, 48.0, 72.0, 96.0, 120.0, 144.0, 168.0, 216.0])]
)
# Position of 24 hours in AGES.
END_OF_DAY = 47
# Conversions that the initial curve counts as, at each age.
PRIOR_CONVERSIONS = 40.0
# A reading a few minutes after an age still counts to it.
_TOLERANCE_HOURS = 0.05


def initial_curve() -> Floats:
    """Return the curve before anything is known of the account.

    Returns
    -------
    ndarray of shape (ages,)
        Share reported at each of `AGES`: 0.6 at midnight, 1 after 24 hours, 1.9 in the limit.

    Notes
    -----
    With age a in hours, ``0.6 + 0.4 a / 24`` within the day, ``1 + 0.9 (1 - exp(-(a - 24) / 60))`` after it.

    Examples
    --------
    >>> initial_curve()[[0, END_OF_DAY, -1]].round(3)
    array([0.608, 1.   , 1.863])
    """
    within = 0.6 + 0.4 * AGES / 24.0
    later = 1.0 + 0.9 * (1.0 - np.exp(-(AGES - 24.0) / 60.0))
    guess: Floats = np.where(AGES <= 24.0, within, later)
    return guess


def maturity_at(curve: Floats, hours: Floats) -> Floats:
    """Return the share reported at any age, linear between `AGES` and flat beyond both ends.

    Parameters
    ----------
    curve
        Shares at each of `AGES` (ages,).
    hours
        Ages in hours since the day's local midnight, any shape.

    Returns
    -------
    ndarray
        Shares, in the shape of `hours`.

    Examples
    --------
    >>> maturity_at(initial_curve(), np.array([12.0, 24.0])).round(2)
    array([0.8, 1. ])
    """
    at: Floats = np.interp(hours, AGES, curve)
    return at


def age_index(hours: Floats) -> Ints:
    """Return the position in `AGES` that a reading of that age counts to: the next one, or the last.

    Examples
    --------
    >>> AGES[age_index(np.array([0.2, 0.52, 25.0, 999.0]))]
    array([  0.5,   0.5,  30. , 216. ])
    """
    place: Ints = np.minimum(np.searchsorted(AGES, hours - _TOLERANCE_HOURS), len(AGES) - 1)
    return place


def fitted_curve(sums: Floats) -> Floats:
    """Return an account's curve, shrunk to the initial one where little was read.

    Parameters
    ----------
    sums
        Conversions reported, and those expected at maturity one, per age (2, ages).

    Returns
    -------
    ndarray of shape (ages,)
        Shares at each of `AGES`; ages without a reading follow the nearest known one in proportion to the initial
        curve.

    Notes
    -----
    ``(reported + 40 g) / (expected + 40)`` with g the initial curve: the mean of a Gamma–Poisson posterior whose prior
    weighs 40 conversions; divided by the same ratio at the end of the day.

    Examples
    --------
    >>> bool(np.allclose(fitted_curve(np.zeros((2, AGES.size))), initial_curve()))
    True
    """
    guess = initial_curve()
    scale = sums[0, END_OF_DAY] + PRIOR_CONVERSIONS
    scale = scale / (sums[1, END_OF_DAY] + PRIOR_CONVERSIONS)
    curve = (sums[0] + PRIOR_CONVERSIONS * guess) / (sums[1] + PRIOR_CONVERSIONS) / scale
    known = sums[1] > PRIOR_CONVERSIONS
    if known.any() and not known.all():
        ratio = np.interp(AGES, AGES[known], (curve / guess)[known])
        curve = np.where(known, curve, guess * ratio)
    fitted: Floats = curve
    return fitted
