"""Fields of the JSON that leaves this program: texts and facts, rendered when they are sent."""

from collections.abc import Mapping
from typing import Any

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import DueDelivery
from fbads_pipeline.domain.core.messages import from_json


def in_every_language(delivery: DueDelivery) -> dict[str, str]:
    """title_pt, body_pt, title_en …: the alert in each language, without the mark of a repeat."""
    return {
        f"{name}_{code}": text
        for code, translation in delivery.translations.items()
        for name, text in vars(translation).items()
    }


def rendered_facts(delivery: DueDelivery) -> Any:
    """The alert's facts, the messages in them as text in the recipient's language."""
    return _rendered(delivery.alert.facts, delivery.language)


def _rendered(fact: Any, language: str) -> Any:
    if isinstance(fact, Mapping):
        try:
            return translator().render(from_json(fact), language)
        except ValueError:
            return {name: _rendered(one, language) for name, one in fact.items()}
    if isinstance(fact, list | tuple):
        return [_rendered(one, language) for one in fact]
    return fact
