"""An account's pixels: a call for the list, or one for the events of all that fired lately, once a day with quality.

Not every token may read all of it: a part that Meta refuses is named in the reading, the others are kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fbads_pipeline.adapters.meta_ads.batches import outcome_of, unless_of_account
from fbads_pipeline.adapters.meta_ads.pages import read_pages
from fbads_pipeline.adapters.meta_ads.pixels.rows import event_rows, pixel_rows, quality_rows
from fbads_pipeline.adapters.meta_ads.queries import as_json
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.adapters.meta_ads.values import UnreadableValue
from fbads_pipeline.domain.collection.meta_errors import MetaError, TransientMetaError
from fbads_pipeline.domain.collection.pixels import (
    PixelEvents,
    PixelQuality,
    PixelReading,
    PixelRow,
    PixelsDue,
    fired,
)

PIXEL_FIELDS = "id,name,last_fired_time,is_unavailable,data_use_setting,creation_time"
QUALITY_FIELDS = (
    "web{event_name,event_match_quality{composite_score},event_coverage{percentage},"
    "dedupe_key_feedback{dedupe_key,browser_events_with_dedupe_key{percentage},"
    "server_events_with_dedupe_key{percentage}},data_freshness{upload_frequency}}"
)
_PAGE_ROWS, _BATCH = 100, 50


@dataclass(frozen=True)
class _Part:
    """One request of the batch; since: of events, None for quality."""

    pixel_id: str
    path: str
    params: dict[str, str]
    since: datetime | None


def read_pixels(transport: Transport, account_id: str, due: PixelsDue, now: datetime) -> PixelReading:
    """Raises MetaError where the list itself is refused, or a limit or a dead token concerns the account."""
    listed = _listed(transport, account_id) if due.known is None else None
    asked = fired(listed or due.known or [], now) if due.has_events else []
    parts = list(_parts(asked, due, now))
    events: dict[str, PixelEvents] = {}
    quality: dict[str, PixelQuality] = {}
    for start in range(0, len(parts), _BATCH):
        batch = parts[start : start + _BATCH]
        for part, answer in zip(batch, _answers(transport, batch, account_id), strict=True):
            if part.since is None:
                quality[part.pixel_id] = _quality(answer)
            else:
                events[part.pixel_id] = _events(transport, part, part.since, answer, account_id)
    return PixelReading(listed, events, quality)


def _listed(transport: Transport, account_id: str) -> list[PixelRow]:
    params = {"fields": PIXEL_FIELDS, "limit": str(_PAGE_ROWS)}
    pages = read_pages(transport, f"act_{account_id}/adspixels", params, account_id, pixel_rows)
    return list({one.pixel_id: one for page in pages for one in page}.values())


def _parts(pixels: Sequence[PixelRow], due: PixelsDue, now: datetime) -> Iterator[_Part]:
    for one in pixels:
        since = due.events_since(one.pixel_id, now)
        span = {"start_time": str(int(since.timestamp())), "end_time": str(int(now.timestamp()))}
        yield _Part(one.pixel_id, f"{one.pixel_id}/stats", {"aggregation": "event", **span}, since)
    if due.has_quality:
        for one in pixels:
            fields = {"dataset_id": one.pixel_id, "fields": QUALITY_FIELDS}
            yield _Part(one.pixel_id, "dataset_quality", fields, None)


def _answers(transport: Transport, parts: list[_Part], account_id: str) -> list[Json | MetaError]:
    """An answer or an error for each part; one part alone is asked without a batch."""
    if len(parts) == 1:
        try:
            return [transport.get(parts[0].path, parts[0].params, account_id=account_id)]
        except MetaError as error:
            return [unless_of_account(error)]
    requests = [{"method": "GET", "relative_url": f"{one.path}?{urlencode(one.params)}"} for one in parts]
    form = {"batch": as_json(requests), "include_headers": "false"}
    answers = transport.post("", form, account_id=account_id)
    if not isinstance(answers, list) or len(answers) != len(parts):
        raise TransientMetaError("a batch about pixels without an answer for each part")
    found = [outcome_of(one) for one in answers]
    return [unless_of_account(one) if isinstance(one, MetaError) else one for one in found]


def _events(
    transport: Transport, part: _Part, since: datetime, answer: Json | MetaError, account_id: str
) -> PixelEvents:
    if isinstance(answer, MetaError):
        return PixelEvents(since, refused=answer.reason)
    hours = answer.get("data")
    if not isinstance(hours, list):
        return PixelEvents(since, refused="an answer without hours")
    try:
        if (answer.get("paging") or {}).get("next"):  # more than one page: followed from the start
            pages = read_pages(transport, part.path, part.params, account_id, lambda rows: rows)
            hours = [hour for page in pages for hour in page]
        return PixelEvents(since, [row for row in event_rows(hours) if row.hour_at >= since])
    except UnreadableValue as reason:
        return PixelEvents(since, refused=str(reason))
    except MetaError as error:
        return PixelEvents(since, refused=unless_of_account(error).reason)


def _quality(answer: Json | MetaError) -> PixelQuality:
    if isinstance(answer, MetaError):
        return PixelQuality(refused=answer.reason)
    rows: Any = quality_rows(answer)
    return PixelQuality(rows)
