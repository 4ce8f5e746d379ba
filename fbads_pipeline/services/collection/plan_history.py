"""A new account's history: read by itself, in parts, the newest days first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fbads_pipeline.domain.collection.account_listing import is_known_zone
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.days import DayRange, local_day, unread_history
from fbads_pipeline.ports.collection import RawStore

# As many days as one run of Dagster's partitions takes.
LONGEST_PART_DAYS = 31


@dataclass(frozen=True)
class HistoryPart:
    """What one run reads: the accounts that lack some of these days."""

    days: DayRange
    account_ids: tuple[str, ...]


def next_history_part(
    raw: RawStore, now: datetime, *, levels: tuple[Level, ...], history_days: int, restatement_days: int
) -> HistoryPart | None:
    """The newest days that some account never read, with every account that lacks some of them; None where all days are
    read, or were tried within the last day."""
    lacking: dict[str, DayRange] = {}
    for account in (one for one in raw.known_accounts() if is_known_zone(one.timezone_name)):
        today = local_day(now, account.timezone_name)
        window = DayRange(today - timedelta(days=max(history_days, 1) - 1), today)
        part = unread_history(
            now,
            account.timezone_name,
            raw.day_readings(account.account_id, window, levels),
            history_days=history_days,
            restatement_days=restatement_days,
            longest=LONGEST_PART_DAYS,
        )
        if part:
            lacking[account.account_id] = part
    if not lacking:
        return None
    newest = max(lacking.values(), key=lambda part: (part.until, part.since))
    sharing = {account_id: part for account_id, part in lacking.items() if part.clip(newest)}
    return HistoryPart(newest, tuple(sorted(sharing)))
