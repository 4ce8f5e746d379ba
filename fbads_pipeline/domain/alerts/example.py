"""A made alert, for people who want to see what messages look like before there is one."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of
from fbads_pipeline.domain.alerts.brief import BriefLine, brief_of
from fbads_pipeline.domain.alerts.charts import AlertChart, chart_fact
from fbads_pipeline.domain.alerts.titles import headline, per_day, since_when
from fbads_pipeline.domain.core.messages import Count, Message, Name, Value, lines, message

_CAMPAIGNS = (("Coleção Verão | Broad", 1240.0), ("Remarketing", 560.0), ("Lançamento Tênis", 300.0), ("Frete", 90.0))
_CONVERSIONS = (31, 27, 34, 40, 22, 19, 30, 29, 33, 36, 41, 20, 18, 0)


def example_alert(now: datetime) -> Alert:
    """An anomaly of four campaigns of a shop that does not exist. now: an aware instant."""
    total = sum(stake for _, stake in _CAMPAIGNS)
    title = headline(
        Name("Loja Ipê", ""),
        message("alerts.example.what"),
        money=per_day(total, "BRL"),
        since=since_when(now.replace(hour=8), "UTC", now.date()),
    )
    brief = brief_of([BriefLine(name, _found(stake), per_day(stake, "BRL")) for name, stake in _CAMPAIGNS])
    body = lines(message("alerts.example.note"), "", *(name for name, _ in _CAMPAIGNS))
    return alert_of(
        AlertText(title, body, brief),
        account_id=None,
        rule="anomalies",
        entity="example",
        severity="critical",
        window_start=now.date(),
        facts={"is_example": True, **chart_fact(_chart(now.date()))},
    )


def _chart(today: date) -> AlertChart:
    """Conversions of the first campaign, none of them yesterday."""
    values = tuple(Decimal(one) for one in _CONVERSIONS)
    first = today - timedelta(days=len(values))
    return AlertChart("conversions", None, first, values, frozenset(), {}, since=today - timedelta(days=1))


def _found(stake: float) -> Message:
    figures: dict[str, Value] = {
        "observed": Count(0),
        "window": message("anomalies.hours", count=6),
        "expected": Count(Decimal(round(stake / 45))),
    }
    return Message("anomalies.brief.figures", {"what": message("anomalies.brief.tracking_break"), **figures})
