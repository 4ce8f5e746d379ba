"""How conversions ripen: reported so far, against those reported by the end of the day of the click.

Meta counts a conversion to the day of its click or view, so a day goes on growing for a week. About 35 % arrive within
the hour and half within a day; the curve is learned from the account's own days. One where a day ends.
"""

import numpy as np

from fbads_pipeline.domain.anomalies.state.readings import Floats, Ints

# Hours since the day's local midnight.
AGES: Floats = np.concatenate(
    [np.arange(0.5, 24.5, 0.5), np.array([30.0, 36.0, 42.0, 48.0, 72.0, 96.0, 120.0, 144.0, 168.0, 216.0])]
)
END_OF_DAY = 47
_PRIOR_CONVERSIONS = 40.0


def first_guess() -> Floats:
    """The curve before anything is known of the account."""
    within = 0.6 + 0.4 * AGES / 24.0
    later = 1.0 + 0.9 * (1.0 - np.exp(-(AGES - 24.0) / 60.0))
    guess: Floats = np.where(AGES <= 24.0, within, later)
    return guess


def ripeness(curve: Floats, hours: Floats) -> Floats:
    """The curve at any age; flat beyond its ends, and nothing at midnight."""
    at: Floats = np.interp(hours, AGES, curve)
    return at


def node(hours: Floats) -> Ints:
    """Position of the age that a reading of this age is counted to: the next one, within a minute or two."""
    place: Ints = np.minimum(np.searchsorted(AGES, hours - 0.05), len(AGES) - 1)
    return place


def learned(sums: Floats) -> Floats:
    """The curve from (reported, expected at maturity one) per age, held to the first guess where little is known.

    Ages at which no reading was ever made follow the nearest known one, scaled as the first guess goes.
    """
    guess = first_guess()
    scale = sums[0, END_OF_DAY] + _PRIOR_CONVERSIONS
    scale = scale / (sums[1, END_OF_DAY] + _PRIOR_CONVERSIONS)
    curve = (sums[0] + _PRIOR_CONVERSIONS * guess) / (sums[1] + _PRIOR_CONVERSIONS) / scale
    known = sums[1] > _PRIOR_CONVERSIONS
    if known.any() and not known.all():
        ratio = np.interp(AGES, AGES[known], (curve / guess)[known])
        curve = np.where(known, curve, guess * ratio)
    fitted: Floats = curve
    return fitted
