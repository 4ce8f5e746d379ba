"""The dry run: what would be sent, on stderr for people and as JSON lines for programs."""

import fcntl
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
import structlog

from fbads_pipeline.adapters.channels.json_fields import in_every_language, rendered_facts, sent_message
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery
from fbads_pipeline.domain.core.formatting import plain_line


class DryRunChannel:
    """Sends nothing anywhere. path: the file of JSON lines; it and its folder are made where they are missing."""

    name = "dry_run"

    def __init__(self, path: Path, *, public_url: str | None = None) -> None:
        self._path = path
        self._public_url = public_url

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """Appends one whole line or none; where the disk refuses it, the attempt is repeated later."""
        alert, provider_id = delivery.alert, f"dry-run-{delivery.key[:16]}"
        record = {
            "provider_id": provider_id,
            "alert_id": alert.alert_id,
            "account_id": alert.account_id,
            "recipient": delivery.recipient,
            "language": delivery.language,
            "is_repeat": delivery.is_repeat,
            "thread": delivery.thread,
            "at": datetime.now(UTC).isoformat(),
            "rule": alert.rule,
            "severity": alert.severity,
            "title": delivery.title,
            "body": delivery.body,
            **in_every_language(delivery),
            "message": sent_message(delivery, self._public_url),
            "facts": rendered_facts(delivery),
        }
        try:
            self._append(orjson.dumps(record, default=str) + b"\n")
        except OSError as fault:
            return DeliveryAttempt("retry", error=f"the dry run's file cannot be written: {fault.strerror}")
        _logger().info(f"dry run, nothing was sent to {plain_line(delivery.recipient)}\n{_readable(delivery)}")
        return DeliveryAttempt("sent", provider_id=provider_id)

    def _append(self, line: bytes) -> None:
        """One write at the end of the file, under a lock; a partial one is undone."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = os.fstat(file).st_size
            if os.write(file, line) != len(line):
                os.ftruncate(file, before)
                raise OSError(28, "no space left")
        finally:
            os.close(file)


def _readable(delivery: DueDelivery) -> str:
    """Title and body as lines that no name can turn into terminal commands."""
    lines = (delivery.title, *delivery.body.splitlines())
    return "\n".join(f"  {plain_line(line)}".rstrip() for line in lines)


def _logger() -> structlog.typing.FilteringBoundLogger:
    """The program's logger; on stderr where nobody has configured one (stdout is for data)."""
    made: structlog.typing.FilteringBoundLogger = (
        structlog.get_logger()
        if structlog.is_configured()
        else structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    )
    return made
