"""What is read of one account: facts at each grain, the edges that describe objects, what explains figures."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fbads_pipeline.domain.collection.levels import KINDS, Applied, Grain, Kind, Page
from fbads_pipeline.domain.collection.meta_errors import (
    AccountStopped,
    MetaError,
    PermanentMetaError,
    TooMuchData,
    TransientMetaError,
)
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.ports.collection import AdsApi, RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_sync import SyncPlan

# A range of one call: long enough that pages are full, short enough that one transaction stays small.
LONGEST_RANGE_DAYS = 92
TICK_DAYS = 2
TOKEN_IS_GONE = frozenset({102, 190})
# A breakdown that Meta does not offer; and whatever keeps from us what only explains figures.
NOT_OFFERED: tuple[type[MetaError], ...] = (PermanentMetaError,)
ONLY_EXPLAINS: tuple[type[MetaError], ...] = (PermanentMetaError, TransientMetaError, TooMuchData, AccountStopped)


@dataclass
class Reading:
    """One thing to read. forgives: errors that are noted, and are no failure. failed: says so where it is kept."""

    name: str
    read: Callable[[datetime], Applied]
    failed: Callable[[str], None] = lambda error: None
    forgives: tuple[type[MetaError], ...] = ()
    attempts: int = 0

    def is_forgiven(self, error: Exception) -> bool:
        """Figures stand without it. A dead token is nobody's to forgive: nothing else can be read with it either."""
        return isinstance(error, self.forgives) and getattr(error, "code", None) not in TOKEN_IS_GONE


class Readings:
    """The readings of one account. while_allowed: passes pages on until the account is stopped; described: called when
    an edge has been read."""

    def __init__(
        self,
        ads: AdsApi,
        raw: RawStore,
        clock: Clock,
        account_id: str,
        plan: SyncPlan,
        *,
        while_allowed: Callable[[Iterable[Page]], Iterator[Page]],
        described: Callable[[], None],
    ) -> None:
        self._ads, self._raw, self._clock = ads, raw, clock
        self._account_id, self._plan = account_id, plan
        self._while_allowed, self._described = while_allowed, described

    def facts(self, days: DayRange) -> Iterable[Reading]:
        is_tick = self._plan.days is None and len(days) <= TICK_DAYS
        for grain in map(Grain, reversed(self._plan.levels)):  # the one with the most pages first
            yield from self._insights_of(grain, days)
        recent = None if is_tick else days.last(self._plan.breakdown_days)
        if recent:
            for fields in self._plan.breakdowns:
                yield from self._insights_of(Grain("campaign", fields), recent)
        for kind in KINDS:
            if not (is_tick and kind == "ad"):  # between the daily readings, new ads come by id as facts name them
                yield Reading(f"{kind}s", self._objects(kind))
        yield Reading("activities", self._activities(days), forgives=ONLY_EXPLAINS)
        if not is_tick:
            yield Reading("custom conversions", self._custom_conversions, forgives=ONLY_EXPLAINS)

    def _insights_of(self, grain: Grain, days: DayRange) -> Iterator[Reading]:
        """The newest days first: they are what people wait for."""
        for part in reversed(list(days.chunks(LONGEST_RANGE_DAYS))):
            yield self._insights(grain, part)

    def _insights(self, grain: Grain, days: DayRange) -> Reading:
        account_id, run_id = self._account_id, self._plan.run_id

        def read(read_at: datetime) -> Applied:
            pages = self._while_allowed(self._ads.insights(account_id, grain, days))
            return self._raw.apply_insights(account_id, grain, days, pages, run_id=run_id, read_at=read_at)

        def failed(error: str) -> None:
            self._raw.record_failure(account_id, grain, days, error, run_id=run_id, read_at=self._clock.now())

        return Reading(f"insights by {grain}", read, failed, NOT_OFFERED if grain.breakdown else ())

    def _objects(self, kind: Kind) -> Callable[[datetime], Applied]:
        account_id = self._account_id

        def read(read_at: datetime) -> Applied:
            pages = self._while_allowed(self._ads.objects(account_id, kind))
            applied = self._raw.apply_objects(account_id, kind, pages, read_at=read_at)
            self._described()
            return applied

        return read

    def by_id(self) -> Iterator[Reading]:
        """Objects that only facts name."""
        for kind in KINDS:
            yield Reading(f"{kind}s by id", self._by_id_of(kind))

    def _by_id_of(self, kind: Kind) -> Callable[[datetime], Applied]:
        account_id = self._account_id

        def read(read_at: datetime) -> Applied:
            missing = self._raw.missing_objects(account_id, kind)
            if not missing:
                return Applied()
            found = self._ads.objects_by_id(kind, missing, account_id=account_id)
            applied = self._raw.apply_objects(account_id, kind, iter([found]), read_at=read_at)
            shown = {str(row.get("id")) for row in found}
            self._raw.mark_unknown(account_id, kind, [one for one in missing if one not in shown], read_at=read_at)
            return applied

        return read

    def _activities(self, days: DayRange) -> Callable[[datetime], Applied]:
        """A day earlier than the figures: the log's days are not the account's."""
        account_id, asked = self._account_id, DayRange(days.since - timedelta(days=1), days.until)
        return lambda read_at: self._raw.apply_activities(
            account_id, self._ads.activities(account_id, asked), read_at=read_at
        )

    def _custom_conversions(self, read_at: datetime) -> Applied:
        account_id = self._account_id
        return self._raw.apply_custom_conversions(account_id, self._ads.custom_conversions(account_id), read_at=read_at)
