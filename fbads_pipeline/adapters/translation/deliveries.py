"""Alerts as their recipients read them."""

from dataclasses import replace
from datetime import datetime

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import Alert, DueDelivery, RenderedText
from fbads_pipeline.domain.alerts.brief import rendered_brief


def rendered_alert(alert: Alert, language: str) -> RenderedText:
    """Title, body and brief in that language."""
    render = translator().localizer(language).render
    brief = None if alert.brief is None else rendered_brief(alert.brief, render)
    return RenderedText(render(alert.title), render(alert.body), brief)


def due_delivery(
    alert: Alert,
    *,
    delivery_id: int,
    channel: str,
    recipient: str,
    attempts: int,
    is_repeat: bool,
    announced_at: datetime,
    language: str,
    thread: str | None = None,
) -> DueDelivery:
    """A delivery with its texts; a recipient whose language has no catalogue any more reads English."""
    texts = translator()
    chosen = language if language in texts.languages else "en"
    translations = {code: rendered_alert(alert, code) for code in texts.languages}
    title = texts.render(alert.sent_title(is_repeat=is_repeat), chosen)
    return DueDelivery(
        delivery_id=delivery_id,
        alert=alert,
        channel=channel,
        recipient=recipient,
        attempts=attempts,
        is_repeat=is_repeat,
        announced_at=announced_at,
        language=chosen,
        text=replace(translations[chosen], title=title),
        translations=translations,
        thread=thread,
    )
