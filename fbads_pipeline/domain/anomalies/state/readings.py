"""What the detectors are fed: one reading of an account, and the changes made since the one before."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Event = Literal["ads_edited", "budget_change", "created", "status_change"]
COUNTERS = ("impressions", "clicks", "spend", "conversions")
IMPRESSIONS, CLICKS, SPEND, CONVERSIONS = range(4)
MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Change:
    """One line of the activity log; old, new: budgets in the account's currency, None where there is none.

    `active` tells for a `status_change` whether the campaign may deliver from now on.
    """

    at: datetime
    campaign: int
    event: Event
    old: float | None = None
    new: float | None = None
    active: bool = True


@dataclass(frozen=True)
class Reading:
    """Cumulative figures as read at one account-local instant; rows are parallel arrays.

    campaign: position of the campaign in the state; day: ordinal of the account-local day that the figures are of
    (today, or an older day as it reads now); counters: (4, rows), the order of `COUNTERS`, cumulative since local
    midnight, NaN for a figure that was not reported; budget: daily budget per row, 0 where the campaign has none.
    reads_today: it covered the local day of `at`, so that a campaign without a row has delivered nothing; budgets: of
    every campaign (n,), where they are known without a row. is_left_out: rows that the reading left out and that stand
    for nothing delivered (rows,); None where it has none.
    """

    at: datetime
    campaign: Ints
    day: Ints
    counters: Floats
    budget: Floats
    changes: tuple[Change, ...] = field(default=())
    reads_today: bool = True
    budgets: Floats | None = None
    is_left_out: Bools | None = None

    @property
    def minute(self) -> int:
        """Minutes since the first of January of the year 1, account-local."""
        return minutes(self.at)


def minutes(at: datetime) -> int:
    """Minutes since the first of January of the year 1."""
    return at.toordinal() * MINUTES_A_DAY + at.hour * 60 + at.minute
