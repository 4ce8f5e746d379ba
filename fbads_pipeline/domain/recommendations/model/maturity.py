"""How much of a day's conversions is reported by now: learned from one report, by how its last days thin out."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.recommendations.model.campaign_history import CampaignHistory, Floats, Integers

# About 35 % within the hour and half within a day; the rest over days (Meta's own attribution delay).
_FAST = np.linspace(0.15, 0.75, 13)
_DELAY = np.array([0.4, 0.7, 1.0, 1.4, 1.9, 2.5, 3.2, 4.0, 5.0])
_FAST_PRIOR = (0.36, 0.10)
_LOG_DELAY_PRIOR = (np.log(2.5), 0.45)
_LONGEST = 42
# The account's own days vary beyond counting: without this a single odd weekend would bend the curve.
_DAILY_VARIATION = 0.06


@dataclass(frozen=True)
class MaturityCurve:
    """Share reported by age: `fast` at once, the rest exponentially with mean `delay_days`."""

    fast: float = _FAST_PRIOR[0]
    delay_days: float = 2.5

    def at(self, age: Integers | Floats) -> Floats:
        """The share reported of a day that began `age` days ago, its clicks spread evenly over it."""
        end = np.maximum(np.asarray(age, dtype=float) - 1.0, 0.0)
        waiting = np.exp(-end / self.delay_days) * self.delay_days * (1 - np.exp(-1 / self.delay_days))
        return np.asarray(1 - (1 - self.fast) * waiting)


def fit_maturity(history: CampaignHistory, effort: Floats | None = None) -> MaturityCurve:
    """The posterior mean curve of one account, from conversions per unit of expected conversions at each age.

    effort: per row what conversions are in proportion to (the spend, less its diminishing returns; None: the spend).
    One report has one figure per day, so the level of the account is profiled out and the prior stays strong: an
    account of few conversions keeps it.
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
    old = usable & (history.age >= 8)
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
    foretold = np.where(seen, effort * rate[history.campaign], 0.0)
    expected: Floats = np.bincount(age, weights=foretold, minlength=_LONGEST).astype(float)
    return counts, np.asarray(expected * _by_weekday(counts, expected))


def _by_weekday(counts: Floats, expected: Floats) -> Floats:
    """Each age's weekday against the others, from days that have matured; 1 where one has not been seen."""
    weekday = np.arange(_LONGEST) % 7
    old = np.arange(_LONGEST) >= 7
    seen = np.bincount(weekday, weights=counts * old, minlength=7)
    usual = np.bincount(weekday, weights=expected * old, minlength=7)
    # Twenty conversions of patience: few are no pattern.
    return np.asarray(((seen + 20.0) / (usual + 20.0))[weekday])
