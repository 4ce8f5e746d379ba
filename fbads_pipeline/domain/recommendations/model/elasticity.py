"""Elasticity of conversions to spend: by how many percent conversions rise when spend rises by one percent."""

import numpy as np

from fbads_pipeline.domain.recommendations.model.campaign_history import CampaignHistory, Floats
from fbads_pipeline.domain.recommendations.model.response import elasticity_at

# Mean and deviation over campaigns before any edit is known: diminishing returns, as response curves show them.
ELASTICITY = 0.65
ELASTICITY_DEVIATION = 0.18
# Elasticities that are tried; beyond 1 more spend would earn more than in proportion.
ELASTICITIES = np.linspace(0.15, 1.1, 20)
# Of the deviation, how much campaigns of one account differ among themselves; the rest is between accounts.
_WITHIN_ACCOUNT = 0.10


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
        Gamma prior of conversions per unit of spend: its shape, and its rate parameter per campaign (campaigns,).
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
    Two levels: the account's centre c ~ N(.65, .18² − .10²) and campaigns e ~ N(c, .10²), both on the grid. The
    posterior of c given all campaigns' edits is mixed over: ``p(e) = sum p(e | c) p(c | edits)``.

    Examples
    --------
    Without edits the weights are the prior's own, .65 ± .18 on the grid:

    >>> weights = elasticity_prior(np.zeros((3, ELASTICITIES.size)))
    >>> mean = float(weights @ ELASTICITIES)
    >>> round(mean, 2), round(float(np.sqrt(weights @ (ELASTICITIES - mean) ** 2)), 2)
    (0.65, 0.18)
    """
    between = np.sqrt(ELASTICITY_DEVIATION**2 - _WITHIN_ACCOUNT**2)
    own = np.exp(-0.5 * ((ELASTICITIES[:, None] - ELASTICITIES[None, :]) / _WITHIN_ACCOUNT) ** 2)
    own /= own.sum(axis=0)
    evidence = np.log(np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)) @ own + 1e-300)
    account = evidence.sum(axis=0) - 0.5 * ((ELASTICITIES - ELASTICITY) / between) ** 2
    account = np.exp(account - account.max())
    weights = own @ (account / account.sum())
    return np.asarray(weights / weights.sum())
