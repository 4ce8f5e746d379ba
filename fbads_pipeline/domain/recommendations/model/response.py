"""How conversions follow spend: with diminishing returns that grow as spend leaves the level it was known at."""

import numpy as np

from fbads_pipeline.domain.recommendations.model.campaign_history import Floats

# Between a constant elasticity (0) and a Hill curve (1): response curves of advertising bend, some more than Hill's
# (docs/reference/evaluation/decisions.md).
CURVATURE = 0.9
# A Hill curve has no elasticity of 1 or more.
_LARGEST_OF_HILL = 0.98


def elasticity_at(elasticity: float | Floats, spend_ratio: Floats) -> Floats:
    """Return the elasticity at another level of spend.

    Parameters
    ----------
    elasticity
        At the reference level of spend, broadcast against `spend_ratio`.
    spend_ratio
        Spend over the reference level, above 0.

    Notes
    -----
    ``(1 - κ) e + κ e / (e + (1 - e) r)`` with κ = CURVATURE; the second part is the local elasticity of the Hill curve
    ``r / (h + r)`` whose elasticity at r = 1 is e. At the geometric middle of two levels it is, to the second order,
    the elasticity between them.

    Examples
    --------
    >>> elasticity_at(0.65, np.array([0.5, 1.0, 2.0])).round(3)
    array([0.774, 0.65 , 0.498])
    """
    bent = np.minimum(elasticity, _LARGEST_OF_HILL)
    return np.asarray((1 - CURVATURE) * elasticity + CURVATURE * bent / (bent + (1 - bent) * spend_ratio))
