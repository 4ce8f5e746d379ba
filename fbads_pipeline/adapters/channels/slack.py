"""Slack, through `chat.postMessage` (https://docs.slack.dev/reference/methods/chat.postMessage)."""

import http.client
import logging
import time
import urllib.error
from collections.abc import Mapping
from typing import Any

from fbads_pipeline.adapters.channels.slack_layout import blocks, plain_text
from fbads_pipeline.adapters.channels.slack_pictures import SlackPicture, SlackPictures
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery
from fbads_pipeline.domain.alerts.outgoing import outgoing

_EVENT = "fbads_alert"
_CLOCKS_APART = 300.0
# Slack reads an uploaded file after its answer; until then it refuses blocks that show it.
_FILE_WAITS_SECONDS = (1.0, 3.0)

_ASK_LATER = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org"}
)
# As Slack documents them: some aspect of the operation may have succeeded before the error was raised.
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
    """The port Channel on Slack. recipient: a Slack channel id. The SDK sends each request once, without retries.

    with_buttons: only where the API receives the callback; otherwise a button would do nothing. A chart comes along
    where the token has the scope files:write.
    """

    name = "slack"

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://slack.com/api/",
        timeout_seconds: int = 15,
        with_buttons: bool = False,
        public_url: str | None = None,
    ) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/") + "/"
        self._timeout = timeout_seconds
        self._with_buttons = with_buttons
        self._public_url = public_url
        self._sdk: Any = None
        self._pictures = SlackPictures(self._client, timeout_seconds=timeout_seconds)

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """Header, sections, chart, buttons, in the thread it belongs to; without the chart, and in the end text alone,
        where Slack refuses the layout.

        For a repeat the channel is searched for the earlier attempt first; where Slack refuses the search, it is sent.
        """
        found = self._earlier(delivery) if delivery.is_repeat else None
        if found is not None:
            return DeliveryAttempt("sent", provider_id=found)
        message = {
            "channel": delivery.recipient,
            "text": plain_text(delivery.title, "\n".join(outgoing(delivery).text_lines)),
            "metadata": {"event_type": _EVENT, "event_payload": {"key": delivery.key}},
        }
        if thread := _timestamp(delivery.thread):
            message["thread_ts"] = thread
        picture = self._pictures.of(delivery)
        attempt, code = self._post({**message, "blocks": self._blocks(delivery, picture)})
        for seconds in _FILE_WAITS_SECONDS if picture else ():
            if code == "invalid_blocks":
                time.sleep(seconds)
                attempt, code = self._post({**message, "blocks": self._blocks(delivery, picture)})
        if code == "invalid_blocks" and picture:
            attempt, code = self._post({**message, "blocks": self._blocks(delivery, None)})
        if code == "invalid_blocks":
            attempt, _ = self._post({**message, "blocks": None})
        return attempt

    def _blocks(self, delivery: DueDelivery, picture: SlackPicture | None) -> list[dict[str, Any]]:
        return blocks(delivery, with_buttons=self._with_buttons, public_url=self._public_url, picture=picture)

    def _earlier(self, delivery: DueDelivery) -> str | None:
        """Slack's id of the message of an earlier attempt, found by the key in its metadata; None without one."""
        read = {"channel": delivery.recipient, "include_all_metadata": True, "limit": 200}
        read["oldest"] = f"{delivery.announced_at.timestamp() - _CLOCKS_APART:.6f}"
        try:
            thread = _timestamp(delivery.thread)
            client = self._client()
            answer = client.conversations_replies(ts=thread, **read) if thread else client.conversations_history(**read)
            for message in answer.get("messages") or ():
                if message.get("metadata", {}).get("event_payload", {}).get("key") == delivery.key:
                    return f"{delivery.recipient}/{message['ts']}"
        except Exception:
            return None
        return None

    def _post(self, message: Mapping[str, Any]) -> tuple[DeliveryAttempt, str | None]:
        """The attempt, and Slack's error code where it gave one."""
        # slack_sdk is heavy: imported where it is needed.
        from slack_sdk.errors import SlackApiError

        flags = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
        try:
            answer = self._client().chat_postMessage(**message, **flags)
        except SlackApiError as refused:
            return _refused(refused.response)
        except urllib.error.URLError as fault:
            return DeliveryAttempt("retry", error=f"Slack cannot be reached: {_kind(fault.reason)}"), None
        except (OSError, http.client.HTTPException) as fault:
            return DeliveryAttempt("unknown", error=f"Slack broke off before its answer: {_kind(fault)}"), None
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
    value = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return float(value) if value.isdigit() else None


def _timestamp(provider_id: str | None) -> str | None:
    """Slack's timestamp in a provider id `<channel>/<ts>`."""
    return provider_id.partition("/")[2] or None if provider_id else None


def _kind(fault: object) -> str:
    """What went wrong, by its kind alone: its text may quote the request."""
    if isinstance(fault, OSError) and fault.strerror and fault.errno is not None:
        return fault.strerror
    return type(fault).__name__
