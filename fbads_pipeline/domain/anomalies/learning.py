"""From when on an account is watched: without history nothing may look like an all-clear."""

from dataclasses import dataclass

from fbads_pipeline.domain.core.messages import Message, message

# Complete days that the day-level detectors need, and days of half-hour readings that the others need.
DAYS_NEEDED, HALF_HOUR_DAYS_NEEDED = 14, 5


@dataclass(frozen=True)
class AccountLearning:
    """Days that each kind of detector knows of an account, of those it needs before it says anything."""

    account_id: str
    days: int
    half_hour_days: int
    days_needed: int = DAYS_NEEDED
    half_hour_days_needed: int = HALF_HOUR_DAYS_NEEDED

    @property
    def is_watched(self) -> bool:
        """Whether whole days are assessed, so that "no anomaly" means something."""
        return self.days >= self.days_needed or self.half_hour_days >= self.half_hour_days_needed

    @property
    def is_learning(self) -> bool:
        """Whether at least one kind of detector does not assess yet."""
        return self.days < self.days_needed or self.half_hour_days < self.half_hour_days_needed

    def note(self) -> Message | None:
        """What is not watched yet, to be said wherever an all-clear could be read; None where everything is."""
        if self.days < self.days_needed and self.half_hour_days < self.half_hour_days_needed:
            return message("anomalies.learning", days=str(self.days), needed=str(self.days_needed))
        if self.days < self.days_needed:
            return message("anomalies.learning_days", days=str(self.days), needed=str(self.days_needed))
        if self.half_hour_days < self.half_hour_days_needed:
            days, needed = str(self.half_hour_days), str(self.half_hour_days_needed)
            return message("anomalies.learning_half_hours", days=days, needed=needed)
        return None
