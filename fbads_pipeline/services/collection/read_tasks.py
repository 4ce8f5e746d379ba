"""What is read of one account: facts at each grain, the edges that describe objects, what explains figures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fbads_pipeline.domain.collection.account_reports import RowCounts
from fbads_pipeline.domain.collection.doubts import DoubtfulDay
from fbads_pipeline.domain.collection.levels import OBJECT_KINDS, UNKNOWN_LASTS, Grain, ObjectKind
from fbads_pipeline.domain.collection.meta_errors import (
    AccountStopped,
    MetaError,
    PermanentMetaError,
    TooMuchData,
    TransientMetaError,
)
from fbads_pipeline.domain.collection.pages import FoundObjects, ObjectRow, Page
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.delivery.object_problems import PROBLEM_STATUSES
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import MetaRecommendations
from fbads_pipeline.ports.collection import AdsApi, RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_sync import TICK_DAYS, SyncPlan

# A range of one call: long enough that pages are full, short enough that one transaction stays small.
LONGEST_RANGE_DAYS = 92
# Ads that are asked for by id at a tick, which is one call.
MOST_BY_ID = 50
# Of so many objects a note gives the ids.
NAMED_OBJECTS = 5
# A breakdown that Meta does not offer; and whatever keeps from us what only explains figures.
NOT_OFFERED: tuple[type[MetaError], ...] = (PermanentMetaError,)
ONLY_EXPLAINS: tuple[type[MetaError], ...] = (PermanentMetaError, TransientMetaError, TooMuchData, AccountStopped)
Keep = Callable[[datetime], RowCounts]


@dataclass
class ReadTask:
    """One thing to read and store. read: does both, and gets the instant of the reading; failed: records a failure
    where readings of its kind are recorded; forgives: errors that are noted in the report and are no failure;
    is_figures: whether it reads insights."""

    name: str
    read: Keep
    failed: Callable[[str], None] = lambda error: None
    forgives: tuple[type[MetaError], ...] = ()
    attempts: int = 0
    is_figures: bool = False

    def is_forgiven(self, error: Exception) -> bool:
        """Whether the figures are complete without it; a dead token is never forgiven: nothing else can be read."""
        is_token_gone = isinstance(error, AccountStopped) and error.is_token_gone
        return isinstance(error, self.forgives) and not is_token_gone


class AccountReadTasks:
    """The tasks of one account. while_allowed: passes pages on until the account is stopped; described: called when
    an edge has been read; doubted: called with the days that no other level could settle; noted: called with sentences
    for the account's report."""

    def __init__(
        self,
        ads: AdsApi,
        raw: RawStore,
        clock: Clock,
        account_id: str,
        plan: SyncPlan,
        *,
        while_allowed: Callable[[Iterator[Any]], Iterator[Any]],
        described: Callable[[], None],
        doubted: Callable[[list[DoubtfulDay]], None],
        noted: Callable[[Sequence[str]], None],
    ) -> None:
        self._ads, self._raw, self._clock = ads, raw, clock
        self._account_id, self._plan = account_id, plan
        self._while_allowed, self._described, self._doubted = while_allowed, described, doubted
        self._noted = noted

    def facts(self, days: DayRange) -> Iterator[ReadTask]:
        """Insights at every grain, the objects' descriptions, and what explains figures."""
        is_tick = self._plan.days is None and len(days) <= TICK_DAYS
        # A tick asks for one of them: what Meta recommends is due once a day, and then most often the daily reading's.
        is_for_recommendations = is_tick and self._raw.recommendations_due(self._account_id, now=self._clock.now())
        for grain in map(Grain, reversed(self._plan.levels)):  # the one with the most pages first
            yield from self._insights_of(grain, days)
        recent = None if is_tick else days.last(self._plan.breakdown_days)
        if recent:
            for fields in self._plan.breakdowns:
                yield from self._insights_of(Grain("campaign", fields), recent)
        for kind in OBJECT_KINDS:
            if not (is_tick and kind == "ad"):  # between the daily readings, new ads come by id as facts name them
                yield ReadTask(f"{kind}s", self._objects(kind))
        if is_tick:
            yield ReadTask("ads with problems", self._ads_with_problems, forgives=ONLY_EXPLAINS)
        yield ReadTask("activities", self._activities(days), forgives=ONLY_EXPLAINS)
        if not is_tick:
            yield ReadTask("creatives", self._creatives, forgives=ONLY_EXPLAINS)
            yield ReadTask("custom conversions", self._custom_conversions, forgives=ONLY_EXPLAINS)
        if not is_for_recommendations:
            yield ReadTask("pixels", self._pixels, forgives=ONLY_EXPLAINS)
        if not is_tick or is_for_recommendations:
            yield ReadTask("Meta's recommendations", self._recommendations, forgives=ONLY_EXPLAINS)

    def _insights_of(self, grain: Grain, days: DayRange) -> Iterator[ReadTask]:
        """The newest days first: they are what people wait for."""
        for part in reversed(list(days.chunks(LONGEST_RANGE_DAYS))):
            yield self._insights(grain, part)

    def _insights(self, grain: Grain, days: DayRange) -> ReadTask:
        account_id, run_id = self._account_id, self._plan.run_id

        def read(read_at: datetime) -> RowCounts:
            pages = self._while_allowed(self._ads.insights(account_id, grain, days))
            return self._raw.apply_insights(account_id, grain, days, pages, run_id=run_id, read_at=read_at)

        def failed(error: str) -> None:
            self._raw.record_failure(account_id, grain, days, error, run_id=run_id, read_at=self._clock.now())

        forgives = NOT_OFFERED if grain.breakdown else ()
        return ReadTask(f"insights by {grain}", read, failed, forgives, is_figures=True)

    def _objects(self, kind: ObjectKind) -> Keep:
        account_id = self._account_id

        def read(read_at: datetime) -> RowCounts:
            pages = self._while_allowed(self._ads.objects(account_id, kind))
            applied = self._raw.apply_objects(account_id, kind, pages, read_at=read_at)
            self._described()
            return applied

        return read

    def _ads_with_problems(self, read_at: datetime) -> RowCounts:
        """Ads that Meta rejected, or reviews, or has issues with: their status may change without anything that an
        incremental reading would show. Those that are no longer among them are asked for by id."""
        account_id, seen = self._account_id, set[str]()

        def noted(pages: Iterator[Page[ObjectRow]]) -> Iterator[Page[ObjectRow]]:
            for page in pages:
                seen.update(row[0] for row in page.rows)
                yield page

        known = self._raw.objects_in(account_id, "ad", PROBLEM_STATUSES)
        pages = self._while_allowed(noted(self._ads.objects(account_id, "ad", PROBLEM_STATUSES)))
        applied = self._raw.apply_objects(account_id, "ad", pages, read_at=read_at)
        changed = [one for one in known if one not in seen][:MOST_BY_ID]
        if changed:
            found = self._ads.objects_by_id("ad", changed, account_id=account_id)
            applied += self._raw.apply_objects(account_id, "ad", iter([found.page]), read_at=read_at)
        return applied

    def settling(self) -> ReadTask:
        """What the readings left in doubt, once every level was asked for."""

        def read(read_at: datetime) -> RowCounts:
            settled, doubtful = self._raw.settle_doubts(self._account_id, run_id=self._plan.run_id, read_at=read_at)
            if doubtful:
                self._doubted(doubtful)
            return settled

        return ReadTask("settling", read)

    def by_id(self) -> Iterator[ReadTask]:
        """Objects that insights name and no edge has described."""
        for kind in OBJECT_KINDS:
            yield ReadTask(f"{kind}s by id", self._by_id_of(kind))

    def _by_id_of(self, kind: ObjectKind) -> Keep:
        account_id = self._account_id

        def read(read_at: datetime) -> RowCounts:
            missing = self._raw.missing_objects(account_id, kind, unknown_before=read_at - UNKNOWN_LASTS)
            if not missing:
                return RowCounts()
            found = self._ads.objects_by_id(kind, missing, account_id=account_id)
            page = replace(found.page, notes=tuple(_odd_objects(kind, found)))
            applied = self._raw.apply_objects(account_id, kind, self._while_allowed(iter([page])), read_at=read_at)
            decided = {getattr(row, f"{kind}_id") for row in page.rows} | found.unanswered.keys()
            self._raw.mark_unknown(account_id, kind, [one for one in missing if one not in decided], read_at=read_at)
            return applied

        return read

    def _activities(self, days: DayRange) -> Keep:
        """From a day earlier than the figures: the log's days are not the account's."""
        account_id, logged = self._account_id, DayRange(days.since - timedelta(days=1), days.until)
        return lambda read_at: self._raw.apply_activities(
            account_id, self._ads.activities(account_id, logged), read_at=read_at
        )

    def _creatives(self, read_at: datetime) -> RowCounts:
        pages = self._while_allowed(self._ads.creatives(self._account_id))
        return self._raw.apply_creatives(self._account_id, pages, read_at=read_at)

    def _pixels(self, read_at: datetime) -> RowCounts:
        """The list and events once an hour each, in turns. A refusal is noted, and asked about again an hour later."""
        account_id = self._account_id
        due = self._raw.pixels_due(account_id, now=read_at)
        if due is None:
            return RowCounts()
        try:
            reading = self._ads.pixels(account_id, due, now=read_at)
        except (PermanentMetaError, AccountStopped) as refused:
            self._raw.note_pixels_refused(account_id, refused.reason, read_at=read_at)
            raise
        self._noted(reading.notes)
        return self._raw.apply_pixels(account_id, reading, read_at=read_at)

    def _recommendations(self, read_at: datetime) -> RowCounts:
        """Once a day; what is refused is noted, and asked for again the next day."""
        account_id = self._account_id
        if not self._raw.recommendations_due(account_id, now=read_at):
            return RowCounts()
        try:
            reading = self._ads.recommendations(account_id)
        except (PermanentMetaError, AccountStopped) as refused:
            refusal = MetaRecommendations(score_refused=refused.reason, list_refused=refused.reason)
            self._raw.apply_recommendations(account_id, refusal, read_at=read_at)
            raise
        self._noted(reading.notes)
        return self._raw.apply_recommendations(account_id, reading, read_at=read_at)

    def _custom_conversions(self, read_at: datetime) -> RowCounts:
        account_id = self._account_id
        return self._raw.apply_custom_conversions(account_id, self._ads.custom_conversions(account_id), read_at=read_at)


def _odd_objects(kind: ObjectKind, found: FoundObjects) -> Iterator[str]:
    """A sentence per reason for which objects could not be read, with some of their ids."""
    for outcome, reasons in (("refused, UNKNOWN for a day", found.refused), ("unanswered", found.unanswered)):
        for reason in dict.fromkeys(reasons.values()):
            ids = [one for one, its_own in reasons.items() if its_own == reason]
            others = f" and {len(ids) - NAMED_OBJECTS} more" if len(ids) > NAMED_OBJECTS else ""
            yield f"{kind}s by id: {', '.join(ids[:NAMED_OBJECTS])}{others} {outcome}: {reason}"
