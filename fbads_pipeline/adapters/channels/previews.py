"""What a channel would send of an alert, with nothing sent: for pages and the command line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from fbads_pipeline.adapters.channels.json_fields import sent_message
from fbads_pipeline.adapters.channels.mail_layout import mail_html, mail_text
from fbads_pipeline.adapters.channels.n8n import webhook_message
from fbads_pipeline.adapters.channels.posted_chats import google_chat_message, teams_message, telegram_message
from fbads_pipeline.adapters.channels.slack_layout import blocks, plain_text
from fbads_pipeline.adapters.channels.slack_pictures import SlackPicture
from fbads_pipeline.adapters.channels.whatsapp import template_parameters
from fbads_pipeline.adapters.rendering.chart_picture import chart_words
from fbads_pipeline.adapters.translation.deliveries import due_delivery
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.alerts.alerts import Alert, DueDelivery
from fbads_pipeline.domain.alerts.charts import AlertChart, stored_chart
from fbads_pipeline.domain.alerts.outgoing import Outgoing, outgoing

PREVIEWED = ("slack", "email", "whatsapp", "telegram", "teams", "google_chat", "n8n", "dry_run")


@dataclass(frozen=True)
class ChannelPreview:
    """One message. sent: as every channel lays it out; content: what leaves, as text or indented JSON; chart: of its
    first line, where the channel shows pictures and the alert has one."""

    channel: str
    sent: Outgoing
    content: str
    kind: Literal["text", "json"]
    chart: AlertChart | None = None


def preview_of(channel: str, alert: Alert, language: str, *, public_url: str | None, now: datetime) -> ChannelPreview:
    """What that channel would send of the alert to a recipient of that language; raises KeyError for no channel."""
    delivery = _delivery(channel, alert, language, now)
    content = _CONTENTS[channel](delivery, public_url)
    text = content if isinstance(content, str) else orjson.dumps(content, option=_INDENTED, default=str).decode()
    kind: Literal["text", "json"] = "text" if isinstance(content, str) else "json"
    chart = stored_chart(alert.facts) if channel == "slack" else None
    return ChannelPreview(channel, outgoing(delivery, public_url), text, kind, chart)


def mail_preview(alert: Alert, language: str, *, public_url: str | None, now: datetime) -> str:
    """The page in the mail."""
    return mail_html(_delivery("email", alert, language, now), public_url=public_url)


def _delivery(channel: str, alert: Alert, language: str, now: datetime) -> DueDelivery:
    return due_delivery(
        alert,
        delivery_id=0,
        channel=channel,
        recipient=_RECIPIENTS.get(channel, channel),
        attempts=1,
        is_repeat=False,
        announced_at=now,
        language=language,
    )


def _slack(delivery: DueDelivery, public_url: str | None) -> dict[str, Any]:
    text = plain_text(delivery.title, "\n".join(outgoing(delivery, public_url).text_lines))
    chart = stored_chart(delivery.alert.facts)
    picture = None if chart is None else SlackPicture(_SLACK_FILE, chart_words(chart, localizer(delivery.language)))
    return {"text": text, "blocks": blocks(delivery, with_buttons=True, public_url=public_url, picture=picture)}


def _whatsapp(delivery: DueDelivery, public_url: str | None) -> str:
    first, second = template_parameters(delivery, public_url)
    return f"{{{{1}}}} {first}\n{{{{2}}}} {second}\n"


_SLACK_FILE = "F0123456789"
_INDENTED = orjson.OPT_INDENT_2
_RECIPIENTS = {"slack": "C0123456789", "email": "ana@example.com", "whatsapp": "+5511999999999", "telegram": "1"}
_CONTENTS: dict[str, Any] = {
    "slack": _slack,
    "email": lambda delivery, public_url: mail_text(delivery, public_url=public_url),
    "whatsapp": _whatsapp,
    "telegram": telegram_message,
    "teams": teams_message,
    "google_chat": google_chat_message,
    "n8n": webhook_message,
    "dry_run": sent_message,
}
