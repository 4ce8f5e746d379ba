"""How much of Meta's quotas is used."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Meta's quotas are counted over an hour.
QUOTA_USE_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class QuotaUse:
    """How much of a quota is used. percent: of the fullest one; free_at: instant before which nothing may be asked."""

    percent: float = 0.0
    free_at: datetime | None = None
