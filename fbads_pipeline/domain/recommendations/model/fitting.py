"""Fitting an account's model, evaluating it on a held-out week, and whether a new one is better."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import nbinom  # type: ignore[import-untyped]

from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.campaign_history import CampaignHistory, read_history
from fbads_pipeline.domain.recommendations.model.elasticity import ELASTICITIES
from fbads_pipeline.domain.recommendations.model.posterior import fit_posterior

_HELD_OUT_DAYS = 7
# Nats: a campaign counts for at most so much, so that one outlier does not decide.
_LARGEST_LOSS = 50.0


def fit_model(history: pd.DataFrame, *, today: date) -> AccountModel:
    """Return the model of everything before `today`, with the evaluation of the same fit without its last week.

    Parameters
    ----------
    history
        As in `suggestions.suggest`.

    Returns
    -------
    AccountModel
        Its `evaluation` holds `log_loss` of the held-out week's conversions (nats per campaign, lower is better) and
        the number of `campaigns` evaluated.

    Raises
    ------
    ValueError
        There are no rows before `today`.
    """
    model = _fitted(read_history(history, today))
    before = history[pd.to_datetime(history["date"]) < pd.Timestamp(today - timedelta(days=_HELD_OUT_DAYS))]
    if before.empty:
        return model
    earlier = _fitted(read_history(before, today - timedelta(days=_HELD_OUT_DAYS)))
    return replace(model, evaluation=evaluate_model(earlier, history, today=today))


def evaluate_model(model: AccountModel, history: pd.DataFrame, *, today: date) -> dict[str, float]:
    """Return how well the model predicts the last seven days from those before, as reported by `today`.

    Returns
    -------
    dict
        log_loss: mean over campaigns of -log P(conversions of the week), in nats, absent where none could be
        evaluated; campaigns: their number.

    Notes
    -----
    The week's conversions given the past are negative binomial (Gamma–Poisson): size ``shape / dispersion`` and success
    probability ``b / (b + effort)`` with b the posterior's rate over the dispersion and effort the week's mature spend.
    """
    cut = today - timedelta(days=_HELD_OUT_DAYS)
    whole, past = read_history(history, today), read_history(history, cut)
    if past.size == 0:
        return {"campaigns": 0.0}
    posterior = fit_posterior(past, model)
    at = {name: row for row, name in enumerate(past.campaign_ids)}
    week = (whole.age <= _HELD_OUT_DAYS) & np.isfinite(whole.conversions)
    counts = whole.total(np.where(week, whole.conversions, 0.0))
    effort = whole.total(np.where(week, whole.spend * model.maturity.at(whole.age), 0.0))
    rows = [(at[name], row) for row, name in enumerate(whole.campaign_ids) if name in at and effort[row] > 0]
    if not rows:
        return {"campaigns": 0.0}
    old, new = (np.array(side) for side in zip(*rows, strict=True))
    likeliest = np.argmax(posterior.chance[old] * np.ones(ELASTICITIES.size), axis=1)
    per_spend = posterior.rate[old, likeliest] * np.maximum(posterior.spend[old], 1e-9)
    shape = posterior.shape[old] / model.dispersion
    share = per_spend / model.dispersion / (per_spend / model.dispersion + effort[new])
    loss = -nbinom.logpmf(np.rint(counts[new]), np.maximum(shape, 1e-6), np.clip(share, 1e-12, 1 - 1e-12))
    return {"log_loss": float(np.mean(np.minimum(loss, _LARGEST_LOSS))), "campaigns": float(len(rows))}


def is_better_than(
    candidate: AccountModel, current: AccountModel | None, history: pd.DataFrame, *, today: date, slack: float = 0.01
) -> tuple[bool, dict[str, float]]:
    """Return whether to use the candidate: both predict the same held-out week.

    Parameters
    ----------
    candidate
        Fitted without that week, else it is praised for what it saw.
    current
        The model in use; without one the candidate is better.
    slack
        Nats per campaign by which the candidate may be worse.

    Returns
    -------
    tuple
        The decision and the log losses (candidate, current) that it rests on.
    """
    if current is None:
        return True, {"candidate": evaluate_model(candidate, history, today=today).get("log_loss", 0.0)}
    new, old = (evaluate_model(one, history, today=today).get("log_loss") for one in (candidate, current))
    if new is None or old is None:
        return False, {}
    return new <= old + slack, {"candidate": new, "current": old}


def _fitted(known: CampaignHistory) -> AccountModel:
    if known.size == 0:
        raise ValueError("There is no day before today to learn from.")
    posterior = fit_posterior(known)
    priors = posterior.priors
    return AccountModel(
        maturity=posterior.maturity,
        mean_rate=float(priors.mean_rate.mean()),
        rate_shape=priors.shape,
        dispersion=float(np.median(priors.dispersion)),
        elasticity_weights=tuple(float(one) for one in priors.elasticity_weights),
        first_day=known.today - timedelta(days=int(known.age.max())),
        last_day=known.today - timedelta(days=int(known.age.min())),
        campaigns=known.size,
    )
