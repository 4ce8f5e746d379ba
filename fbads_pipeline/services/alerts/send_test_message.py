"""A message that says nothing but that it arrives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, DeliveryAttempt, DueDelivery, alert_of
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.ports.alerts import Channel


@dataclass(frozen=True)
class CheckedChannel:
    """What became of the message to one recipient."""

    channel: str
    recipient: str
    attempt: DeliveryAttempt


def send_test_message(
    recipients: Sequence[Recipient],
    channels: Mapping[str, Channel],
    deliver: Callable[[Alert, Recipient], DueDelivery],
    now: datetime,
) -> list[CheckedChannel]:
    """One message to each recipient, at once and not by the outbox. deliver: an alert as that recipient reads it."""
    return [
        CheckedChannel(one.channel, one.address, channels[one.channel].send(deliver(test_alert(one.channel, now), one)))
        for one in recipients
        if one.channel in channels
    ]


def test_alert(channel: str, now: datetime) -> Alert:
    """The alert of a test message; each is a new one."""
    return alert_of(
        AlertText(message("alerts.test.title"), message("alerts.test.body")),
        account_id=None,
        rule="test",
        entity=channel,
        severity="info",
        window_start=now.date(),
        occasion=now.isoformat(),
        facts={"at": now.isoformat()},
    )
