"""A sender of the kill test: the real dispatcher with one real channel, which may kill itself at a step of the outbox.

Arguments as JSON: url, channel, web, mail_port, ca_file, file, seam, lease (seconds).
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
    """The channel of that name, towards the far sides of this machine."""
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


class Mortal(PostgresOutbox):
    """The outbox, around whose steps the process dies."""

    seam = ""

    def claim(self, channel: str, *, lease_seconds: float, max_attempts: int) -> DueDelivery | None:
        die(self.seam, "before claim")
        delivery = super().claim(channel, lease_seconds=lease_seconds, max_attempts=max_attempts)
        die(self.seam, "before send")
        return delivery

    def settle(self, delivery: DueDelivery, attempt: DeliveryAttempt, *, wait_seconds: float | None) -> bool:
        die(self.seam, "before mark")
        settled = super().settle(delivery, attempt, wait_seconds=wait_seconds)
        die(self.seam, "after mark")
        return settled


def die(seam: str, here: str) -> None:
    """SIGKILL to oneself at that seam: nothing is flushed, closed or told."""
    if seam == here:
        os.kill(os.getpid(), signal.SIGKILL)


def send(given: dict[str, Any]) -> DispatchReport:
    """What is due on that channel."""
    made = engine(given["url"], application_name="sender")
    outbox = Mortal(made)
    outbox.seam = given["seam"]
    try:
        channel = channel_of(given)
        return dispatch_alerts(outbox, {channel.name: channel}, DispatchPolicy(lease_seconds=given["lease"]))
    finally:
        made.dispose()


if __name__ == "__main__":
    send(json.loads(sys.argv[1]))
