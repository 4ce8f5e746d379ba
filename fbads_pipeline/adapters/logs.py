"""Structured logs on stderr: readable on a terminal, JSON lines in production.

Tracebacks are plain in both: structlog's own default prints the local variables of every frame, and with them
tokens and passwords.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from fbads_pipeline.domain.core.redaction import redact
from fbads_pipeline.settings import SettingsError, load_settings


def set_up_logs() -> None:
    """Configure structlog and the standard library's logging; wrong settings are reported elsewhere."""
    try:
        as_json = load_settings().log_format == "json"
    except SettingsError:
        as_json = False
    lines = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer = structlog.processors.JSONRenderer() if as_json else lines
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redacted_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class RedactingFormatter(logging.Formatter):
    """A line, its traceback included, without secrets: libraries log addresses and what servers answered."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def redacted_event(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every text of a line; of other values, their text where it holds a secret."""
    for name, value in event.items():
        text = value if isinstance(value, str) else None if isinstance(value, int | float | None) else str(value)
        if text is not None and (clean := redact(text)) != text:
            event[name] = clean
    return event
