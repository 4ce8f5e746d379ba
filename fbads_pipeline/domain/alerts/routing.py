"""Who receives which alert, and when: severity, accounts, quiet hours. A critical one ignores quiet hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.alerts.alerts import DIGEST, MOST_SEVERE_FIRST, REPORT, Alert, Severity

Hours = tuple[time, time]


@dataclass(frozen=True)
class Recipient:
    """channel: name of a channel; address: Slack channel id, e-mail address … as that channel reads it.

    quiet: first and last moment of every night, in `timezone`; accounts: empty for all; digest_at: when the digest
    comes, at once without it; reports: the kinds that are sent to them; opted_in_on: the day on which a person agreed
    to be written to (WhatsApp asks for it); receives_system_alerts: also of what concerns no single account.
    """

    channel: str
    address: str
    name: str = ""
    language: str = "pt"
    timezone: str = "UTC"
    quiet: Hours | None = None
    least_severity: Severity = "info"
    accounts: frozenset[str] = frozenset()
    digest_at: time | None = None
    receives_digest: bool = True
    reports: frozenset[str] = frozenset({"daily", "weekly", "monthly", "executive"})
    opted_in_on: date | None = None
    receives_system_alerts: bool = True

    def receives(self, alert: Alert) -> bool:
        """Whether that alert is for them."""
        if alert.account_id is None and not self.receives_system_alerts:
            return False
        if self.accounts and alert.account_id is not None and alert.account_id not in self.accounts:
            return False
        if alert.rule == DIGEST:
            return self.receives_digest
        if alert.rule.startswith(f"{REPORT}."):
            return alert.rule.partition(".")[2] in self.reports
        return MOST_SEVERE_FIRST[alert.severity] <= MOST_SEVERE_FIRST[self.least_severity]

    def wait(self, alert: Alert, now: datetime) -> timedelta:
        """How long the alert waits: for the time of the digest, or for the end of their quiet hours."""
        local = now.astimezone(ZoneInfo(self.timezone))
        start = local
        if alert.rule == DIGEST and self.digest_at is not None:
            start = _next(local, self.digest_at)
        if self.quiet is not None and alert.severity != "critical" and _is_within(start.time(), self.quiet):
            start = _next(start, self.quiet[1])
        return start.astimezone(now.tzinfo) - now


@dataclass(frozen=True)
class PlannedDelivery:
    """One message for one recipient; wait: before the first attempt."""

    recipient: Recipient
    wait: timedelta


def route(alert: Alert, recipients: Iterable[Recipient], now: datetime) -> list[PlannedDelivery]:
    """A delivery per recipient that receives it, each address of a channel once. now: an aware instant."""
    receiving = {(one.channel, one.address): one for one in recipients if one.receives(alert)}
    return [PlannedDelivery(one, one.wait(alert, now)) for one in receiving.values()]


def _next(local: datetime, moment: time) -> datetime:
    """The next time that local clocks show it; a moment that a change of clocks skips comes an hour later."""
    day = local.date() if local.time() <= moment else local.date() + timedelta(days=1)
    return datetime.combine(day, moment, local.tzinfo)


def _is_within(moment: time, hours: Hours) -> bool:
    first, last = hours
    return first <= moment < last if first <= last else moment >= first or moment < last
