"""The suggestion beside the list: what it rests on, its effect, the outcome of the one before, and what Meta says."""

from collections.abc import Sequence
from typing import Any, Protocol

from fbads_pipeline.adapters.postgres.recommendations.feedback import PostgresFeedback
from fbads_pipeline.adapters.postgres.recommendations.meta_recommendations import MetaRecommendationReader
from fbads_pipeline.adapters.postgres.recommendations.suggestion_reader import SuggestionReader
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.recommendations.meta import of_campaign
from fbads_pipeline.api.pages.suggestion_view import last_time_text
from fbads_pipeline.domain.identity.users import Principal


class PanelReaders(Protocol):
    """What the panel is read from."""

    suggestions: SuggestionReader
    feedback: PostgresFeedback
    meta: MetaRecommendationReader


def panel_of(
    items: Sequence[dict[str, Any]],
    asked: str,
    readers: PanelReaders,
    who: Principal,
    t: Localizer,
) -> dict[str, Any] | None:
    """Of the one that the address names, else of the first of the page; None where the page has none. is_asked: whether
    the address names it, so that a small screen shows it too."""
    if not items:
        return None
    found = next((one for one in items if one["suggestion_id"] == asked), None)
    one = found or items[0]
    return {
        "one": one,
        "is_asked": found is not None,
        "last_time": last_time_text(readers.suggestions.decided_before(one["suggestion_id"]), t),
        "meta": of_campaign(readers.meta, one["account_id"], one["campaign_id"], t),
        "marks": readers.feedback.own_marks(who, "suggestion", [one["suggestion_id"]]),
    }
