"""The ways of asking for insights, from the widest to the narrowest; what worked is remembered per account and grain.

1. one call for the whole range, pages of 5,000 rows; 2. where Meta asks for less, a report run on the same range;
3. where that fails, half the days at a time, down to one; 4. smaller pages; 5. some statuses at a time; 6. some
figures at a time, joined again by their keys. Ranges that were asked anew give rows twice: the same rows, of which
the store keeps the last. A query that Meta refuses as wrong is asked again with fewer fields (see asked_fields).
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from fbads_pipeline.adapters.meta_ads.asked_fields import AskedFields
from fbads_pipeline.adapters.meta_ads.insight_rows import InsightReader
from fbads_pipeline.adapters.meta_ads.pages import read_pages
from fbads_pipeline.adapters.meta_ads.queries import (
    FIGURE_GROUPS,
    FIGURES,
    PAGE_ROWS,
    SMALLEST_PAGE,
    STATUSES,
    insight_params,
)
from fbads_pipeline.adapters.meta_ads.report_runs import ReportFailed, read_report
from fbads_pipeline.adapters.meta_ads.transport import Transport
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError, TooMuchData
from fbads_pipeline.domain.collection.offered_figures import UNIQUE_FIGURES
from fbads_pipeline.domain.collection.pages import InsightRow, Page
from fbads_pipeline.domain.collection.request_strategy import RequestStrategy
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.ports.collection import RequestStrategies

Read = TypeVar("Read")
_KEYS = ("date_start", "date_stop", "account_id", "campaign_id", "adset_id", "ad_id")


class InMemoryRequestStrategies:
    """RequestStrategies that last as long as the process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Grain], RequestStrategy] = {}

    def of(self, account_id: str, grain: Grain) -> RequestStrategy:
        return self._kept.get((account_id, grain), RequestStrategy())

    def keep(self, account_id: str, grain: Grain, strategy: RequestStrategy) -> None:
        self._kept[account_id, grain] = strategy


class InsightQuery:
    """One account's insights at one grain; every method yields pages."""

    def __init__(
        self,
        transport: Transport,
        strategies: RequestStrategies,
        account_id: str,
        grain: Grain,
        windows: Sequence[str],
        *,
        today: date,
    ) -> None:
        self._transport, self._strategies = transport, strategies
        self._account_id, self._grain, self._windows = account_id, grain, windows
        self._path = f"act_{account_id}/insights"
        self._fields = AskedFields(grain, self._strategy().refused_fields, today)

    def read(self, days: DayRange) -> Iterator[Page[InsightRow]]:
        """Every row of those days, in the way that worked last time; a page without rows says what was left out."""
        for part in list(self._fields.parts(days)):
            yield from self._part(part)
            self._fields.note_days(part)
        if notes := self._fields.notes():
            yield Page([], notes=notes)

    def _part(self, days: DayRange) -> Iterator[Page[InsightRow]]:
        strategy = self._strategy()
        if strategy.refused_days is None or len(days) < strategy.refused_days:
            yield from self._range(days)
        elif strategy.is_report:
            yield from self._report_or_halves(days)
        else:
            for part in days.chunks(max(strategy.refused_days // 2, 1)):
                yield from self._range(part)

    def _range(self, days: DayRange) -> Iterator[Page[InsightRow]]:
        if len(days) == 1:
            yield from self._day(days)
            return
        try:
            yield from self._ask(days, self._page_rows())
        except TooMuchData:
            self._refused(days)
            yield from self._report_or_halves(days)

    def _report_or_halves(self, days: DayRange) -> Iterator[Page[InsightRow]]:
        params = insight_params(self._grain, days, self._windows, self._asked(FIGURES, days))
        try:
            yield from read_report(
                *(self._transport, self._path, params, self._account_id),
                read=self._reader(days).page,
                page_rows=self._page_rows(),
            )
            self._learn(replace(self._strategy(), is_report=True))
        except (ReportFailed, TooMuchData, PermanentMetaError):
            self._learn(replace(self._strategy(), is_report=False))
            yield from self._halves(days)

    def _halves(self, days: DayRange) -> Iterator[Page[InsightRow]]:
        """Half the days at a time without another report: Meta has just refused a larger one."""
        for half in days.chunks((len(days) + 1) // 2):
            if len(half) == 1:
                yield from self._day(half)
                continue
            try:
                yield from self._ask(half, self._page_rows())
            except TooMuchData:
                self._refused(half)
                yield from self._halves(half)

    def _day(self, day: DayRange) -> Iterator[Page[InsightRow]]:
        page_rows = self._page_rows()
        while True:
            try:
                yield from self._ask(day, page_rows)
                break
            except TooMuchData:
                if page_rows <= SMALLEST_PAGE:
                    yield from self._by_status(day, page_rows)
                    break
                page_rows = max(page_rows // 5, SMALLEST_PAGE)
        if page_rows != self._page_rows():
            self._learn(replace(self._strategy(), page_rows=page_rows))

    def _by_status(self, day: DayRange, page_rows: int) -> Iterator[Page[InsightRow]]:
        """Some objects at a time: every status is in exactly one group, so nothing is lost and nothing comes twice."""
        if self._grain.level == "account":
            yield from self._by_figures(day, page_rows, ())
            return
        for status in STATUSES[self._grain.level]:
            try:
                yield from self._ask(day, page_rows, statuses=(status,))
            except TooMuchData:
                yield from self._by_figures(day, page_rows, (status,))

    def _by_figures(self, day: DayRange, page_rows: int, statuses: Sequence[str]) -> Iterator[Page[InsightRow]]:
        joined: dict[tuple[object, ...], dict[str, object]] = {}
        keys = (*_KEYS, *self._grain.fields)
        for figures in FIGURE_GROUPS:
            if not self._asked(figures, day):
                continue
            for rows in self._ask_for(day, page_rows, lambda left_out: list, figures=figures, statuses=statuses):
                for row in rows:
                    joined.setdefault(tuple(row.get(key) for key in keys), {}).update(row)
        yield self._reader(day).page(list(joined.values()))

    def _ask(self, days: DayRange, page_rows: int, *, statuses: Sequence[str] = ()) -> Iterator[Page[InsightRow]]:
        def reader(left_out: frozenset[str]) -> Callable[[list[Any]], Page[InsightRow]]:
            return InsightReader(self._account_id, self._grain, days, left_out=left_out).page

        left_out = yield from self._ask_for(days, page_rows, reader, statuses=statuses)
        if left_out & UNIQUE_FIGURES:
            yield from self._newest_unique(days, page_rows, statuses)

    def _newest_unique(self, days: DayRange, page_rows: int, statuses: Sequence[str]) -> Iterator[Page[InsightRow]]:
        """The same rows with figures per person, of those newest days of which Meta has them: it has refused them of
        all the days together."""
        if len(days) > 1:
            older, newer = days.chunks((len(days) + 1) // 2)
            yield from self._ask(newer, page_rows, statuses=statuses)
            if not self._fields.left_out(newer) & UNIQUE_FIGURES:
                yield from self._ask(older, page_rows, statuses=statuses)
                return
            days = older
        self._fields.refuse_unique(days.until)

    def _ask_for(
        self,
        days: DayRange,
        page_rows: int,
        reader: Callable[[frozenset[str]], Callable[[list[Any]], Read]],
        *,
        figures: Sequence[str] = FIGURES,
        statuses: Sequence[str] = (),
    ) -> Generator[Read, None, frozenset[str]]:
        """The pages of one query, and where Meta refuses it as wrong, of the first with fewer fields that it answers;
        returns which were then left out besides those that are known. reader: how pages without given fields are read.
        """
        known, tries = self._fields.left_out(days), deque([frozenset[str]()])
        while True:
            more = tries.popleft()
            fields = [field for field in figures if field not in known | more]
            params = insight_params(self._grain, days, self._windows, fields, statuses=statuses)
            params["limit"] = str(page_rows)
            try:
                yield from read_pages(self._transport, self._path, params, self._account_id, reader(known | more))
            except PermanentMetaError as error:
                tries.extend([] if more else self._fields.alternatives(error, fields))
                if not tries:
                    raise
            else:
                self._fields.refuse(more)
                self._learn(replace(self._strategy(), refused_fields=tuple(sorted(self._fields.refused))))
                return more

    def _asked(self, figures: Sequence[str], days: DayRange) -> list[str]:
        left_out = self._fields.left_out(days)
        return [field for field in figures if field not in left_out]

    def _reader(self, days: DayRange) -> InsightReader:
        return InsightReader(self._account_id, self._grain, days, left_out=self._fields.left_out(days))

    def _strategy(self) -> RequestStrategy:
        return self._strategies.of(self._account_id, self._grain)

    def _page_rows(self) -> int:
        return self._strategy().page_rows or PAGE_ROWS

    def _refused(self, days: DayRange) -> None:
        known = self._strategy().refused_days
        self._learn(replace(self._strategy(), refused_days=min(len(days), known or len(days))))

    def _learn(self, strategy: RequestStrategy) -> None:
        if strategy != self._strategy():
            self._strategies.keep(self._account_id, self._grain, strategy)
