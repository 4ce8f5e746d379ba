"""Fields of the JSON that leaves this program: texts and facts, rendered when they are sent."""

from typing import Any

from fbads_pipeline.adapters.translation.texts import rendered
from fbads_pipeline.domain.alerts.alerts import DueDelivery


def in_every_language(delivery: DueDelivery) -> dict[str, str]:
    """title_pt, body_pt, title_en …: the alert in each language, without the mark of a repeat."""
    return {
        f"{name}_{code}": text
        for code, translation in delivery.translations.items()
        for name, text in vars(translation).items()
    }


def rendered_facts(delivery: DueDelivery) -> Any:
    """The alert's facts; a message in them, such as `reason`, in the recipient's language, beside it `reason_pt`, …"""
    return rendered(delivery.alert.facts, delivery.language)
