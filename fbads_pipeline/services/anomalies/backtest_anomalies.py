"""What the detectors would have found in stored days. Nothing is written; what is stored of anomalies is ignored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.anomalies.account_readings import DetectedAnomaly
from fbads_pipeline.domain.anomalies.daily.daily_figures import CampaignDay, DailyFigures, KnownAnomaly
from fbads_pipeline.domain.anomalies.daily.past_anomalies import (
    MarkComparison,
    PastAnomaly,
    compare_with_marks,
    past_anomalies,
)
from fbads_pipeline.domain.anomalies.findings import AccountPreferences
from fbads_pipeline.domain.clients.conversion_worth import ConversionWorths
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.services.anomalies.detect_anomalies import preferences_of

# Days before the period: six weeks of baseline of whole days, four of half hours and a week until they settle.
_BASELINE_DAYS, _HALF_HOUR_DAYS = 49, 35


@dataclass(frozen=True)
class AccountBacktest:
    """One account's period. past: oldest first; rows: its days as they read now; days: those of the period that were
    read.

    half_hour_readings: readings that were replayed; days_known: days read before and in the period; days_needed: from
    how many on whole days are assessed; marks: what people said of the anomalies among them that they have marked.
    """

    account_id: str
    currency: str
    past: Sequence[PastAnomaly]
    rows: Sequence[CampaignDay]
    days: Sequence[date]
    half_hour_readings: int
    days_known: int
    days_needed: int
    marks: MarkComparison

    @property
    def days_read(self) -> int:
        """Days of the period that were read."""
        return len(self.days)


def backtest_anomalies(
    anomalies: Anomalies, accounts: Sequence[Account], days: DayRange, targets: ConversionWorths | None = None
) -> Iterator[AccountBacktest]:
    """Each account with a currency, by the code that follows it live.

    Whole days by the figures that are stored now, so that late conversions are in; half hours as they were read, where
    they were.
    """
    for account in accounts:
        found = _account(anomalies, account, days, targets)
        if found is not None:
            yield found


def _account(
    anomalies: Anomalies, known: Account, days: DayRange, targets: ConversionWorths | None
) -> AccountBacktest | None:
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.anomalies.daily.day_detection import days_backtested
    from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings

    after = datetime.combine(days.until + timedelta(days=1), time(12), ZoneInfo(known.timezone_name or "UTC"))
    wanted = len(days) + _BASELINE_DAYS
    account = anomalies.days(known.account_id, now=after, days=wanted, version="backtest", known=None)
    if account is None:
        return None
    said = preferences_of(account, anomalies, targets)
    readings, by_half_hours = _by_half_hours(anomalies, account, days, said)
    settings = replace(DaySettings(), assessed_days=len(days))
    events = days_backtested(replace(account, known=[_known(one) for one in by_half_hours]), settings, said)
    by_days = [one for one in past_anomalies(events, account.timezone_name) if one.since_on in days]
    past = sorted([*by_half_hours, *by_days], key=lambda one: (one.found.detected_at, one.found.anomaly_id))
    return AccountBacktest(
        account.account_id,
        account.currency,
        past,
        [row for row in account.rows if row.day in days],
        sorted(day for day in account.read_at if day in days),
        readings,
        len(account.read_at),
        settings.days_needed,
        compare_with_marks(past, anomalies.marked(account.account_id)),
    )


def _by_half_hours(
    anomalies: Anomalies, account: DailyFigures, days: DayRange, said: AccountPreferences
) -> tuple[int, list[PastAnomaly]]:
    """Readings replayed, and what they show in the period; none where the period was not read as it went by."""
    # numpy and scipy are heavy: imported where they are needed.
    from fbads_pipeline.domain.anomalies.account_detection import run_detectors
    from fbads_pipeline.domain.anomalies.settings import DetectionSettings

    zone = ZoneInfo(account.timezone_name)
    since = datetime.combine(days.since - timedelta(days=_HALF_HOUR_DAYS), time(), zone)
    until = datetime.combine(days.until + timedelta(days=1), time(), zone)
    stored = anomalies.readings(account.account_id, since=since, days=_HALF_HOUR_DAYS)
    if stored is None:
        return 0, []
    stored = replace(stored, runs=[run for run in stored.runs if run[0] <= until], learning=frozenset())
    result = run_detectors(stored, None, DetectionSettings(), said)
    if result is None:
        return 0, []
    past = past_anomalies(result.events, account.timezone_name)
    return result.readings, [one for one in past if one.found_on in days]


def _known(one: PastAnomaly) -> KnownAnomaly:
    """What half hours show is not said again by whole days."""
    found: DetectedAnomaly = one.found
    return KnownAnomaly(
        found.anomaly_id, found.campaign_id, found.kind, found.metric, found.grain, found.since, one.ended_at, None
    )
