"""The team's Slack: a real HTTP far side, the real channel, and the real outbox in between."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.services.alerts.dispatch_alerts import dispatch_alerts
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.stub_server import FarSide, reply

TEAM = [Recipient("slack", "C1", language="pt", timezone="America/Sao_Paulo")]
SIGNING_SECRET, APPROVER, STRANGER = "canary-signing-secret", "U1", "U9"


class SlackStub:
    """What the team sees."""

    def __init__(self, server: FarSide) -> None:
        self.server = server
        self.channel = SlackChannel("xoxb-canary", base_url=server.url, timeout_seconds=5, with_buttons=True)
        self._stamps: list[str] = []

    def deliver(self, engine: sa.Engine) -> None:
        """Send what is due, as the dispatcher does; each message gets a timestamp of its own."""
        stamps = [f"17000000{len(self.server.requests) + n:02}.000100" for n in range(20)]
        self._stamps[len(self.server.requests) :] = stamps
        for stamp in stamps:
            self.server.answers.append(reply(200, {"ok": True, "channel": "C1", "ts": stamp, "message": {}}))
        dispatch_alerts(PostgresOutbox(engine), {"slack": self.channel})
        self.server.answers.clear()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """In the order in which they came."""
        return [body for path, _, body in self.server.requests if path.endswith("chat.postMessage")]

    @property
    def first_stamp(self) -> str:
        """What Slack called the first message."""
        paths = [path for path, _, _ in self.server.requests]
        return self._stamps[paths.index("/api/chat.postMessage")]

    @property
    def text(self) -> str:
        """The newest message's words."""
        return str(self.messages[-1]["text"])

    def buttons(self) -> dict[str, dict[str, str]]:
        """The newest message's buttons: what stands on them → their action and value."""
        found = [
            one for block in self.messages[-1]["blocks"] if block["type"] == "actions" for one in block["elements"]
        ]
        return {one["text"]["text"]: one for one in found}

    def press(self, sidecar: Client, label: str, user: str, at: datetime) -> str:
        """Press a button as that user: what Slack would send, signed as Slack signs it; what the user is told."""
        button = self.buttons()[label]
        payload = {"user": {"id": user}, "actions": [{"action_id": button["action_id"], "value": button["value"]}]}
        body = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(int(at.timestamp()))
        signed = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signed}"}
        answer = sidecar.send("POST", "/api/v1/webhooks/slack", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["text"])
