"""What was learned of an account, as a plain object that can be stored, compared and used again."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from fbads_pipeline.domain.recommendations.model.maturity import MaturityCurve

_SCHEMA = 1


@dataclass(frozen=True)
class AccountModel:
    """What an account's campaigns share.

    Attributes
    ----------
    maturity
        How conversions arrive.
    mean_rate, rate_shape
        Mean conversions per unit of spend, and the shape of its Gamma prior.
    dispersion
        Variance over mean of daily counts.
    elasticity_weights
        Prior weights of `elasticity.ELASTICITIES`, summing to 1.
    first_day, last_day
        The days that it was fitted on.
    campaigns
        Their number.
    seed
        0: fitting draws nothing.
    evaluation
        Figures on the held-out week (`fitting.fit_model`).
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
