"""Structured logs on stderr: readable on a terminal, JSON lines in production.

Tracebacks are plain in both: structlog's own default prints the local variables of every frame, and with them
tokens and passwords.
"""

import logging
import sys

import structlog

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
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
