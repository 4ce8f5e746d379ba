"""An account's complete days for the day-level detectors, from the marts."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.anomalies.account_inputs import INPUTS, object_inputs
from fbads_pipeline.domain.anomalies.daily.daily_figures import CampaignDay, DailyFigures, DayWatch, KnownAnomaly
from fbads_pipeline.domain.core.days import DayRange

# Anomalies that ended this long before the first day of the period are no concern of it.
_ENDED_DAYS = timedelta(days=14)
# The two newest days are read at every tick: what is restated of them waits for the next day.
_TRAILING_DAYS = timedelta(days=1)


def read_daily_figures(
    connection: sa.Connection, account_id: str, *, now: datetime, days: int, version: str, known: DayWatch | None
) -> DailyFigures | None:
    """None where there is nothing to assess, or nothing new: one small query finds that out."""
    if not connection.execute(INPUTS["has_days"]).scalar_one():
        return None
    account = connection.execute(INPUTS["account"], {"account": account_id}).one_or_none()
    if account is None:
        return None
    zone = ZoneInfo(account.timezone_name or "UTC")
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    period = DayRange(yesterday - timedelta(days=days - 1), yesterday)
    values = {"account": account_id, "since": period.since, "until": period.until}
    read_at = {row.day: row.read_at for row in connection.execute(INPUTS["days_read"], values)}
    newest = max(read_at, default=period.since)
    older = [at for day, at in read_at.items() if day < newest - _TRAILING_DAYS]
    restated_on = max(older).astimezone(zone).date() if older else None
    fingerprint = f"{version}|{newest}|{len(read_at)}|{restated_on}"
    if known is not None and known.fingerprint == fingerprint:
        return None
    ended_after = now - _ENDED_DAYS
    return DailyFigures(
        account_id,
        account.currency,
        zone.key,
        period,
        fingerprint,
        read_at,
        [CampaignDay(*row) for row in connection.execute(INPUTS["campaign_days"], values)],
        **object_inputs(connection, account_id),
        known=[
            KnownAnomaly(*row)
            for row in connection.execute(INPUTS["known_anomalies"], {**values, "ended_after": ended_after})
        ],
    )
