"""Verdicts as the last review stored them: what suggestions are proposed from. Light: numpy is not imported."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from fbads_pipeline.domain.recommendations.new_suggestions import Confidence, SuggestionKind


class StoredVerdict(NamedTuple):
    """A verdict of the last review. effect: 80 % interval and mean of the week's change of profit; adset_id: of the ad
    set that holds the budget, empty where the campaign does."""

    account_id: str
    campaign_id: str
    kind: SuggestionKind
    factor: float
    effect_low: float
    effect_expected: float
    effect_high: float
    p_better: float
    confidence: Confidence
    evidence: Mapping[str, Any]
    is_proposed: bool
    day: date
    currency: str
    model_version: str
    marts_version: int
    adset_id: str = ""
