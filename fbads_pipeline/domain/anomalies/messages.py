"""Alerts about anomalies: what is new in one alert per account, a recovery as a reply, the rest in a digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import DIGEST, MOST_SEVERE_FIRST, Alert, AlertText, Severity, alert_of
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine, brief_of
from fbads_pipeline.domain.alerts.charts import AlertChart, chart_fact
from fbads_pipeline.domain.alerts.message_layout import Layout, Part, laid_out, sparkline
from fbads_pipeline.domain.alerts.titles import headline, per_day
from fbads_pipeline.domain.anomalies.finding_messages import found_in_brief, kind_in_brief, since
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import (
    Count,
    Day,
    Headline,
    Message,
    Money,
    Name,
    Value,
    lines,
    message,
    to_json,
)

ANOMALIES, ANOMALIES_OVER = "anomalies", "anomalies.over"
MOST_LISTED = 10


@dataclass(frozen=True)
class AnomalyPart:
    """One anomaly, or its recovery. text: on one line; at_stake: money per day.

    last_days: the metric's last complete days, oldest first, None where it is not known; announced_alert_id: the alert
    that announced it; is_correction: what was announced does not hold; chart: those days as a picture draws them.
    """

    anomaly_id: str
    campaign_id: str
    campaign_name: str | None
    kind: str
    severity: Severity
    at_stake: float
    is_account_wide: bool
    is_recovery: bool
    text: Value
    announced_alert_id: str | None = None
    last_days: tuple[float | None, ...] = ()
    is_correction: bool = False
    chart: AlertChart | None = None

    @property
    def campaign(self) -> Name:
        """The campaign's name, or its id where it has none."""
        return Name(self.campaign_name, message("core.campaign", id=self.campaign_id))


@dataclass(frozen=True)
class UnannouncedAnomalies:
    """What is to be announced of one account; day: account-local day of the newest reading among it."""

    account_id: str
    account_name: str | None
    currency: str
    day: date
    parts: tuple[AnomalyPart, ...]

    @property
    def account(self) -> Name:
        """The account's name, or its id where it has none."""
        return Name(self.account_name, message("core.account", id=self.account_id))


def compose_anomalies(found: UnannouncedAnomalies, *, link: str | None = None) -> list[Alert]:
    """One alert about what is new, most at stake first, and a reply to each alert whose anomalies have ended."""
    opened = [one for one in found.parts if not one.is_recovery]
    recovered: dict[tuple[str | None, bool], list[AnomalyPart]] = {}
    for one in found.parts:
        if one.is_recovery:
            recovered.setdefault((one.announced_alert_id, one.is_correction), []).append(one)
    alerts = [_compose(found, opened, ANOMALIES, link)] if opened else []
    return alerts + [_compose(found, parts, ANOMALIES_OVER, None, alert) for (alert, _), parts in recovered.items()]


def compose_digest(found: UnannouncedAnomalies, *, link: str | None = None) -> Alert:
    """What was held back since the last digest, one anomaly on a line; most at stake first, recoveries marked."""
    parts = _in_order(found.parts)
    layout = Layout(
        lead=message("anomalies.digest.lead"),
        parts=[(_line(number, one),) for number, one in enumerate(parts, 1)],
        closing="" if link is None else lines("", message("anomalies.digest.see_all", link=link)),
    )
    still_open = sum(not one.is_recovery for one in parts)
    key = "anomalies.headline.digest" if still_open == len(parts) else "anomalies.headline.digest_mostly_over"
    what = message(key, count=len(parts), day=Day(found.day, is_short=True), open=Count(still_open))
    stake = sum(one.at_stake for one in parts if not one.is_recovery)
    title = headline(found.account, what, money=per_day(stake, found.currency))
    return alert_of(
        AlertText(title, layout.body, _brief(found, parts)),
        account_id=found.account_id,
        rule=DIGEST,
        entity=found.account_id,
        severity="info",
        window_start=found.day,
        facts=_facts(found, parts),
    )


def _compose(
    found: UnannouncedAnomalies,
    unordered: Sequence[AnomalyPart],
    rule: str,
    link: str | None,
    replies_to: str | None = None,
) -> Alert:
    parts = _in_order(unordered)
    severity: Severity = min((one.severity for one in parts), key=lambda one: MOST_SEVERE_FIRST[one], default="info")
    layout = _layout(found, parts, link)
    listed = [{"anomaly_id": one.anomaly_id} for one in parts[:MOST_LISTED]]
    return alert_of(
        AlertText(_title(found, parts), layout.body, _brief(found, parts)),
        account_id=found.account_id,
        rule=rule,
        entity=found.account_id,
        severity="info" if rule == ANOMALIES_OVER else severity,
        window_start=found.day,
        occasion=f"{found.day.isoformat()}.{_digest_of(parts)}",
        facts=_facts(found, parts) | laid_out(layout, listed) | chart_fact(_in_brief_order(parts)[0].chart),
        replies_to=replies_to,
    )


def _digest_of(parts: Sequence[AnomalyPart]) -> str:
    """The same for the same anomalies, so that they are announced once."""
    names = sorted(one.anomaly_id + ("|corrected" if one.is_correction else "") for one in parts)
    return hashlib.sha256("|".join(names).encode()).hexdigest()[:32]


def _in_order(parts: Sequence[AnomalyPart]) -> list[AnomalyPart]:
    return sorted(
        parts, key=lambda one: (one.is_recovery, MOST_SEVERE_FIRST[one.severity], -one.at_stake, one.campaign_id)
    )


def _facts(found: UnannouncedAnomalies, parts: Sequence[AnomalyPart]) -> dict[str, object]:
    return {
        "account_id": found.account_id,
        "day": found.day.isoformat(),
        "currency": found.currency,
        "anomalies": [
            {
                **{name: value for name, value in vars(one).items() if name not in ("last_days", "chart")},
                "campaign_name": plain_name(one.campaign_name, one.campaign_id),
                "text": to_json(one.text),
            }
            for one in parts
        ],
    }


def _title(found: UnannouncedAnomalies, parts: Sequence[AnomalyPart]) -> Headline:
    what: Value = message("anomalies.headline.several", count=len(parts))
    if all(one.is_correction for one in parts):
        what = message("anomalies.headline.corrected", count=len(parts))
    elif parts[0].is_recovery:
        what = message("anomalies.headline.back_to_usual", count=len(parts))
    elif sum(one.is_account_wide for one in parts) > 1:
        what = message("anomalies.headline.account_moved", count=len(parts))
    elif len(parts) == 1:
        what = kind_in_brief(parts[0].kind)
    if parts[0].is_recovery:
        return Headline(found.account, what)
    stake = sum(one.at_stake for one in parts if not one.is_recovery)
    return headline(
        found.account, what, money=per_day(stake, found.currency), since=since([one.text for one in parts], found.day)
    )


def _layout(found: UnannouncedAnomalies, parts: Sequence[AnomalyPart], link: str | None) -> Layout:
    more = len(parts) - MOST_LISTED
    closing: list[Value] = [] if more <= 0 else [message("anomalies.alert.more", count=more)]
    if not parts[0].is_recovery:
        closing += ["", message("anomalies.alert.to_do")]
        closing += [] if link is None else [message("anomalies.alert.see", link=link)]
    return Layout(
        lead=_at_stake(found, parts),
        parts=[_part(number, one) for number, one in enumerate(parts[:MOST_LISTED], 1)],
        closing=lines(*closing) if closing else "",
    )


def _brief(found: UnannouncedAnomalies, parts: Sequence[AnomalyPart]) -> Brief:
    """The most at stake first, what is over last; all of one account, so of one currency."""
    return brief_of([_brief_line(found, one) for one in _in_brief_order(parts)])


def _in_brief_order(parts: Sequence[AnomalyPart]) -> list[AnomalyPart]:
    return sorted(parts, key=lambda one: (one.is_recovery, -one.at_stake, one.campaign_id))


def _brief_line(found: UnannouncedAnomalies, one: AnomalyPart) -> BriefLine:
    subject = {"anomaly_id": one.anomaly_id}
    if one.is_recovery:
        over = "corrected" if one.is_correction else "over"
        return BriefLine(one.campaign, message(f"anomalies.brief.{over}", what=kind_in_brief(one.kind)), "", subject)
    said = found_in_brief(one.kind, one.text)
    return BriefLine(one.campaign, said, per_day(one.at_stake, found.currency), subject)


def _at_stake(found: UnannouncedAnomalies, parts: Sequence[AnomalyPart]) -> Value:
    stake = Decimal(repr(round(sum(one.at_stake for one in parts if not one.is_recovery), 2)))
    return message("anomalies.alert.at_stake", amount=Money(stake, found.currency)) if stake > 0 else ""


def _part(number: int, one: AnomalyPart) -> Part:
    chart = "" if one.is_recovery else sparkline(one.last_days)
    drawn = (message("anomalies.alert.last_days", count=len(one.last_days), chart=chart),) if chart else ()
    return (message("anomalies.alert.campaign", number=str(number), campaign=one.campaign), one.text, *drawn)


def _line(number: int, one: AnomalyPart) -> Message:
    text = message("anomalies.digest.ended", text=one.text) if one.is_recovery else one.text
    return message("anomalies.digest.line", number=str(number), campaign=one.campaign, text=text)
