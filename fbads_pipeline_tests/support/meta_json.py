"""Rows as Meta sends them, read into typed pages as the client delivers them."""

from collections.abc import Iterable, Iterator
from typing import Any

from fbads_pipeline.adapters.meta_ads.insight_rows import InsightReader
from fbads_pipeline.adapters.meta_ads.object_rows import activity_page, custom_conversion_page, object_page
from fbads_pipeline.domain.collection.levels import Grain, ObjectKind
from fbads_pipeline.domain.collection.pages import ActivityRow, CustomConversionRow, InsightRow, ObjectRow, Page
from fbads_pipeline.domain.core.days import DayRange

Rows = list[Any]


def insight_pages(account_id: str, grain: Grain, days: DayRange, pages: Iterable[Rows]) -> Iterator[Page[InsightRow]]:
    reader = InsightReader(account_id, grain, days)
    return (reader.page(rows) for rows in pages)


def object_pages(account_id: str, kind: ObjectKind, *pages: Rows) -> Iterator[Page[ObjectRow]]:
    return (object_page(kind, account_id, rows) for rows in pages)


def activity_pages(account_id: str, *pages: Rows) -> Iterator[Page[ActivityRow]]:
    return (activity_page(account_id, rows) for rows in pages)


def custom_conversion_pages(account_id: str, *pages: Rows) -> Iterator[Page[CustomConversionRow]]:
    return (custom_conversion_page(account_id, rows) for rows in pages)
