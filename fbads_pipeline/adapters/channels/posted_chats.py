"""Telegram, Microsoft Teams and Google Chat: one request per message; its status says what became of it.

https://core.telegram.org/bots/api#sendmessage,
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using,
https://developers.google.com/workspace/chat/quickstart/webhooks. Names are written by strangers: where a service reads
markup, they are escaped; Teams gets its text in runs, in which it reads none.
"""

import html
from collections.abc import Mapping
from typing import Any

import orjson

from fbads_pipeline.adapters.channels.http import json_object, post, retry_after
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery
from fbads_pipeline.domain.alerts.brief import RenderedLine
from fbads_pipeline.domain.alerts.outgoing import Outgoing, cut_between_words, outgoing

# Services take 4,096 characters (Telegram) and some 28 kB; a body of a thousand lines is cut at whole lines.
LONGEST_TEXT = 3500
_JSON = {"Content-Type": "application/json; charset=UTF-8"}


class TelegramChannel:
    """The port Channel on Telegram. recipient: a chat's id, or @name of a channel."""

    name = "telegram"

    def __init__(
        self, token: str, *, base_url: str, timeout_seconds: float = 15, public_url: str | None = None
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/bot{token}/sendMessage"
        self._timeout, self._public_url = timeout_seconds, public_url

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """Telegram knows no key that recognises a repeat: it is sent again, and marked."""
        message = telegram_message(delivery, self._public_url)
        answer = post(self._url, orjson.dumps(message), _JSON, timeout_seconds=self._timeout)
        if isinstance(answer, DeliveryAttempt):
            return answer
        said = json_object(answer)
        result, parameters = said.get("result"), said.get("parameters")
        if answer.status_code == 200 and isinstance(result, Mapping) and result.get("message_id"):
            return DeliveryAttempt("sent", provider_id=f"{delivery.recipient}/{result['message_id']}")
        wait = parameters.get("retry_after") if isinstance(parameters, Mapping) else None
        return _by_status(answer, "Telegram", _TELEGRAM, wait if isinstance(wait, int) else None)


class TeamsChannel:
    """The port Channel on a Teams workflow. The address is that of the settings; `recipient` only names it."""

    name = "teams"

    def __init__(self, url: str, *, timeout_seconds: float = 15, public_url: str | None = None) -> None:
        self._url, self._timeout, self._public_url = url, timeout_seconds, public_url

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """Accepted means that the workflow has it; whether it was posted is in the workflow's own history."""
        body = orjson.dumps(teams_message(delivery, self._public_url))
        answer = post(self._url, body, _JSON, timeout_seconds=self._timeout)
        if isinstance(answer, DeliveryAttempt):
            return answer
        if 200 <= answer.status_code < 300:
            return DeliveryAttempt("sent", provider_id=delivery.key)
        return _by_status(answer, "Teams", _TEAMS)


class GoogleChatChannel:
    """The port Channel on a Google Chat space. The address is that of the settings; `recipient` only names it."""

    name = "google_chat"

    def __init__(self, url: str, *, timeout_seconds: float = 15, public_url: str | None = None) -> None:
        self._url, self._timeout, self._public_url = url, timeout_seconds, public_url

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        body = orjson.dumps(google_chat_message(delivery, self._public_url))
        answer = post(self._url, body, _JSON, timeout_seconds=self._timeout)
        if isinstance(answer, DeliveryAttempt):
            return answer
        if answer.status_code == 200:
            return DeliveryAttempt("sent", provider_id=str(json_object(answer).get("name") or delivery.key))
        return _by_status(answer, "Google Chat", _GOOGLE_CHAT)


def telegram_message(delivery: DueDelivery, public_url: str | None = None) -> dict[str, Any]:
    """Title and names bold, a line per campaign, the link at the end."""
    sent = outgoing(delivery, public_url)
    lines = _fitting(sent)
    shown = [f"<b>{html.escape(sent.title)}</b>", *map(_telegram_line, lines)]
    shown += [html.escape(sent.more)] if sent.more else []
    shown += [f'<a href="{html.escape(sent.link)}">{html.escape(_label(sent, delivery))}</a>'] if sent.link else []
    return {
        "chat_id": delivery.recipient,
        "text": "\n".join(shown),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def teams_message(delivery: DueDelivery, public_url: str | None = None) -> dict[str, Any]:
    """An adaptive card of runs of text, which are no markup, and a button that is a link."""
    sent = outgoing(delivery, public_url)
    body = [_runs({"text": sent.title, "weight": "Bolder", "size": "Medium"})]
    for line in _fitting(sent):
        runs = [{"text": line.name, "weight": "Bolder"}, {"text": f": {line.said}"}] if line.name else []
        runs = runs or [{"text": line.said}]
        body.append(_runs(*runs, *([{"text": f" · {line.money}", "weight": "Bolder"}] if line.money else [])))
    body += [_runs({"text": sent.more, "isSubtle": True})] if sent.more else []
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "fallbackText": sent.title,
        "body": body,
    }
    if sent.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": _label(sent, delivery), "url": sent.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "summary": sent.title, "attachments": [attachment]}


def google_chat_message(delivery: DueDelivery, public_url: str | None = None) -> dict[str, Any]:
    """A card, and the title as what a notification shows."""
    sent = outgoing(delivery, public_url)
    texts = [*map(_telegram_line, _fitting(sent)), *([html.escape(sent.more)] if sent.more else [])]
    widgets: list[dict[str, Any]] = [{"textParagraph": {"text": text}} for text in texts]
    if sent.link:
        opened = {"openLink": {"url": sent.link}}
        widgets.append({"buttonList": {"buttons": [{"text": _label(sent, delivery), "onClick": opened}]}})
    card = {"header": {"title": sent.title}, "sections": [{"widgets": widgets}] if widgets else []}
    return {"fallbackText": sent.title, "cardsV2": [{"cardId": delivery.key, "card": card}]}


_TELEGRAM = {
    401: "Telegram does not accept FBADS_TELEGRAM_TOKEN",
    403: "the Telegram bot may not write to that chat: add it there",
    404: "Telegram does not accept FBADS_TELEGRAM_TOKEN",
    400: "Telegram does not know that chat, or refuses the message",
}
_TEAMS = {
    401: "Teams does not accept FBADS_TEAMS_WEBHOOK_URL: copy the workflow's address anew",
    404: "Teams does not know the workflow of FBADS_TEAMS_WEBHOOK_URL: is it deleted or turned off?",
}
_GOOGLE_CHAT = {
    400: "Google Chat refuses the message",
    403: "Google Chat does not accept FBADS_GOOGLE_CHAT_WEBHOOK_URL: copy the webhook's address anew",
    404: "Google Chat does not know the space of FBADS_GOOGLE_CHAT_WEBHOOK_URL",
}


def _fitting(sent: Outgoing) -> list[RenderedLine]:
    """The lines in whole, as many as a service takes."""
    kept: list[RenderedLine] = []
    left = LONGEST_TEXT
    for line in sent.lines:
        left -= len(html.escape(line.text)) + 1
        if left < 0:
            rest = "…" if kept else cut_between_words(line.text, LONGEST_TEXT // 6)
            return [*kept, RenderedLine("", rest, "")]
        kept.append(line)
    return kept


def _telegram_line(line: RenderedLine) -> str:
    name = f"<b>{html.escape(line.name)}</b>: " if line.name else ""
    return name + html.escape(line.said) + (f" · <b>{html.escape(line.money)}</b>" if line.money else "")


def _runs(*runs: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **one} for one in runs]}


def _label(sent: Outgoing, delivery: DueDelivery) -> str:
    return translator().render(sent.link_label, delivery.language)


def _by_status(
    answer: Any, service: str, reasons: Mapping[int, str], wait_seconds: float | None = None
) -> DeliveryAttempt:
    """An answer that is no acceptance. Its text is left out: it may quote anything."""
    status = answer.status_code
    if status in (408, 425, 429) or status >= 500:
        wait = retry_after(answer) if wait_seconds is None else wait_seconds
        return DeliveryAttempt("retry", error=f"{service} answers HTTP {status}", retry_after_seconds=wait)
    if 200 <= status < 300:
        return DeliveryAttempt("unknown", error=f"{service}'s answer does not name the message")
    return DeliveryAttempt("failed", error=f"{reasons.get(status, f'{service} refuses the message')} (HTTP {status})")
