"""What a campaign's spend earns: conversions per day at today's spend and their elasticity, with their uncertainty."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fbads_pipeline.domain.recommendations.model.campaign_history import Booleans, CampaignHistory, Floats
from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve, fit_maturity

if TYPE_CHECKING:
    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel

WINDOW_DAYS = 28
HALF_LIFE_DAYS = 10.0
DISPERSION = 2.0
ELASTICITY = 0.65
ELASTICITY_DEVIATION = 0.15
# Elasticities that are tried; beyond 1 more spend would earn more than in proportion.
ELASTICITIES = np.linspace(0.15, 1.1, 20)
# Weights on the prior: as so many days or campaigns of evidence does it count.
_DISPERSION_DAYS = 400.0
_OWN_DISPERSION_DAYS = 40.0
_EDIT_DAYS = 90
# Efficiency drifts under the edits' feet: what they say together counts for so much.
_BELIEF = 1.0


@dataclass(frozen=True)
class Priors:
    """What an account's campaigns share. shape: of the Gamma prior of conversions per unit of spend.

    mean_rate: per campaign, conversions per unit of spend that the account would expect of it. dispersion: variance
    over mean of the counts, per campaign. elasticity: (mean, deviation) of the campaigns' elasticities.
    """

    shape: float
    mean_rate: Floats
    dispersion: Floats
    elasticity_weights: Floats


@dataclass(frozen=True)
class Posterior:
    """Per campaign: conversions per day at `spend` are Gamma(shape, rate) given each of ELASTICITIES.

    shape: (campaigns,); rate and chance: (campaigns, elasticities), chance sums to 1 per campaign. spend: per day at
    today's budget; pacing: spend over budget (NaN where no budget was reported). matured: conversions of the window as
    they will read once all have arrived.
    """

    shape: Floats
    rate: Floats
    chance: Floats
    spend: Floats
    pacing: Floats
    matured: Floats
    maturity: MaturityCurve
    priors: Priors

    @property
    def elasticity(self) -> Floats:
        """Mean elasticity per campaign."""
        return np.asarray(self.chance @ ELASTICITIES)


def fit_posterior(history: CampaignHistory, model: "AccountModel | None" = None) -> Posterior:
    """Gamma–Poisson over the last 28 days, half-life 10, counts divided by their dispersion, mature exposure.

    model: None learns what the campaigns share from this history. Budget edits are what tells a campaign's elasticity:
    the likelihood of its days is evaluated at each of ELASTICITIES, the Gamma integrated out.
    """
    spend, pacing = _spend_at_budget(history)
    reference = np.maximum(spend, 1e-9)
    level = np.log(np.maximum(_at_level(history), 1e-9) / reference[history.campaign])
    maturity = model.maturity if model else fit_maturity(history, history.spend * np.exp((ELASTICITY - 1.0) * level))
    counted = _counted(history, maturity, history.age <= WINDOW_DAYS)
    recency = 0.5 ** ((history.age - 1) / HALF_LIFE_DAYS)
    dispersion = _dispersion(history, counted)
    share = recency / dispersion[history.campaign]
    shape, mean_rate = (
        (model.rate_shape, np.full(history.size, model.mean_rate)) if model else _rate_prior(history, share, counted)
    )
    priors = Priors(shape, mean_rate, dispersion, np.empty(0))
    likelihood = _edit_evidence(history, maturity, priors, level)
    weights = np.array(model.elasticity_weights) if model else _elasticity_prior(likelihood)
    chance = np.exp(likelihood - likelihood.max(axis=1, keepdims=True)) * weights
    exposure = _exposure(history, share * counted[1], level)
    rate = (shape / np.maximum(mean_rate, 1e-12))[:, None] + exposure
    chance /= chance.sum(axis=1, keepdims=True)
    return Posterior(
        shape=shape + history.total(share * counted[0]),
        rate=rate / reference[:, None],
        chance=chance,
        spend=spend,
        pacing=pacing,
        matured=history.total(counted[0] / maturity.at(history.age)),
        maturity=maturity,
        priors=replace(priors, elasticity_weights=weights),
    )


def _counted(history: CampaignHistory, maturity: MaturityCurve, days: Booleans) -> tuple[Floats, Floats]:
    """Conversions reported and mature spend of the rows of those days that can be judged, zero elsewhere."""
    used = days & (history.spend > 0) & np.isfinite(history.conversions)
    return np.where(used, history.conversions, 0.0), np.where(used, history.spend * maturity.at(history.age), 0.0)


def _exposure(history: CampaignHistory, spent: Floats, level: Floats) -> Floats:
    """Mature spend as it would count at today's level, at each of ELASTICITIES: (campaigns, elasticities)."""
    rows = spent > 0
    who, spent, level = history.campaign[rows], spent[rows], level[rows]
    sums = [
        np.bincount(who, weights=spent * np.exp((one - 1.0) * level), minlength=history.size) for one in ELASTICITIES
    ]
    return np.stack(sums, axis=1)


def _spend_at_budget(history: CampaignHistory) -> tuple[Floats, Floats]:
    """Daily spend to expect at the budget that stands, and its share of that budget, from the last days delivered."""
    budget = last_known(history, history.daily_budget)
    recent = (history.spend > 0) & (history.age <= WINDOW_DAYS)
    weight = np.where(recent, 0.5 ** ((history.age - 1) / 3.0), 0.0)
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


def _dispersion(history: CampaignHistory, counted: tuple[Floats, Floats]) -> Floats:
    """Variance over mean of daily counts: the campaign's own, drawn to the account's, drawn to the usual 2."""
    counts, exposure = counted
    rate = history.total(counts) / np.maximum(history.total(exposure), 1e-12)
    mean = rate[history.campaign] * exposure
    seen = mean > 0.05
    squares = np.where(seen, (counts - mean) ** 2 / np.where(seen, mean, 1.0), 0.0)
    squares = np.minimum(squares, 30.0)
    freedom = np.maximum(history.total(seen.astype(float)) - 1.0, 0.0)
    pooled = (DISPERSION * _DISPERSION_DAYS + squares.sum()) / (_DISPERSION_DAYS + freedom.sum())
    own = (pooled * _OWN_DISPERSION_DAYS + history.total(squares)) / (_OWN_DISPERSION_DAYS + freedom)
    return np.asarray(np.clip(own, 1.0, 6.0))


def _rate_prior(history: CampaignHistory, share: Floats, counted: tuple[Floats, Floats]) -> tuple[float, Floats]:
    """Gamma prior of conversions per unit of spend by moments: shape, and the mean for each campaign."""
    events, spent = (history.total(share * one) for one in counted)
    known = spent > 0
    if not known.any() or events.sum() <= 0:
        return 1.0, np.full(history.size, 0.0 if not known.any() else 0.5 / spent.sum())
    trust = spent[known] / (spent[known] + np.median(spent[known]))
    rate = events[known] / spent[known]
    mean = float((trust * rate).sum() / trust.sum())
    variance = float((trust * (rate - mean) ** 2).sum() / trust.sum())
    noise = float((trust * mean / spent[known]).sum() / trust.sum())
    relative = max(variance - noise, 0.0) / mean**2
    few = 8.0 / (8.0 + known.sum())
    relative = (1 - few) * relative + few * 0.35
    return float(np.clip(1.0 / max(relative, 1e-3), 0.5, 25.0)), np.full(history.size, mean)


def _edit_evidence(history: CampaignHistory, maturity: MaturityCurve, priors: Priors, level: Floats) -> Floats:
    """Log likelihood of each of ELASTICITIES per campaign, over all days and without recency.

    The prior of the rate stands at the campaign's first budget: at today's, a bad campaign whose budget was cut would
    itself be evidence of a low elasticity, and so would a good one whose budget was raised.
    """
    counts, exposure = _counted(history, maturity, history.age <= _EDIT_DAYS)
    oldest = np.zeros(history.size)
    oldest[history.campaign[::-1]] = level[::-1]  # the last assignment is the campaign's first day
    moved = level - oldest[history.campaign]
    share = 1.0 / priors.dispersion[history.campaign]
    start = priors.shape / np.maximum(priors.mean_rate, 1e-12)
    total = priors.shape + history.total(share * counts)
    found = np.tile((-total * np.log(start + history.total(share * exposure)))[:, None], ELASTICITIES.size)
    edited = history.total((moved != 0).astype(float)) > 0
    rows = edited[history.campaign]
    who, moved = history.campaign[rows], moved[rows]
    counted, exposed = (share * counts)[rows], (share * exposure)[rows]
    for place, one in enumerate(ELASTICITIES):
        gained = np.bincount(who, weights=counted * (one - 1.0) * moved, minlength=history.size)
        spent = np.bincount(who, weights=exposed * np.exp((one - 1.0) * moved), minlength=history.size)
        found[edited, place] = (gained - total * np.log(start + spent))[edited]
    return found


def _elasticity_prior(likelihood: Floats) -> Floats:
    """Weights of ELASTICITIES before a campaign's own edits: .65 ± .15, moved by what all edits of the account say."""
    spread = 0.10
    between = np.sqrt(ELASTICITY_DEVIATION**2 - spread**2)
    own = np.exp(-0.5 * ((ELASTICITIES[:, None] - ELASTICITIES[None, :]) / spread) ** 2)
    own /= own.sum(axis=0)
    evidence = np.log(np.exp(likelihood - likelihood.max(axis=1, keepdims=True)) @ own + 1e-300)
    account = _BELIEF * evidence.sum(axis=0) - 0.5 * ((ELASTICITIES - ELASTICITY) / between) ** 2
    account = np.exp(account - account.max())
    weights = own @ (account / account.sum())
    return np.asarray(weights / weights.sum())
