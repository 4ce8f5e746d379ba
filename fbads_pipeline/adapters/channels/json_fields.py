"""Fields of the JSON that leaves this program: texts and facts, rendered when they are sent."""

from typing import Any

from fbads_pipeline.adapters.translation.texts import rendered
from fbads_pipeline.domain.alerts.alerts import DueDelivery
from fbads_pipeline.domain.alerts.outgoing import outgoing


def in_every_language(delivery: DueDelivery) -> dict[str, str]:
    """title_pt, body_pt, title_en …: the alert in each language, without the mark of a repeat."""
    return {
        f"{name}_{code}": getattr(translation, name)
        for code, translation in delivery.translations.items()
        for name in ("title", "body")
    }


def sent_message(delivery: DueDelivery, public_url: str | None = None) -> dict[str, Any]:
    """The message as channels lay it out: title, lines, what is left out, link."""
    sent = outgoing(delivery, public_url)
    lines = [
        {"name": one.name, "said": one.said, "money": one.money, "text": one.text, "subject": dict(one.subject)}
        for one in sent.lines
    ]
    return {"title": sent.title, "lines": lines, "more": sent.more, "link": sent.link}


def rendered_facts(delivery: DueDelivery) -> Any:
    """The alert's facts; a message in them, such as `reason`, in the recipient's language, beside it `reason_pt`, …"""
    return rendered(delivery.alert.facts, delivery.language)
