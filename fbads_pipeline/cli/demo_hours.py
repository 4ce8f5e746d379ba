"""The demo's past by the hour: what a home knows that has been read while its days ran."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.collection import ads_api, raw_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.core.days import DayRange, local_day
from fbads_pipeline.services.collection.plan_sync import list_accounts
from fbads_pipeline.settings import Settings

DAYS = 15
_LEVELS = (Grain("account"), Grain("campaign"))
_HOUR, _LATER = timedelta(hours=1), timedelta(minutes=2)


def read_past_hours(database: Database, settings: Settings) -> int:
    """Read the first account's last days as of each of their hours, oldest first; how many readings that were.

    Before anything else is read: a reading that is older than what is stored would put back what is newer. The
    sandbox's clock is set to each hour, and to the present in the end.
    """
    ads, raw, present = ads_api(settings, database), raw_store(database), clock(settings)
    account = list_accounts(ads, raw, present)[0]
    now, zone, count = present.now(), account.timezone_name, 0
    today = local_day(now, zone)
    try:
        for back in range(DAYS, -1, -1):
            day = today - timedelta(days=back)
            for at in _hours_of(day, zone, now):
                _set_clock(settings, at)
                for grain in _LEVELS:
                    days = DayRange(day, day)
                    pages = ads.insights(account.account_id, grain, days)
                    raw.apply_insights(account.account_id, grain, days, pages, run_id=f"demo-{day}", read_at=at)
                count += 1
    finally:
        _set_clock(settings, settings.now or datetime.now(UTC))
    return count


def _hours_of(day: date, zone: str, now: datetime) -> list[datetime]:
    """A little after each of its hours begins, and after the last one of the day has passed."""
    begun, ended = (
        datetime.combine(one, time(), ZoneInfo(zone)).astimezone(UTC) for one in (day, day + timedelta(days=1))
    )
    found, at = [], begun + _LATER
    while at <= ended + _LATER and at < now:
        found.append(at)
        at += _HOUR
    return found


def _set_clock(settings: Settings, at: datetime) -> None:
    import requests  # takes a while to import

    answer = requests.post(f"{settings.graph_url}/__sandbox/clock", json={"now": at.isoformat()}, timeout=60)
    answer.raise_for_status()
