"""What an account teaches its models, as a plain object that can be kept, compared and used again."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from fbads_pipeline.domain.recommendations.model.campaign_history import CampaignHistory, read_history
from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve

_HELD_OUT_DAYS = 7
_SCHEMA = 1


@dataclass(frozen=True)
class AccountModel:
    """Learned of one account; version names its content.

    maturity: how conversions arrive. rate: mean conversions per unit of spend and the shape of its Gamma prior.
    dispersion: variance over mean of daily counts. elasticity_weights: over `posterior.ELASTICITIES`. first_day,
    last_day: the data it saw. evaluation: figures on the held-out week (see `fit`). seed: 0, fitting draws nothing.
    """

    maturity: MaturityCurve
    mean_rate: float
    rate_shape: float
    dispersion: float
    elasticity_weights: tuple[float, ...]
    first_day: date
    last_day: date
    campaigns: int
    seed: int = 0
    evaluation: dict[str, float] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Twelve characters of the content's digest: the same fit has the same name everywhere."""
        text = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """JSON values only; `from_json` gives the equal model back."""
        plain = asdict(self) | {"schema": _SCHEMA}
        plain["first_day"], plain["last_day"] = self.first_day.isoformat(), self.last_day.isoformat()
        return plain | {"elasticity_weights": list(self.elasticity_weights)}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "AccountModel":
        """The model that `as_json` wrote. Raises ValueError for another schema."""
        if plain.get("schema") != _SCHEMA:
            raise ValueError(f"A model of schema {plain.get('schema')} cannot be read; this code reads {_SCHEMA}.")
        rest = {name: value for name, value in plain.items() if name != "schema"}
        rest["maturity"] = MaturityCurve(**plain["maturity"])
        rest["elasticity_weights"] = tuple(plain["elasticity_weights"])
        rest["first_day"] = date.fromisoformat(plain["first_day"])
        rest["last_day"] = date.fromisoformat(plain["last_day"])
        return cls(**rest)


def fit(history: pd.DataFrame, *, today: date) -> AccountModel:
    """The model of everything before `today`, with the evaluation of the same fit without its last week.

    evaluation: `log_loss` of the held-out week's conversions (nats per campaign, lower is better), `campaigns` judged.
    Raises ValueError: no rows.
    """
    model = _fitted(read_history(history, today))
    before = history[pd.to_datetime(history["date"]) < pd.Timestamp(today - timedelta(days=_HELD_OUT_DAYS))]
    if before.empty:
        return model
    earlier = _fitted(read_history(before, today - timedelta(days=_HELD_OUT_DAYS)))
    return replace(model, evaluation=evaluate(earlier, history, today=today))


def evaluate(model: AccountModel, history: pd.DataFrame, *, today: date) -> dict[str, float]:
    """How well the model foretells the last seven days from those before, as reported by `today`.

    log_loss: mean over campaigns of −log P(conversions of the week), Gamma–Poisson; campaigns: how many were judged.
    """
    from scipy.stats import nbinom  # type: ignore[import-untyped]

    from fbads_pipeline.domain.recommendations.model.posterior import ELASTICITIES, fit_posterior

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
    middle = np.argmax(posterior.chance[old] * np.ones(ELASTICITIES.size), axis=1)
    per_spend = posterior.rate[old, middle] * np.maximum(posterior.spend[old], 1e-9)
    shape = posterior.shape[old] / model.dispersion
    share = per_spend / model.dispersion / (per_spend / model.dispersion + effort[new])
    loss = -nbinom.logpmf(np.rint(counts[new]), np.maximum(shape, 1e-6), np.clip(share, 1e-12, 1 - 1e-12))
    return {"log_loss": float(np.mean(np.minimum(loss, 50.0))), "campaigns": float(len(rows))}


def is_better_than(
    candidate: AccountModel, current: AccountModel | None, history: pd.DataFrame, *, today: date, slack: float = 0.01
) -> tuple[bool, dict[str, float]]:
    """Whether to promote: both foretell the same held-out week; the candidate may not be worse by more than `slack`.

    slack: nats per campaign. candidate: fitted without that week, else it is praised for what it saw. Returns the
    decision and its figures (candidate, current), which belong beside the model that was kept or promoted.
    """
    if current is None:
        return True, {"candidate": evaluate(candidate, history, today=today).get("log_loss", 0.0)}
    new, old = (evaluate(one, history, today=today).get("log_loss") for one in (candidate, current))
    if new is None or old is None:
        return False, {}
    return new <= old + slack, {"candidate": new, "current": old}


def _fitted(known: CampaignHistory) -> AccountModel:
    from fbads_pipeline.domain.recommendations.model.posterior import fit_posterior

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
