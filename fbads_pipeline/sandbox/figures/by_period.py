"""The figures by level and period: what insights, reports and the truth are all read from."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fbads_pipeline.sandbox.figures.daily import ARRIVING_DAYS, COLUMNS, Ints, ad_reach, day_figures
from fbads_pipeline.sandbox.figures.delivery import AdDelivery
from fbads_pipeline.sandbox.world.clock import SandboxClock, day_end
from fbads_pipeline.sandbox.world.injected_anomalies import plan_anomalies
from fbads_pipeline.sandbox.world.world import ADS_BELOW, KINDS, ObjectKind, SandboxAccount, SandboxWorld

Level = Literal["account", "campaign", "adset", "ad"]
LEVELS: tuple[Level, ...] = ("account", "campaign", "adset", "ad")
Period = tuple[date, date]
KEPT_DAYS = 400
KEPT_PERIODS = 400
# Of the people a part reached beyond the largest part, how many are new to the whole.
NEW_PEOPLE = {"day": 0.62, "ad": 0.8, "adset": 0.74, "campaign": 0.68}


@dataclass(frozen=True)
class LevelFigures:
    """`values`: (COLUMNS, objects); `reach`: (objects)."""

    values: Ints
    reach: Ints

    def present(self) -> NDArray[np.intp]:
        """Where there is anything at all: only these objects get a row."""
        return np.flatnonzero(self.values.any(axis=0))


class WorldFigures:
    """Figures of the world as they stand at the clock's slot."""

    def __init__(self, world: SandboxWorld, clock: SandboxClock) -> None:
        self.world = world
        self.clock = clock
        self.anomalies = plan_anomalies(world)
        self._deliveries: dict[str, tuple[int, AdDelivery]] = {}
        self._days: OrderedDict[Hashable, Ints] = OrderedDict()
        self._periods: OrderedDict[Hashable, LevelFigures] = OrderedDict()

    def stage(self, account: SandboxAccount, last: date) -> str:
        """What figures up to the day depend on besides the day: equal stages, equal figures."""
        slot = self.clock.slot()
        settled = slot - day_end(account.zone, last) >= timedelta(days=ARRIVING_DAYS)
        return f"{account.version}/{'final' if settled else slot.isoformat()}"

    def period(
        self, account: SandboxAccount, level: Level, period: Period, mask: NDArray[np.bool_] | None
    ) -> LevelFigures:
        """Figures of the level's objects over the period; `mask` says which ads count."""
        key = (account.id, level, period, self.stage(account, period[1]), None if mask is None else mask.tobytes())
        kept = self._periods.get(key)
        if kept is None:
            kept = self._periods[key] = self._computed(account, level, period, mask)
            if len(self._periods) > KEPT_PERIODS:
                self._periods.popitem(last=False)
        return kept

    def _computed(
        self, account: SandboxAccount, level: Level, period: Period, mask: NDArray[np.bool_] | None
    ) -> LevelFigures:
        days = [self._day(account, day) for day in days_of(period)]
        reaches = np.stack([ad_reach(account, values[0]) for values in days])
        values, reach = sum(days[1:], days[0]), _united(reaches.T, "day")
        if mask is not None:
            values, reach = values * mask, reach * mask
        return _rolled_up(values, reach, level)

    def _day(self, account: SandboxAccount, day: date) -> Ints:
        key = (account.id, day, self.stage(account, day))
        kept = self._days.get(key)
        if kept is None:
            slot = self.clock.slot()
            mine = [anomaly for anomaly in self.anomalies if anomaly.account_id == account.id]
            kept = day_figures(self.world.seed, account, self._delivery(account), mine, day, slot)
            self._days[key] = kept
            if len(self._days) > KEPT_DAYS:
                self._days.popitem(last=False)
        return kept

    def _delivery(self, account: SandboxAccount) -> AdDelivery:
        version, delivery = self._deliveries.get(account.id, (-1, None))
        if delivery is None or version != account.version:
            delivery = AdDelivery(account)
            self._deliveries[account.id] = (account.version, delivery)
        return delivery


def days_of(period: Period) -> list[date]:
    return [period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days + 1)]


def _rolled_up(values: Ints, reach: Ints, level: Level) -> LevelFigures:
    """Ads summed into the level's objects; reach united step by step through the levels between."""
    parts: ObjectKind = "ad"
    for whole in reversed(KINDS):
        if level == "ad" or parts == level:
            break
        if whole != "ad":
            reach = _united(reach.reshape(-1, ADS_BELOW[whole] // ADS_BELOW[parts]), parts)
            parts = whole
    if level == "account":
        return LevelFigures(values.sum(axis=1, keepdims=True), _united(reach.reshape(1, -1), "campaign"))
    return LevelFigures(values.reshape(len(COLUMNS), -1, ADS_BELOW[level]).sum(axis=2), reach)


def _united(parts: Ints, name: str) -> Ints:
    """Reach of a whole from (wholes, parts): at least its largest part's, at most the sum."""
    largest = parts.max(axis=1)
    united: Ints = largest + np.floor((parts.sum(axis=1) - largest) * NEW_PEOPLE[name]).astype(np.int64)
    return united
