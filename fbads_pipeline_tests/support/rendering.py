"""What readers see of alerts and stored messages."""

from typing import Any

from fbads_pipeline.adapters.translation.deliveries import rendered_alert
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.core.messages import from_json


def title_of(alert: Alert, language: str = "pt") -> str:
    return rendered_alert(alert, language).title


def body_of(alert: Alert, language: str = "pt") -> str:
    return rendered_alert(alert, language).body


def text_of(stored: Any, language: str = "pt") -> str:
    """Of a column that holds a stored message."""
    return translator().render(from_json(stored), language)
