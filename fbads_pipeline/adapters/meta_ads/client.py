"""The Marketing API as the pipeline reads it: accounts, objects, insights, the change log; the port AdsApi.

Account-level calls, the largest page, only the fields that are stored, every effective status named (Meta hides
archived and deleted objects otherwise).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from fbads_pipeline.adapters.meta_ads.batches import BatchRead, read_batch
from fbads_pipeline.adapters.meta_ads.creatives.rows import creative_page
from fbads_pipeline.adapters.meta_ads.insights import InMemoryRequestStrategies, InsightQuery
from fbads_pipeline.adapters.meta_ads.object_rows import (
    account_page,
    activity_page,
    custom_conversion_page,
    object_page,
    read_account,
)
from fbads_pipeline.adapters.meta_ads.pages import read_pages
from fbads_pipeline.adapters.meta_ads.pixels.reading import read_pixels
from fbads_pipeline.adapters.meta_ads.queries import (
    ACCOUNT_FIELDS,
    ACCOUNTS_PAGE,
    ACTIVITY_FIELDS,
    CREATIVE_FIELDS,
    CREATIVES_PAGE,
    CUSTOM_CONVERSION_FIELDS,
    EDGES,
    MONEY_FIELDS,
    OBJECT_FIELDS,
    OPTIONAL_FIELDS,
    PAGE_ROWS,
    SMALLEST_PAGE,
    STATUSES,
    as_json,
)
from fbads_pipeline.adapters.meta_ads.recommendations.reading import read_recommendations
from fbads_pipeline.adapters.meta_ads.transport import Transport
from fbads_pipeline.domain.collection.account_reports import ApiTraffic
from fbads_pipeline.domain.collection.levels import Grain, ObjectKind
from fbads_pipeline.domain.collection.meta_errors import AccountStopped, MetaError, PermanentMetaError, TooMuchData
from fbads_pipeline.domain.collection.pages import (
    ActivityRow,
    AdCreativeRow,
    CustomConversionRow,
    FoundObjects,
    InsightRow,
    ObjectRow,
    Page,
)
from fbads_pipeline.domain.collection.pixels import PixelReading, PixelsDue
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.recommendations.inbox.meta_recommendations import MetaRecommendations
from fbads_pipeline.ports.collection import RequestStrategies

Read = TypeVar("Read")
_INVALID_PARAMETER = 100
# Codes with which Meta refuses fields, or fields that a token may not read.
_REFUSED_FIELDS = frozenset({_INVALID_PARAMETER, 3, 10, 200})


class GraphAds:
    """Everything that one token sees; safe to use from several threads at once."""

    def __init__(
        self,
        transport: Transport,
        *,
        windows: Sequence[str] = ("7d_click", "1d_view"),
        strategies: RequestStrategies | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._transport, self._now = transport, now
        self._windows = list(windows)
        self._strategies = strategies or InMemoryRequestStrategies()
        self._refused: set[ObjectKind] = set()
        self._account_fields = f"{ACCOUNT_FIELDS},{MONEY_FIELDS}"

    def traffic(self, account_id: str) -> ApiTraffic:
        return self._transport.traffic(account_id)

    def accounts(self) -> list[Account]:
        return self._without_money_where_refused(self._listed)

    def account(self, account_id: str) -> Account:
        return self._without_money_where_refused(partial(self._looked_up, account_id))

    def _listed(self) -> list[Account]:
        fields = {"fields": self._account_fields}
        pages = self._shrinking("me/adaccounts", fields, "", account_page, ACCOUNTS_PAGE)
        return list({one.account_id: one for page in pages for one in page}.values())

    def _looked_up(self, account_id: str) -> Account:
        fields = {"fields": self._account_fields}
        return read_account(self._transport.get(f"act_{account_id}", fields, account_id=account_id))

    def _without_money_where_refused(self, read: Callable[[], Read]) -> Read:
        """What is left, and what was spent of a cap, is worth less than the list of accounts."""
        try:
            return read()
        except (PermanentMetaError, AccountStopped) as refused:
            is_of_fields = refused.code in _REFUSED_FIELDS and self._account_fields != ACCOUNT_FIELDS
            if not is_of_fields:
                raise
            self._account_fields = ACCOUNT_FIELDS
            try:
                return read()
            except MetaError:
                self._account_fields = f"{ACCOUNT_FIELDS},{MONEY_FIELDS}"
                raise

    def insights(self, account_id: str, grain: Grain, days: DayRange) -> Iterator[Page[InsightRow]]:
        shared = (self._transport, self._strategies, account_id, grain, self._windows)
        return InsightQuery(*shared, today=self._now().date()).read(days)

    def objects(self, account_id: str, kind: ObjectKind, statuses: Sequence[str] = ()) -> Iterator[Page[ObjectRow]]:
        statuses = statuses or [status for status in STATUSES[kind] if status != "DELETED"]
        params = {"fields": self._fields(kind), "effective_status": as_json(list(statuses))}
        path, read = f"act_{account_id}/{EDGES[kind]}", partial(object_page, kind, account_id)
        try:
            yield from self._shrinking(path, params, account_id, read)
        except PermanentMetaError as refused:
            if not self._do_without(kind, refused):
                raise
            yield from self._shrinking(path, {**params, "fields": self._fields(kind)}, account_id, read)

    def objects_by_id(self, kind: ObjectKind, ids: Sequence[str], *, account_id: str = "") -> FoundObjects:
        read = self._by_id(kind, ids, account_id)
        wrong = [one for one, error in read.refused.items() if self._do_without(kind, error)]
        if wrong:
            read = self._by_id(kind, ids, account_id)
        refused = {one: error.reason for one, error in read.refused.items()}
        return FoundObjects(object_page(kind, account_id, read.found), refused, read.unanswered)

    def _by_id(self, kind: ObjectKind, ids: Sequence[str], account_id: str) -> BatchRead:
        return read_batch(self._transport, ids, self._fields(kind), account_id)

    def activities(self, account_id: str, days: DayRange) -> Iterator[Page[ActivityRow]]:
        params = {"fields": ACTIVITY_FIELDS, "since": str(days.since), "until": str(days.until)}
        read = partial(activity_page, account_id)
        return self._shrinking(f"act_{account_id}/activities", params, account_id, read, 1000)

    def creatives(self, account_id: str) -> Iterator[Page[AdCreativeRow]]:
        statuses = [status for status in STATUSES["ad"] if status not in ("DELETED", "ARCHIVED")]
        params = {"fields": CREATIVE_FIELDS, "effective_status": as_json(statuses)}
        read = partial(creative_page, account_id)
        return self._shrinking(f"act_{account_id}/ads", params, account_id, read, CREATIVES_PAGE)

    def custom_conversions(self, account_id: str) -> Iterator[Page[CustomConversionRow]]:
        params, read = {"fields": CUSTOM_CONVERSION_FIELDS}, partial(custom_conversion_page, account_id)
        return self._shrinking(f"act_{account_id}/customconversions", params, account_id, read, 500)

    def pixels(self, account_id: str, due: PixelsDue, *, now: datetime) -> PixelReading:
        return read_pixels(self._transport, account_id, due, now)

    def recommendations(self, account_id: str) -> MetaRecommendations:
        return read_recommendations(self._transport, account_id)

    def _shrinking(
        self,
        path: str,
        params: Mapping[str, str],
        account_id: str,
        read: Callable[[list[Any]], Read],
        page_rows: int = PAGE_ROWS,
    ) -> Iterator[Read]:
        """The pages, in smaller ones where Meta asks for less; rows may come twice then."""
        try:
            yield from read_pages(self._transport, path, {**params, "limit": str(page_rows)}, account_id, read)
        except TooMuchData:
            if page_rows <= SMALLEST_PAGE:
                raise
            yield from self._shrinking(path, params, account_id, read, max(page_rows // 5, SMALLEST_PAGE))

    def _fields(self, kind: ObjectKind) -> str:
        fields = OBJECT_FIELDS[kind].split(",")
        return ",".join(field for field in fields if kind not in self._refused or field not in OPTIONAL_FIELDS)

    def _do_without(self, kind: ObjectKind, refused: MetaError) -> bool:
        """Whether asking again without the optional fields may help."""
        has_optional = OPTIONAL_FIELDS & set(OBJECT_FIELDS[kind].split(","))
        if refused.code != _INVALID_PARAMETER or kind in self._refused or not has_optional:
            return False
        self._refused.add(kind)
        return True
