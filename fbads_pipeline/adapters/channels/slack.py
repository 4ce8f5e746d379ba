"""Slack, through `chat.postMessage` (https://docs.slack.dev/reference/methods/chat.postMessage).

Names are written by strangers: `& < >` are escaped, every text is plain text, nothing is linked, parsed or unfurled.
"""

import http.client
import logging
import urllib.error
from collections.abc import Mapping
from typing import Any

from fbads_pipeline.domain.alerts import Alert, DeliveryAttempt, shown_title

LONGEST_HEADER = 150
LONGEST_SECTION = 3000
LONGEST_MESSAGE = 12_000
MOST_BLOCKS = 50

_ASK_LATER = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org"}
)
# Slack's own words: some aspect of the operation may have succeeded before the error was raised.
_MAYBE_SENT = frozenset({"internal_error", "fatal_error", "request_timeout"})
_REASONS = {
    "channel_not_found": "Slack does not know the channel: correct FBADS_SLACK_CHANNEL, or invite the bot",
    "not_in_channel": "the bot is not in the Slack channel: invite it",
    "is_archived": "the Slack channel is archived: set FBADS_SLACK_CHANNEL to another one",
    "invalid_auth": "Slack does not accept FBADS_SLACK_TOKEN",
    "not_authed": "Slack got no token: set FBADS_SLACK_TOKEN",
    "token_revoked": "the Slack token was revoked: set FBADS_SLACK_TOKEN to a new one",
    "account_inactive": "the Slack token belongs to a removed user: set FBADS_SLACK_TOKEN to a new one",
    "missing_scope": "the Slack token lacks the scope chat:write",
    "invalid_blocks": "Slack refuses the message's layout",
    "msg_too_long": "Slack finds the message too long",
}

# The SDK logs request bodies at DEBUG; our messages stay out of logs whatever the root logger says.
_quiet = logging.getLogger(f"{__name__}.sdk")
_quiet.setLevel(logging.CRITICAL)


class SlackChannel:
    """The port Channel on Slack. recipient: a Slack channel id. The SDK sends a request once and retries nothing."""

    name = "slack"

    def __init__(self, token: str, *, base_url: str = "https://slack.com/api/", timeout_seconds: int = 15) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/") + "/"
        self._timeout = timeout_seconds
        self._sdk: Any = None

    def send(self, alert: Alert, recipient: str, *, is_repeat: bool) -> DeliveryAttempt:
        """Header and sections; when Slack refuses the layout, the same words once more without it."""
        title = shown_title(alert, is_repeat=is_repeat)
        message = {"channel": recipient, "text": plain_text(title, alert.body), "blocks": blocks(title, alert.body)}
        attempt, code = self._post(message)
        if code == "invalid_blocks":
            attempt, _ = self._post({**message, "blocks": None})
        return attempt

    def _post(self, message: Mapping[str, Any]) -> tuple[DeliveryAttempt, str | None]:
        """The attempt, and Slack's error code where it gave one."""
        from slack_sdk.errors import SlackApiError

        flags = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
        try:
            answer = self._client().chat_postMessage(**message, **flags)
        except SlackApiError as refused:
            return _refused(refused.response)
        except urllib.error.URLError as fault:
            return DeliveryAttempt("retry", error=f"Slack cannot be reached: {_kind(fault.reason)}"), None
        except (OSError, http.client.HTTPException) as fault:
            return DeliveryAttempt("unknown", error=f"Slack did not answer to the end: {_kind(fault)}"), None
        except Exception as fault:
            return DeliveryAttempt("unknown", error=f"Slack's answer cannot be read: {_kind(fault)}"), None
        return DeliveryAttempt("sent", provider_id=f"{answer.get('channel')}/{answer.get('ts')}"), None

    def _client(self) -> Any:
        """Made at the first message: importing the SDK takes a while."""
        if self._sdk is None:
            from slack_sdk import WebClient

            self._sdk = WebClient(
                self._token, base_url=self._base_url, timeout=self._timeout, retry_handlers=[], logger=_quiet
            )
        return self._sdk


def escape(text: str) -> str:
    """Text in which Slack finds no mention, link or command (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(title: str, body: str) -> str:
    """The whole message without layout: what notifications show, and what remains when blocks are refused."""
    return _fitting(f"{title}\n{body}", LONGEST_MESSAGE)


def blocks(title: str, body: str) -> list[dict[str, Any]]:
    """A header and as many sections as the body needs, within Slack's limits."""
    header = {"type": "header", "text": _plain(_fitting(title, LONGEST_HEADER))}
    sections = [{"type": "section", "text": _plain(text)} for text in _sections(body)]
    return [header, *sections[: MOST_BLOCKS - 1]]


def _sections(body: str) -> list[str]:
    """The body, escaped, in pieces of whole lines; a line that is too long is cut."""
    pieces: list[str] = []
    room = LONGEST_MESSAGE
    for line in body.splitlines():
        text = _fitting(line, min(LONGEST_SECTION, room))
        room -= len(text) + 1
        if room < 0:
            break
        if pieces and len(pieces[-1]) + 1 + len(text) <= LONGEST_SECTION:
            pieces[-1] += "\n" + text
        else:
            pieces.append(text)
    return [piece.strip("\n") for piece in pieces if piece.strip()]


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _fitting(text: str, most: int) -> str:
    """Escaped, and cut (between characters, not inside an escape) to at most that many."""
    escaped = escape(text)
    if len(escaped) <= most:
        return escaped
    kept, length = [], 1
    for piece in map(escape, text):
        length += len(piece)
        if length > most:
            break
        kept.append(piece)
    return "".join(kept) + "…"


def _refused(response: Any) -> tuple[DeliveryAttempt, str | None]:
    status = int(response.status_code)
    code = str(response.data.get("error", "")) if isinstance(response.data, Mapping) else ""
    if status == 429 or code in _ASK_LATER:
        wait = _seconds(response.headers)
        return DeliveryAttempt("retry", error="Slack asks to slow down", retry_after_seconds=wait), code
    if status >= 500:
        return DeliveryAttempt("retry", error=f"Slack answers HTTP {status}"), code
    if code in _MAYBE_SENT or (status == 200 and not code.replace("_", "").isalnum()):
        return DeliveryAttempt("unknown", error=f"Slack's answer does not say whether it arrived (HTTP {status})"), code
    reason = _REASONS.get(code, f"Slack refuses the message: {code[:60]}" if status == 200 else f"HTTP {status}")
    return DeliveryAttempt("failed", error=f"{reason} ({code})" if code in _REASONS else reason), code


def _seconds(headers: Mapping[str, str]) -> float | None:
    told = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return float(told) if told.isdigit() else None


def _kind(fault: object) -> str:
    """What went wrong, by its kind alone: an exception's own words may quote the request."""
    if isinstance(fault, OSError) and fault.strerror and fault.errno is not None:
        return fault.strerror
    return type(fault).__name__
