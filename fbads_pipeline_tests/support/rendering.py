"""What readers see of alerts, stored messages and reports."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from fbads_pipeline.adapters.translation.deliveries import rendered_alert
from fbads_pipeline.adapters.translation.translator import localizer, translator
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.core import messages
from fbads_pipeline.domain.core.messages import Value, from_json
from fbads_pipeline.domain.reports.report import Chart, Figure, Report, Section, Table, TableColumn

_PARTS = (Report, Section, Table, TableColumn, Figure, Chart)
_VALUES = tuple(one for one in vars(messages).values() if is_dataclass(one))


def title_of(alert: Alert, language: str = "pt") -> str:
    return rendered_alert(alert, language).title


def body_of(alert: Alert, language: str = "pt") -> str:
    return rendered_alert(alert, language).body


def text_of(stored: Any, language: str = "pt") -> str:
    """Of a message, or of a column that stores one."""
    return translator().render(from_json(stored) if isinstance(stored, dict) else stored, language)


def in_language(value: Any, language: str) -> Any:
    """A report, or a part of it, with its texts in that language."""
    if isinstance(value, _VALUES):
        return localizer(language).render(value)
    if isinstance(value, _PARTS):
        return replace(value, **{one.name: in_language(getattr(value, one.name), language) for one in fields(value)})
    if isinstance(value, list | tuple):
        return type(value)(in_language(one, language) for one in value)
    return value


def reads(value: Value, language: str = "pt") -> str:
    """A message in that language."""
    return translator().render(value, language)
