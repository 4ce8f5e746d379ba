"""Which ads may deliver on a day, and how far budget edits have moved them: the activity log as arrays."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.sandbox.world.clock import local_day
from fbads_pipeline.sandbox.world.world import ADS_BELOW, KINDS, SandboxAccount

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
BUDGET_PULL = 0.8


class AdDelivery:
    """One account's log at one version. A change counts from the day after it was made."""

    def __init__(self, account: SandboxAccount) -> None:
        self._created = np.array([local_day(account.zone, ad.created_at).toordinal() for ad in account.objects["ad"]])
        self._changes = sorted((change for change in account.changes if change.what != "created"), key=lambda c: c.at)
        self._disapproved = np.array([ad.is_disapproved for ad in account.objects["ad"]])

    def is_on(self, day: date) -> Bools:
        """Per ad: it exists, is approved, and neither it nor a parent is paused, archived or deleted."""
        on: Bools = (self._created <= day.toordinal()) & ~self._disapproved
        size = len(on)
        states = {kind: np.ones(size, dtype=np.bool_) for kind in KINDS}
        for change in self._changes:
            if change.what == "status" and change.day < day:
                below = ADS_BELOW[change.kind]
                states[change.kind][change.index * below : (change.index + 1) * below] = change.new == "ACTIVE"
        for state in states.values():
            on &= state
        return on

    def scale(self, day: date) -> Floats:
        """Per ad: what the budget edits made before the day multiply its delivery by."""
        scale = np.ones(len(self._created))
        for change in self._changes:
            if change.what.endswith("budget") and change.day < day:
                below = ADS_BELOW[change.kind]
                ratio = int(change.new) / int(change.old)
                scale[change.index * below : (change.index + 1) * below] *= ratio**BUDGET_PULL
        return scale
