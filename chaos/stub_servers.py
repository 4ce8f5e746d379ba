"""Stub servers of the kill test of senders: a web and a mail server that can kill the process that sends to them."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiosmtpd.smtp import SMTP, Envelope, Session

from fbads_pipeline_tests.support.mail_server import Mailbox, certificates, mail_server

ANSWERS = {
    "slack": {"ok": True, "channel": "C1", "ts": "1700000000.000100", "message": {}, "messages": []},
    "whatsapp": {"messages": [{"id": "wamid.1"}]},
    "n8n": {},
}


@dataclass
class StubServers:
    """kill_at: `arrived` before a message is taken, `taken` before the answer leaves; sender_pid: who is killed.

    taken: channel → texts of messages that were taken, in their order.
    """

    url: str = ""
    mail_port: int = 0
    ca_file: Path = Path()
    kill_at: str | None = None
    sender_pid: int | None = None
    taken: dict[str, list[str]] = field(default_factory=dict)

    def take(self, channel: str, text: str) -> bool:
        """False where the sender was killed before its message was taken."""
        if self._killed("arrived"):
            return False
        self.taken.setdefault(channel, []).append(text)
        self._killed("taken")
        return True

    def _killed(self, here: str) -> bool:
        if self.kill_at != here or self.sender_pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.sender_pid, signal.SIGKILL)
        self.kill_at = None
        return True


class _StubMailbox(Mailbox):
    """A mailbox whose messages the kill test counts."""

    def __init__(self, servers: StubServers) -> None:
        super().__init__()
        self.servers = servers

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        return "250 OK" if self.servers.take("email", str(mail["subject"])) else "451 not taken"


@contextmanager
def stub_servers(folder: Path) -> Iterator[StubServers]:
    """Both servers on free loopback ports; gone in the end. folder: for the certificate."""
    servers = StubServers()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            channel = self.path.strip("/").split("/")[0]
            is_read = "conversations" in self.path
            if is_read or servers.take(channel, _text(body, self.headers["Content-Type"] or "")):
                self._answer(ANSWERS[channel])

        def do_GET(self) -> None:
            self._answer(ANSWERS[self.path.strip("/").split("/")[0]])

        def _answer(self, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            with suppress(ConnectionError):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """No log."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    keys = certificates(folder)
    try:
        with mail_server(keys, box=_StubMailbox(servers)) as box:
            servers.url = f"http://127.0.0.1:{web.server_address[1]}"
            servers.mail_port, servers.ca_file = box.port, keys / "ca.pem"
            yield servers
    finally:
        web.shutdown()
        thread.join()
        web.server_close()


def _text(body: bytes, content_type: str) -> str:
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode())).get("text", "")
    return json.dumps(json.loads(body), ensure_ascii=False)
