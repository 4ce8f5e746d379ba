"""Detecting anomalies: what was read since the last time → detectors → anomalies opened and closed → outbox.

Half-hour readings as they come; whole days once they have ended, from the first day on over what was backfilled.

The same readings a second time write nothing; what a crash lost is done again by the next run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from functools import partial

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, DetectedAnomaly
from fbads_pipeline.domain.anomalies.daily.daily_figures import HISTORY_DAYS, DayWatch
from fbads_pipeline.domain.anomalies.daily.past_anomalies import marks_by_kind
from fbads_pipeline.domain.anomalies.delivery_causes import may_be_explained, with_delivery
from fbads_pipeline.domain.anomalies.findings import AccountPreferences
from fbads_pipeline.domain.anomalies.messages import UnannouncedAnomalies, compose_anomalies, compose_digest
from fbads_pipeline.domain.clients.conversion_worth import AccountWithCurrency, ConversionWorths
from fbads_pipeline.domain.core.links import account_page
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.metrics import Marts

# Baselines look back 28 days; a week more lets them settle when everything is replayed.
REPLAYED_DAYS = 35
DIGEST_AT = time(8)


@dataclass(frozen=True)
class DetectionReport:
    """readings: account → how many were new; rows_written: anomalies opened, closed, corrected, or outlasting what
    explained them; current: the open ones; days: account → complete days known, where whole days were assessed anew."""

    readings: Mapping[str, int]
    rows_written: int
    current: tuple[DetectedAnomaly, ...]
    days: Mapping[str, int] = field(default_factory=dict)


def detect_anomalies(
    marts: Marts,
    anomalies: Anomalies,
    clock: Clock,
    calendar: CalendarEvents | None = None,
    targets: ConversionWorths | None = None,
) -> DetectionReport:
    """Run the detectors over every account's new readings, and over its whole days, one transaction each.

    calendar: its days explain moderate anomalies; targets: value what is lost.
    """
    readings, days, written = {}, {}, 0
    for account in marts.accounts():
        readings[account.account_id], rows = _detect(anomalies, account.account_id, clock, calendar, targets)
        known, day_rows = _assess_days(anomalies, account.account_id, clock, calendar, targets)
        if known is not None:
            days[account.account_id] = known
        written += rows + day_rows
    written += anomalies.release_held_back(now=clock.now())
    return DetectionReport(readings, written, tuple(anomalies.current()), days)


def announce_anomalies(
    anomalies: Anomalies,
    clock: Clock,
    recipients: Sequence[Recipient],
    *,
    digest_at: time = DIGEST_AT,
    public_url: str | None = None,
) -> int:
    """Into the outbox: per account what is new and what is over, and once a day the digest of what was held back.

    digest_at: the account's own time; returns how many messages were written.
    """

    def compose(found: UnannouncedAnomalies) -> list[Alert]:
        return compose_anomalies(found, link=account_page(public_url, found.account_id))

    def compose_all(found: UnannouncedAnomalies) -> Alert:
        return compose_digest(found, link=account_page(public_url, found.account_id))

    announced = anomalies.announce(compose=compose, recipients=recipients, now=clock.now())
    return announced + anomalies.digest(compose=compose_all, recipients=recipients, now=clock.now(), at=digest_at)


def preferences_of(
    account: AccountWithCurrency, anomalies: Anomalies, targets: ConversionWorths | None
) -> AccountPreferences:
    """What people have said of the account: its marks, and targets where there are some."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.anomalies.state.threshold_shift import shifts_of

    shifts = shifts_of(marks_by_kind(anomalies.marked(account.account_id)))
    if targets is None:
        return AccountPreferences(shifts=shifts)
    return AccountPreferences(partial(targets.worth_of, account), shifts)


def _detect(
    anomalies: Anomalies,
    account_id: str,
    clock: Clock,
    calendar: CalendarEvents | None,
    targets: ConversionWorths | None,
) -> tuple[int, int]:
    """How many readings were new, and rows written. numpy is loaded only where detectors run."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.anomalies.account_detection import run_detectors
    from fbads_pipeline.domain.anomalies.settings import DetectionSettings
    from fbads_pipeline.domain.anomalies.state.packing import version_of

    settings = DetectionSettings()
    stored = anomalies.detectors(account_id)
    is_known = stored is not None and stored.version == version_of(settings)
    since = stored.read_until if stored and is_known else None
    account = anomalies.readings(account_id, since=since, days=REPLAYED_DAYS)
    if account is None or not account.runs:
        return 0, 0
    result = run_detectors(account, stored, settings, preferences_of(account, anomalies, targets))
    if result is None:
        return 0, 0
    events = _with_delivery(result.events, account_id, anomalies)
    result = replace(result, events=_with_calendar(events, account_id, account.timezone_name, calendar))
    return result.readings, anomalies.save(account_id, stored, result, now=clock.now())


def _assess_days(
    anomalies: Anomalies,
    account_id: str,
    clock: Clock,
    calendar: CalendarEvents | None,
    targets: ConversionWorths | None,
) -> tuple[int | None, int]:
    """Complete days known (None: nothing new to assess), and rows written."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.anomalies.daily.day_detection import assess_days, day_version
    from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings

    settings, now = DaySettings(), clock.now()
    before = anomalies.day_watch(account_id)
    account = anomalies.days(account_id, now=now, days=HISTORY_DAYS, version=day_version(settings), known=before)
    if account is None:
        return None, 0
    said = preferences_of(account, anomalies, targets)
    found = assess_days(account, settings, now=now, preferences=said)
    assessed = _with_delivery(found, account_id, anomalies)
    events = _with_calendar(assessed, account_id, account.timezone_name, calendar)
    watch = DayWatch(account.fingerprint, len(account.read_at), settings.days_needed)
    return watch.days_read, anomalies.save_days(account_id, before, watch, events, now=now)


def _with_delivery(
    events: Sequence[DetectedAnomaly | AnomalyClosure], account_id: str, anomalies: Anomalies
) -> Sequence[DetectedAnomaly | AnomalyClosure]:
    """Delivery problems are read only where spend fell."""
    return with_delivery(events, anomalies.delivery_problems(account_id)) if may_be_explained(events) else events


def _with_calendar(
    events: Sequence[DetectedAnomaly | AnomalyClosure],
    account_id: str,
    timezone_name: str,
    calendar: CalendarEvents | None,
) -> Sequence[DetectedAnomaly | AnomalyClosure]:
    """The calendar is read only where something was detected."""
    if calendar is None:
        return events
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.anomalies.calendar_causes import local_days, with_calendar

    spans = [local_days(one, timezone_name) for one in events if not isinstance(one, AnomalyClosure)]
    if not spans:
        return events
    days = calendar.between(account_id, min(first for first, _ in spans), max(last for _, last in spans))
    return with_calendar(events, days, timezone_name)
