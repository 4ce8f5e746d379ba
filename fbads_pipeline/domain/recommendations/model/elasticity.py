"""Elasticity of conversions to spend: by how many percent conversions rise when spend rises by one percent."""

import numpy as np

from fbads_pipeline.domain.recommendations.model.campaign_history import CampaignHistory, Floats
from fbads_pipeline.domain.recommendations.model.response import elasticity_at

# Mean over campaigns before any edit is known: diminishing returns, as response curves show them.
ELASTICITY = 0.65
# Elasticities that are tried; beyond 1 more spend would earn more than in proportion.
ELASTICITIES = np.linspace(0.15, 1.1, 20)
# Of the deviation, how much accounts differ; and how much campaigns of one account may differ among themselves, each of
# these as likely as the others before any edit is known.
_BETWEEN_ACCOUNTS = 0.15
_WITHIN_ACCOUNT = (0.03, 0.06, 0.10, 0.15, 0.20)
# The prior of the rate counts this share of what it counts elsewhere: whether a campaign was good before its budget was
# edited says little of what the edit did (docs/reference/evaluation/decisions.md).
_SHARE_OF_PRIOR = 0.2


def edit_log_likelihood(
    history: CampaignHistory,
    counts: Floats,
    exposure: Floats,
    level: Floats,
    *,
    shape: float,
    prior_rate: Floats,
    present: Floats,
) -> Floats:
    """Return how well each elasticity explains the conversions before and after a campaign's budget edits.

    Parameters
    ----------
    counts, exposure
        Conversions and mature spend per row, divided by the campaign's dispersion.
    level
        Log of each row's spend level over the present one.
    shape, prior_rate
        Gamma prior of conversions per unit of spend: its shape, and its rate parameter per campaign (campaigns,). Here
        it counts a fifth.
    present
        Log of the present level over the reference level, at which the elasticities hold (campaigns,).

    Returns
    -------
    ndarray of shape (campaigns, elasticities)
        Log likelihoods up to a constant per campaign; the same for all elasticities where nothing was edited.

    Notes
    -----
    With counts k, exposure s, m the log of a day's level over the first day's and e the elasticity between the two
    (`response.elasticity_at`), conversions are Poisson(r s exp((e - 1) m)) and r ~ Gamma(shape, prior_rate). The rate r
    integrated out,
    ``sum k (e - 1) m - (shape + sum k) log(prior_rate + sum s exp((e - 1) m))``. The prior is that of the rate at the
    first budget: at the present one, a bad campaign whose budget was cut would itself be evidence of a low elasticity,
    and so would a good one whose budget was raised.
    """
    oldest = np.zeros(history.size)
    oldest[history.campaign[::-1]] = level[::-1]  # the last assignment is the campaign's first day
    moved = level - oldest[history.campaign]
    shape, prior_rate = _SHARE_OF_PRIOR * shape, _SHARE_OF_PRIOR * prior_rate
    total = shape + history.total(counts)
    found = np.tile((-total * np.log(prior_rate + history.total(exposure)))[:, None], ELASTICITIES.size)
    edited = history.total((moved != 0).astype(float)) > 0
    rows = edited[history.campaign]
    who, moved = history.campaign[rows], moved[rows]
    counted, exposed = counts[rows], exposure[rows]
    middle = np.exp(present[who] + level[rows] - moved / 2)
    for place, one in enumerate(ELASTICITIES):
        moves = (elasticity_at(one, middle) - 1.0) * moved
        gained = np.bincount(who, weights=counted * moves, minlength=history.size)
        spent = np.bincount(who, weights=exposed * np.exp(moves), minlength=history.size)
        found[edited, place] = (gained - total * np.log(prior_rate + spent))[edited]
    return found


def elasticity_prior(log_likelihood: Floats) -> Floats:
    """Return prior weights of `ELASTICITIES` for the campaigns of an account.

    Parameters
    ----------
    log_likelihood
        Of each elasticity per campaign (campaigns, elasticities).

    Returns
    -------
    ndarray of shape (elasticities,)
        Weights that sum to 1.

    Notes
    -----
    Two levels: the account's centre c ~ N(.65, .15²) and campaigns e ~ N(c, w²) with w one of five deviations, all on
    the grid. The posterior of c and w given all campaigns' edits is mixed over:
    ``p(e) = sum p(e | c, w) p(c, w | edits)``.

    Examples
    --------
    Without edits the weights are the prior's own, .65 ± .18 on the grid:

    >>> weights = elasticity_prior(np.zeros((3, ELASTICITIES.size)))
    >>> mean = float(weights @ ELASTICITIES)
    >>> round(mean, 2), round(float(np.sqrt(weights @ (ELASTICITIES - mean) ** 2)), 2)
    (0.65, 0.18)
    """
    within = np.array(_WITHIN_ACCOUNT)[:, None, None]
    own = np.exp(-0.5 * ((ELASTICITIES[None, :, None] - ELASTICITIES[None, None, :]) / within) ** 2)
    own /= own.sum(axis=1, keepdims=True)
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    evidence = np.log(likelihood @ own + 1e-300).sum(axis=1)
    account = evidence - 0.5 * ((ELASTICITIES - ELASTICITY) / _BETWEEN_ACCOUNTS) ** 2
    account = np.exp(account - account.max())
    weights = (own * account[:, None, :]).sum(axis=(0, 2))
    return np.asarray(weights / weights.sum())
