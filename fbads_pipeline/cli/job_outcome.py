"""How a run of one of Dagster's jobs in this process ended."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class JobOutcome:
    """How a run ended.

    is_wrong_use: a step failed because of the user's input or settings; failures: step → reason; red_checks: checks of
    severity ERROR that did not pass → their description; materialized: asset → its metadata; seconds: phase → wall
    time, steps added up.
    """

    run_id: str
    succeeded: bool
    is_wrong_use: bool = False
    failures: dict[str, str] = field(default_factory=dict)
    red_checks: dict[str, str] = field(default_factory=dict)
    materialized: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    peak_rss_bytes: int = 0

    @property
    def problems(self) -> dict[str, str]:
        """Failed steps and red checks → reason."""
        return {**self.failures, **self.red_checks}
