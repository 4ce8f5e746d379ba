"""Findings in a few words, for titles and the lines under them; figures as the whole message has them."""

from collections.abc import Sequence
from datetime import date

from fbads_pipeline.domain.alerts.titles import since_when
from fbads_pipeline.domain.core.messages import Instant, Joined, Message, Value, message

_FINDING = "anomalies.finding"


def kind_in_brief(kind: str) -> Message:
    """CTR despencou."""
    return message(f"anomalies.brief.{kind}")


def found_in_brief(kind: str, text: Value) -> Value:
    """CTR despencou: 0,55 % em 24 horas (esperado 2,16 %). text: as the anomaly was stored; one without figures is said
    by its kind alone."""
    found = _finding(text)
    if found is None:
        return kind_in_brief(kind)
    figures = {name: found.values[name] for name in ("observed", "window", "expected")}
    return Message("anomalies.brief.figures", {"what": kind_in_brief(kind), **figures})


def since(texts: Sequence[Value], day: date) -> Value:
    """Since when the first of them holds: the time where that is the day of the alert, else the day; "" where no text
    says it."""
    instants = [found.values.get("since") for found in map(_finding, texts) if found is not None]
    known = [one for one in instants if isinstance(one, Instant)]
    if not known:
        return ""
    first = min(known, key=lambda one: one.at)
    return since_when(first.at, first.zone, day)


def _finding(text: Value) -> Message | None:
    """The sentence with the figures, in whatever it is joined with."""
    if isinstance(text, Message):
        if text.key == _FINDING:
            return text
        return next((found for found in map(_finding, text.values.values()) if found), None)
    if isinstance(text, Joined):
        return next((found for found in map(_finding, text.parts) if found), None)
    return None
