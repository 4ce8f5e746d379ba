"""Findings and recoveries as messages of the catalogue `anomalies`; amounts of exports have no currency."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.alerts.titles import since_when
from fbads_pipeline.domain.anomalies.account_readings import Grain
from fbads_pipeline.domain.anomalies.findings import THRESHOLD_MARKS, THRESHOLD_SHIFT, Cause, Finding
from fbads_pipeline.domain.core.messages import (
    Count,
    Instant,
    Joined,
    Message,
    Money,
    Percent,
    Value,
    message,
    sentences,
)

# Windows beyond two days are written in days.
_LONGEST_IN_HOURS = 48
_LEAST_STAKE = 0.005
# From here on cents say nothing.
_WITHOUT_CENTS = 1e9
_FINDING = "anomalies.finding"
_MONEY = frozenset({"spend", "cpm", "cpa"})
_CAUSES: Mapping[str, Callable[[Mapping[str, float | str]], Message]] = {
    "budget_edit": lambda found: message("anomalies.cause.budget_edit", count=_number(found["days_ago"]).value),
    "ads_edited": lambda found: message("anomalies.cause.ads_edited", count=_number(found["days_ago"]).value),
    "account_wide": lambda found: message("anomalies.cause.account_wide"),
    "recently_resumed": lambda found: message("anomalies.cause.recently_resumed"),
    "tracking": lambda found: message(
        "anomalies.cause.tracking", clicks=_number(found["clicks"]), usual_clicks=_number(found["usual_clicks"])
    ),
    "tracking_days": lambda found: message(
        "anomalies.cause.tracking_days", clicks=_number(found["clicks"]), usual_clicks=_number(found["usual_clicks"])
    ),
}


def finding_message(finding: Finding, zone: str, currency: str | None, grain: Grain = "half_hour") -> Value:
    """What was found, in one to six sentences. zone: the account's, in which the finding's instants are local.

    currency: of its money; amounts are plain numbers where it is not known.
    """
    if finding.kind == "explained":
        return _budget_edited(finding, zone, currency)
    if finding.kind == "resolved":
        key = "new_usual" if finding.used.get("settled") else "back_to_usual"
        figures = _figures(finding, currency, *(("observed",) if key == "new_usual" else ("observed", "expected")))
        return Message(f"anomalies.{key}", figures)
    parts: list[Value] = [
        Message(
            "anomalies.finding",
            {
                "what": kind_message(finding.what),
                "window": _window(finding.hours),
                "since": _instant(finding.since, zone),
                **_figures(finding, currency, "observed", "expected", "low", "high"),
            },
        )
    ]
    if grain == "day":
        parts.append(message("anomalies.by_whole_days"))
    if finding.what == "tracking_break":
        parts.append(message("anomalies.check_pixel"))
    if finding.what == "page_drop":
        parts.append(message("anomalies.check_page"))
    if finding.stake >= _LEAST_STAKE:
        parts.append(_at_stake(finding, currency))
    if finding.causes:
        parts.append(message("anomalies.likely", causes=Joined(tuple(map(_cause, finding.causes)), "; ")))
    if finding.used.get(THRESHOLD_SHIFT):
        parts.append(_threshold(finding.used[THRESHOLD_SHIFT], round(finding.used[THRESHOLD_MARKS])))
    return sentences(*parts) if len(parts) > 1 else parts[0]


def _at_stake(finding: Finding, currency: str | None) -> Message:
    """Money a day, and by what it is valued: the client's target, else the campaign's own usual."""
    stake, worth = _money(finding.stake, currency), finding.worth
    if worth is None:
        return message("anomalies.stake_by_usual", stake=stake)
    if worth.roas is None:
        lost, cpa = _number(finding.lost_conversions), _money(float(worth.amount or 0), currency)
        return message("anomalies.stake_by_cpa", stake=stake, conversions=lost, cpa=cpa)
    roas = Count(worth.roas)
    if finding.lost_value > 0:
        return message("anomalies.stake_by_value", stake=stake, roas=roas)
    lost, value = _number(finding.lost_conversions), _money(float(worth.amount or 0), currency)
    return message("anomalies.stake_by_roas", stake=stake, conversions=lost, value=value, roas=roas)


def _threshold(shift: float, marks: int) -> Message:
    """How far people's marks moved the threshold."""
    key = "anomalies.threshold_raised" if shift > 0 else "anomalies.threshold_lowered"
    return message(key, count=marks, by=_number(abs(shift)))


def recovery_message(kind: str, since: datetime, closed_at: datetime, zone: str) -> Message:
    """That an anomaly of that kind is over, and how long it lasted; both instants are aware."""
    return message(
        "anomalies.recovered", what=kind_message(kind), closed_at=Instant(closed_at, zone), since=Instant(since, zone)
    )


def correction_message(finding: Finding, zone: str, currency: str, kind: str, since: datetime) -> Message:
    """That an anomaly of that kind since that instant (aware) does not hold; finding: the figures as they read now."""
    return Message(
        "anomalies.corrected",
        {
            "what": kind_message(kind),
            "since": Instant(since, zone),
            **_figures(finding, currency, "observed", "expected"),
        },
    )


def kind_message(kind: str) -> Message:
    """The name of that kind of anomaly: `O gasto caiu`."""
    return message(f"anomalies.kind.{kind}")


def _budget_edited(finding: Finding, zone: str, currency: str | None) -> Message:
    edit = finding.causes[0].evidence
    return Message(
        "anomalies.budget_edited",
        {
            "old": _money(edit["old"], currency),
            "new": _money(edit["new"], currency),
            "at": _instant(finding.since, zone),
            "window": message("anomalies.hours", count=round(finding.hours)),
            **_figures(finding, currency, "observed", "expected"),
        },
    )


def _figures(finding: Finding, currency: str | None, *names: str) -> dict[str, Value]:
    return {name: _figure(finding.metric, getattr(finding, name), currency) for name in names}


def _figure(metric: str, value: float, currency: str | None) -> Value:
    if metric in _MONEY:
        return _money(value, currency)
    return Percent(Decimal(repr(round(value, 6)))) if metric == "ctr" else _number(value)


def _money(value: float | str, currency: str | None) -> Value:
    number = _number(value)
    return number if currency is None else Money(Decimal(number.value), currency)


def _number(value: float | str) -> Count:
    number = float(value)
    return Count(Decimal(repr(round(number, 2 if abs(number) < _WITHOUT_CENTS else 0))))


def _window(hours: float) -> Message:
    if hours > _LONGEST_IN_HOURS:
        return message("anomalies.days", count=round(hours / 24))
    return message("anomalies.hours", count=Decimal(repr(hours)))


def _instant(local: datetime, zone: str) -> Instant:
    return Instant(local.replace(tzinfo=ZoneInfo(zone)), zone)


def _cause(cause: Cause) -> Message:
    return _CAUSES[cause.name](cause.evidence)


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
