"""How much of a day's conversions is reported by now: learned from one report, by how its last days fall off."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.recommendations.model.campaign_history import CampaignHistory, Floats, Integers

# Grid of the curve's two parameters, and their priors as (mean, deviation): about 35 % are reported within the hour and
# half within a day; the rest over days (Meta's attribution delay).
_FAST = np.linspace(0.15, 0.75, 13)
_DELAY = np.array([0.4, 0.7, 1.0, 1.4, 1.9, 2.5, 3.2, 4.0, 5.0])
_FAST_PRIOR = (0.36, 0.10)
_LOG_DELAY_PRIOR = (np.log(2.5), 0.45)
# Days of the report that the curve is learned from; days this old count as mature when a campaign's rate is taken.
_LONGEST, _MATURE_AGE = 42, 8
# Conversions that a usual weekday counts as: few are no pattern.
_WEEKDAY_CONVERSIONS = 20.0
# The account's own days vary beyond counting: without this a single odd weekend would bend the curve.
_DAILY_VARIATION = 0.06


@dataclass(frozen=True)
class MaturityCurve:
    """Share of a day's conversions reported by age.

    Attributes
    ----------
    fast
        Share reported at once.
    delay_days
        Mean days until the rest are, exponentially distributed.
    """

    fast: float = _FAST_PRIOR[0]
    delay_days: float = 2.5

    def at(self, age: Integers | Floats) -> Floats:
        """Return the share reported of a day that began `age` days ago, its clicks spread evenly over it.

        Parameters
        ----------
        age
            Whole days since the day began, yesterday 1, any shape.

        Returns
        -------
        ndarray
            Shares between 0 and 1, in the shape of `age`.

        Notes
        -----
        The mean of ``1 - (1 - fast) exp(-t / d)`` over the ages t of the day's clicks, from age - 1 to age:
        ``1 - (1 - fast) exp(-(age - 1) / d) d (1 - exp(-1 / d))``.

        Examples
        --------
        >>> MaturityCurve(fast=0.36, delay_days=2.5).at(np.array([1, 7, 30])).round(3)
        array([0.473, 0.952, 1.   ])
        """
        end = np.maximum(np.asarray(age, dtype=float) - 1.0, 0.0)
        waiting = np.exp(-end / self.delay_days) * self.delay_days * (1 - np.exp(-1 / self.delay_days))
        return np.asarray(1 - (1 - self.fast) * waiting)


def fit_maturity(history: CampaignHistory, effort: Floats | None = None) -> MaturityCurve:
    """Return the posterior mean curve of one account.

    Parameters
    ----------
    effort
        Per row what conversions are in proportion to: the spend less its diminishing returns; None: the spend.

    Notes
    -----
    Conversions by age k against expected ones m (`_by_age`) times the curve c, on a grid of both parameters: the
    weighted squares ``(k - L c m)² / (k + 1 + (0.06 k)²)`` with the account's level L profiled out, plus the priors'.
    One report has one figure per day, so that the prior stays strong: an account of few conversions keeps it. The mean
    of the delay is taken on the log scale.
    """
    counts, expected = _by_age(history, history.spend if effort is None else effort)
    if counts.sum() < 1.0:
        return MaturityCurve()
    fast, delay = (grid.ravel() for grid in np.meshgrid(_FAST, _DELAY, indexing="ij"))
    ages = np.arange(1, _LONGEST + 1)
    shares = np.stack([MaturityCurve(f, d).at(ages) for f, d in zip(fast, delay, strict=True)])
    spread = counts + 1.0 + (_DAILY_VARIATION * counts) ** 2
    weight = np.divide(1.0, spread, out=np.zeros_like(spread), where=expected > 0)
    mean = shares * expected
    level = (weight * mean * counts).sum(axis=1) / np.maximum((weight * mean**2).sum(axis=1), 1e-300)
    fit = -0.5 * (weight * (counts - level[:, None] * mean) ** 2).sum(axis=1)
    prior = ((fast - _FAST_PRIOR[0]) / _FAST_PRIOR[1]) ** 2 + (
        (np.log(delay) - _LOG_DELAY_PRIOR[0]) / _LOG_DELAY_PRIOR[1]
    ) ** 2
    chance = fit - 0.5 * prior
    chance = np.exp(chance - chance.max())
    chance /= chance.sum()
    return MaturityCurve(float(chance @ fast), float(np.exp(chance @ np.log(delay))))


def _by_age(history: CampaignHistory, effort: Floats) -> tuple[Floats, Floats]:
    """Conversions reported, and those that each campaign's own older days would expect of its spend, by age."""
    usable = (history.age <= _LONGEST) & np.isfinite(history.conversions) & (history.spend > 0)
    old = usable & (history.age >= _MATURE_AGE)
    rate = history.total(np.where(old, history.conversions, 0.0)) / np.maximum(
        history.total(np.where(old, effort, 0.0)), 1e-9
    )
    if not rate.any():
        return np.zeros(_LONGEST), np.zeros(_LONGEST)
    age = np.where(usable, history.age, 1) - 1
    seen = usable & (rate[history.campaign] > 0)
    counts: Floats = np.bincount(age, weights=np.where(seen, history.conversions, 0.0), minlength=_LONGEST).astype(
        float
    )
    predicted = np.where(seen, effort * rate[history.campaign], 0.0)
    expected: Floats = np.bincount(age, weights=predicted, minlength=_LONGEST).astype(float)
    return counts, np.asarray(expected * _by_weekday(counts, expected))


def _by_weekday(counts: Floats, expected: Floats) -> Floats:
    """Each age's weekday against the others, from days that have matured; 1 where one has not been seen."""
    weekday = np.arange(_LONGEST) % 7
    old = np.arange(_LONGEST) >= _MATURE_AGE - 1
    seen = np.bincount(weekday, weights=counts * old, minlength=7)
    usual = np.bincount(weekday, weights=expected * old, minlength=7)
    return np.asarray(((seen + _WEEKDAY_CONVERSIONS) / (usual + _WEEKDAY_CONVERSIONS))[weekday])
