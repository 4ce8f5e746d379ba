"""A sender of the kill test: the real dispatcher with one real channel, which may kill itself at a step of the outbox.

Arguments as JSON: url, channel, web, mail_port, ca_file, file, kill_point, lease (seconds).
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from fbads_pipeline.adapters.channels.dry_run import DryRunChannel
from fbads_pipeline.adapters.channels.email import EmailChannel, MailServer
from fbads_pipeline.adapters.channels.n8n import WebhookChannel
from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.adapters.channels.whatsapp import WhatsAppChannel
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery
from fbads_pipeline.ports.alerts import Channel
from fbads_pipeline.services.alerts.dispatch_alerts import DispatchPolicy, DispatchReport, dispatch_alerts


def channel_of(given: dict[str, Any]) -> Channel:
    """The channel of that name, towards the far servers of this machine."""
    web = given["web"]
    made: dict[str, Channel] = {
        "slack": SlackChannel("xoxb-chaos", base_url=f"{web}/slack/"),
        "whatsapp": WhatsAppChannel("t", "1", "alert", base_url=f"{web}/whatsapp"),
        "n8n": WebhookChannel(f"{web}/n8n", "secret-of-the-kill test"),
        "email": EmailChannel(
            MailServer("127.0.0.1", "ads@agencia.example", given["mail_port"], ca_file=Path(given["ca_file"]))
        ),
        "dry_run": DryRunChannel(Path(given["file"])),
    }
    return made[given["channel"]]


class KillableOutbox(PostgresOutbox):
    """An outbox that kills its own process before or after a step."""

    kill_point = ""

    def claim(self, channel: str, *, lease_seconds: float, max_attempts: int) -> DueDelivery | None:
        kill_at(self.kill_point, "before claim")
        delivery = super().claim(channel, lease_seconds=lease_seconds, max_attempts=max_attempts)
        kill_at(self.kill_point, "before send")
        return delivery

    def settle(self, delivery: DueDelivery, attempt: DeliveryAttempt, *, wait_seconds: float | None) -> bool:
        kill_at(self.kill_point, "before settle")
        settled = super().settle(delivery, attempt, wait_seconds=wait_seconds)
        kill_at(self.kill_point, "after settle")
        return settled


def kill_at(kill_point: str, here: str) -> None:
    """SIGKILL to this process at that point: nothing is flushed or closed."""
    if kill_point == here:
        os.kill(os.getpid(), signal.SIGKILL)


def send(given: dict[str, Any]) -> DispatchReport:
    """What is due on that channel."""
    made = engine(given["url"], application_name="sender")
    outbox = KillableOutbox(made)
    outbox.kill_point = given["kill_point"]
    try:
        channel = channel_of(given)
        return dispatch_alerts(outbox, {channel.name: channel}, DispatchPolicy(lease_seconds=given["lease"]))
    finally:
        made.dispose()


if __name__ == "__main__":
    send(json.loads(sys.argv[1]))
