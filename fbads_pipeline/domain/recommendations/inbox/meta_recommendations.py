"""What Meta itself recommends, and its opportunity score: evidence beside our suggestions, never one of them.

Meta's text, estimates and points are kept and shown as they came, as Meta's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

# A little less than a day, so that a tick of every day asks.
RECOMMENDATIONS_LAST = timedelta(hours=23)
# Scores, and recommendations that Meta does not make any more, are kept for so long.
RECOMMENDATIONS_KEPT = timedelta(days=90)


class MetaRecommendation(NamedTuple):
    """One recommendation. key: Meta's signature, else its kind and objects; kind: Meta's own name of it; object_ids: of
    campaigns, ad sets or ads, empty where it is about the account; lift_estimate, body: Meta's words, in the language
    of the token; score_lift: points of the opportunity score; None: Meta does not say."""

    key: str
    kind: str
    object_ids: tuple[str, ...]
    lift_estimate: str | None
    body: str | None
    score_lift: Decimal | None
    url: str | None
    made_at: datetime | None


@dataclass(frozen=True)
class MetaRecommendations:
    """One reading of an account. score: 0 to 100, None where Meta has none; …_refused: why it did not answer."""

    score: Decimal | None = None
    listed: Sequence[MetaRecommendation] = ()
    score_refused: str | None = None
    list_refused: str | None = None

    @property
    def notes(self) -> list[str]:
        """A sentence per part that Meta did not answer."""
        parts = {"opportunity score": self.score_refused, "Meta's recommendations": self.list_refused}
        return [f"{what}: {reason}" for what, reason in parts.items() if reason]
