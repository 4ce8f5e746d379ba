"""What the system proposes and a person decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

SuggestionKind = Literal["PAUSE", "BUDGET_UP", "BUDGET_DOWN"]
Confidence = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class NewSuggestion:
    """A proposal for one campaign; `day` is the account-local day whose figures it rests on."""

    account_id: str
    campaign_id: str
    kind: SuggestionKind
    confidence: Confidence
    rules: tuple[str, ...]
    reason_pt: str
    reason_en: str
    evidence: Mapping[str, object]
    day: date
