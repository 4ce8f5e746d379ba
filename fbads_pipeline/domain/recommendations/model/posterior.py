"""What a campaign's spend earns: conversions per day at today's spend and their elasticity, with their uncertainty."""

from dataclasses import dataclass

import numpy as np

from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.campaign_history import Booleans, CampaignHistory, Floats
from fbads_pipeline.domain.recommendations.model.elasticity import (
    ELASTICITIES,
    ELASTICITY,
    edit_log_likelihood,
    elasticity_prior,
)
from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve, fit_maturity
from fbads_pipeline.domain.recommendations.model.response import elasticity_at

# Six weeks with a half-life of sixteen days, and counts that vary twice as much as Poisson's (day-to-day variation of
# conversions in real accounts): the constants of docs/reference/evaluation/decisions.md.
MEMORY_DAYS = 42
HALF_LIFE_DAYS = 16.0
# What is shown beside an estimate.
WINDOW_DAYS = 28
DISPERSION = 2.0
# Weights on the prior: as so many days of evidence does it count.
_DISPERSION_DAYS = 400.0
_OWN_DISPERSION_DAYS = 40.0
_EDIT_DAYS = 90
# The spend to expect follows the last days.
_SPEND_HALF_LIFE_DAYS = 3.0
# Expected conversions below which a day says nothing of dispersion, and what one day may say at most.
_LEAST_EXPECTED, _LARGEST_SQUARE, _DISPERSIONS = 0.05, 30.0, (1.0, 6.0)
# The Gamma prior of the rate: the relative variance of few campaigns, as how many they count, and the shape's range.
_USUAL_VARIANCE, _FEW_CAMPAIGNS, _SHAPES = 0.35, 8.0, (0.5, 25.0)


@dataclass(frozen=True)
class Priors:
    """What an account's campaigns share.

    Attributes
    ----------
    shape
        Of the Gamma prior of conversions per unit of spend.
    mean_rate
        Conversions per unit of spend that the account would expect of a campaign (campaigns,).
    dispersion
        Variance over mean of the daily counts (campaigns,).
    elasticity_weights
        Prior weights of `elasticity.ELASTICITIES`.
    """

    shape: float
    mean_rate: Floats
    dispersion: Floats
    elasticity_weights: Floats


@dataclass(frozen=True)
class Posterior:
    """Conversions per day at `spend` are Gamma(shape, rate) given each of ELASTICITIES at the reference level.

    Attributes
    ----------
    shape
        (campaigns,)
    rate, chance
        (campaigns, elasticities); chance is the probability of each elasticity and sums to 1 per campaign.
    spend
        Money per day at today's budget (campaigns,).
    spend_ratio
        That spend over the reference level: the usual one of the history (campaigns,).
    pacing
        Spend over budget, NaN where no budget was reported (campaigns,).
    matured
        Conversions of the last 28 days as they will read once all have arrived (campaigns,).
    maturity, priors
        What the campaigns share.
    """

    shape: Floats
    rate: Floats
    chance: Floats
    spend: Floats
    spend_ratio: Floats
    pacing: Floats
    matured: Floats
    maturity: MaturityCurve
    priors: Priors

    @property
    def elasticity(self) -> Floats:
        """Mean elasticity per campaign at today's spend."""
        at_present = elasticity_at(ELASTICITIES[None, :], self.spend_ratio[:, None])
        return np.asarray((self.chance * at_present).sum(axis=1))


def fit_posterior(history: CampaignHistory, model: AccountModel | None = None) -> Posterior:
    """Return the posterior of every campaign's conversions per day and elasticity.

    Parameters
    ----------
    model
        What the campaigns share; None learns it from this history.

    Notes
    -----
    Gamma–Poisson over the last 42 days. With w = 0.5 ** (age / 16) over the dispersion, k conversions, s mature spend
    and l the log of the day's spend level over the present one, ``shape = a + sum w k`` and
    ``rate = (a / mean_rate + sum w s exp((e - 1) l)) / spend`` for e, the elasticity between the two levels
    (`response.elasticity_at`): the posterior of conversions per unit of spend, in days of today's spend. Budget edits
    tell a campaign's elasticity: its likelihood is evaluated at each of ELASTICITIES with the Gamma integrated out
    (`elasticity.edit_log_likelihood`).

    References
    ----------
    Gelman, A. et al. (2013). Bayesian Data Analysis, 3rd ed., section 2.6 (Poisson model with a Gamma prior).
    """
    spend, pacing = _spend_at_budget(history)
    reference = np.maximum(spend, 1e-9)
    level = np.log(np.maximum(_at_level(history), 1e-9) / reference[history.campaign])
    maturity = model.maturity if model else fit_maturity(history, history.spend * np.exp((ELASTICITY - 1.0) * level))
    counts, exposure = _counted(history, maturity, history.age <= MEMORY_DAYS)
    recency = 0.5 ** ((history.age - 1) / HALF_LIFE_DAYS)
    dispersion = _dispersion(history, counts, exposure)
    share = recency / dispersion[history.campaign]
    shape, mean_rate = (
        (model.rate_shape, np.full(history.size, model.mean_rate))
        if model
        else _rate_prior(history.total(share * counts), history.total(share * exposure))
    )
    prior_rate = shape / np.maximum(mean_rate, 1e-12)
    edit_counts, edit_exposure = _counted(history, maturity, history.age <= _EDIT_DAYS)
    scale = 1.0 / dispersion[history.campaign]
    present = _present_level(history, level)
    likelihood = edit_log_likelihood(
        history, scale * edit_counts, scale * edit_exposure, level, shape=shape, prior_rate=prior_rate, present=present
    )
    weights = np.array(model.elasticity_weights) if model else elasticity_prior(likelihood)
    chance = np.exp(likelihood - likelihood.max(axis=1, keepdims=True)) * weights
    rate = prior_rate[:, None] + _exposure(history, share * exposure, level, present)
    chance /= chance.sum(axis=1, keepdims=True)
    return Posterior(
        shape=shape + history.total(share * counts),
        rate=rate / reference[:, None],
        chance=chance,
        spend=spend,
        spend_ratio=np.exp(present),
        pacing=pacing,
        matured=history.total(np.where(history.age <= WINDOW_DAYS, counts, 0.0) / maturity.at(history.age)),
        maturity=maturity,
        priors=Priors(shape, mean_rate, dispersion, weights),
    )


def _counted(history: CampaignHistory, maturity: MaturityCurve, days: Booleans) -> tuple[Floats, Floats]:
    """Conversions reported and mature spend per row of those days, zero where nothing was spent or reported."""
    used = days & (history.spend > 0) & np.isfinite(history.conversions)
    return np.where(used, history.conversions, 0.0), np.where(used, history.spend * maturity.at(history.age), 0.0)


def _exposure(history: CampaignHistory, spent: Floats, level: Floats, present: Floats) -> Floats:
    """Mature spend as it would count at today's level, at each of ELASTICITIES: (campaigns, elasticities)."""
    rows = spent > 0
    who, spent, level = history.campaign[rows], spent[rows], level[rows]
    middle = np.exp(present[who] + level / 2)
    sums = [
        np.bincount(who, weights=spent * np.exp((elasticity_at(one, middle) - 1.0) * level), minlength=history.size)
        for one in ELASTICITIES
    ]
    return np.stack(sums, axis=1)


def _present_level(history: CampaignHistory, level: Floats) -> Floats:
    """Log of today's level over the usual one of the history's days with delivery (campaigns,)."""
    spent = (history.spend > 0).astype(float)
    return np.asarray(-history.total(spent * level) / np.maximum(history.total(spent), 1.0))


def _spend_at_budget(history: CampaignHistory) -> tuple[Floats, Floats]:
    """Daily spend to expect at the budget that stands, and its share of that budget, from the last days delivered."""
    budget = last_known(history, history.daily_budget)
    recent = (history.spend > 0) & (history.age <= WINDOW_DAYS)
    weight = np.where(recent, 0.5 ** ((history.age - 1) / _SPEND_HALF_LIFE_DAYS), 0.0)
    plain = history.total(weight * history.spend) / np.maximum(history.total(weight), 1e-12)
    known = recent & (history.daily_budget > 0)
    own = np.where(known, history.daily_budget, 1.0)
    near = np.where(
        known,
        weight * np.exp(-np.abs(np.log(own / np.maximum(np.nan_to_num(budget, nan=1.0), 1e-9)[history.campaign]))),
        0.0,
    )
    paced = history.total(near * np.where(known, history.spend / own, 0.0)) / np.maximum(history.total(near), 1e-12)
    has_budget = (budget > 0) & (history.total(near) > 0)
    pacing = np.where(has_budget, paced, np.nan)
    return np.where(has_budget, paced * np.nan_to_num(budget), plain), pacing


def _at_level(history: CampaignHistory) -> Floats:
    """Each row's spend without its daily noise: the mean spend of the campaign's days under the same budget."""
    known = history.daily_budget > 0
    cents = np.where(known, np.rint(np.log(np.where(known, history.daily_budget, 1.0)) * 200), -1.0)
    # Rows run by campaign and day: a group is a run of days under one budget.
    moved = (np.diff(cents) != 0) | (np.diff(history.campaign) != 0)
    group = np.concatenate([np.zeros(min(1, cents.size), dtype=np.int64), np.cumsum(moved)])
    spent = history.spend > 0
    total = np.bincount(group, weights=np.where(spent, history.spend, 0.0))
    level = (total / np.maximum(np.bincount(group, weights=spent.astype(float)), 1.0))[group]
    return np.where(known & spent, level, history.spend)


def last_known(history: CampaignHistory, values: Floats) -> Floats:
    """Per campaign the value of its latest row that has one; NaN without."""
    found = np.full(history.size, np.nan)
    known = np.isfinite(values)
    found[history.campaign[known]] = values[known]  # rows run from old to new: the last assignment is the latest
    return found


def _dispersion(history: CampaignHistory, counts: Floats, exposure: Floats) -> Floats:
    """Variance over mean of daily counts per campaign: its own, shrunk to the account's, shrunk to the usual 2.

    Pearson's chi-square over its degrees of freedom; the prior of the account counts 400 days, that of a campaign 40.
    """
    rate = history.total(counts) / np.maximum(history.total(exposure), 1e-12)
    mean = rate[history.campaign] * exposure
    seen = mean > _LEAST_EXPECTED
    squares = np.where(seen, (counts - mean) ** 2 / np.where(seen, mean, 1.0), 0.0)
    squares = np.minimum(squares, _LARGEST_SQUARE)
    freedom = np.maximum(history.total(seen.astype(float)) - 1.0, 0.0)
    pooled = (DISPERSION * _DISPERSION_DAYS + squares.sum()) / (_DISPERSION_DAYS + freedom.sum())
    own = (pooled * _OWN_DISPERSION_DAYS + history.total(squares)) / (_OWN_DISPERSION_DAYS + freedom)
    return np.asarray(np.clip(own, *_DISPERSIONS))


def _rate_prior(events: Floats, spent: Floats) -> tuple[float, Floats]:
    """Gamma prior of conversions per unit of spend by moments: its shape, and the mean for each campaign.

    events, spent: weighted conversions and mature spend per campaign. The shape is one over the relative variance of
    the campaigns' rates beyond counting noise.
    """
    known = spent > 0
    if not known.any() or events.sum() <= 0:
        return 1.0, np.full(spent.size, 0.0 if not known.any() else 0.5 / spent.sum())
    trust = spent[known] / (spent[known] + np.median(spent[known]))
    rate = events[known] / spent[known]
    mean = float((trust * rate).sum() / trust.sum())
    variance = float((trust * (rate - mean) ** 2).sum() / trust.sum())
    noise = float((trust * mean / spent[known]).sum() / trust.sum())
    relative = max(variance - noise, 0.0) / mean**2
    few = _FEW_CAMPAIGNS / (_FEW_CAMPAIGNS + known.sum())
    relative = (1 - few) * relative + few * _USUAL_VARIANCE
    return float(np.clip(1.0 / max(relative, 1e-3), *_SHAPES)), np.full(spent.size, mean)
