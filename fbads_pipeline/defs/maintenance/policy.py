"""From when on something counts as an incident, as the settings say."""

from datetime import UTC, datetime, timedelta

from fbads_pipeline.services.health.watch_incidents import WatchPolicy
from fbads_pipeline.settings import Settings

_UP_SINCE = datetime.now(UTC)


def watch_policy(settings: Settings) -> WatchPolicy:
    stale_after = timedelta(hours=settings.stale_hours)
    return WatchPolicy(settings.token_warning_days, settings.api_version, stale_after, _UP_SINCE)
