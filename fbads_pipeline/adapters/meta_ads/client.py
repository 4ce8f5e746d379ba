"""The Marketing API as the pipeline reads it: accounts, objects, insights, page by page.

Account-level calls with `time_increment=1`, the largest page, only the fields that are stored, every effective status
named (Meta hides archived and deleted objects otherwise). When Meta asks for less, the range is halved, down to a day,
then the page; what was read is never half a range.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from fbads_pipeline.adapters.meta_ads.rows import read_account
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.domain.accounts import Account
from fbads_pipeline.domain.collecting import Kind, Level, Page, Traffic
from fbads_pipeline.domain.days import DayRange
from fbads_pipeline.domain.errors import PermanentMetaError, TooMuchData, TransientMetaError, error_from_envelope

PAGE_ROWS = 5000
SMALLEST_PAGE = 50
BATCH_SIZE = 50

ACCOUNT_FIELDS = "account_id,name,currency,timezone_name,account_status,created_time"
_COMMON = "id,name,status,effective_status,created_time,updated_time"
OBJECT_FIELDS: Mapping[Kind, str] = {
    "campaign": f"{_COMMON},account_id,objective,buying_type,bid_strategy,daily_budget,lifetime_budget,start_time,"
    "stop_time",
    "adset": f"{_COMMON},account_id,campaign_id,optimization_goal,billing_event,bid_strategy,bid_amount,daily_budget,"
    "lifetime_budget,start_time,end_time",
    "ad": f"{_COMMON},account_id,campaign_id,adset_id",
}
EDGES: Mapping[Kind, str] = {"campaign": "campaigns", "adset": "adsets", "ad": "ads"}
_IDS: Mapping[Level, str] = {
    "account": "account_id",
    "campaign": "account_id,campaign_id",
    "adset": "account_id,campaign_id,adset_id",
    "ad": "account_id,campaign_id,adset_id,ad_id",
}
_FIGURES = "account_currency,impressions,reach,frequency,clicks,inline_link_clicks,spend,actions,action_values"
# What Meta's own enumerations list for each level; a status that a level does not know would refuse the whole query.
STATUSES: Mapping[Kind, tuple[str, ...]] = {
    "campaign": ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES"),
    "adset": ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "IN_PROCESS", "WITH_ISSUES"),
    "ad": (
        *("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "IN_PROCESS", "WITH_ISSUES"),
        *("DISAPPROVED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED"),
    ),
}


class GraphAds:
    """The port AdsApi over HTTP."""

    def __init__(self, transport: Transport, *, windows: Sequence[str] = ("7d_click", "1d_view")) -> None:
        self._transport = transport
        self._windows = list(windows)

    def traffic(self, account_id: str) -> Traffic:
        return self._transport.traffic(account_id)

    def accounts(self) -> list[Account]:
        pages = self._pages("me/adaccounts", {"fields": ACCOUNT_FIELDS, "limit": "500"})
        return [read_account(row) for page in pages for row in page]

    def account(self, account_id: str) -> Account:
        return read_account(self._transport.get(f"act_{account_id}", {"fields": ACCOUNT_FIELDS}, account_id=account_id))

    def insights(self, account_id: str, level: Level, days: DayRange) -> Iterator[Page]:
        return self._insights(account_id, level, days, PAGE_ROWS)

    def objects(self, account_id: str, kind: Kind) -> Iterator[Page]:
        statuses = [status for status in STATUSES[kind] if status != "DELETED"]
        params = {"fields": OBJECT_FIELDS[kind], "effective_status": _json(statuses)}
        return self._shrinking(f"act_{account_id}/{EDGES[kind]}", params, account_id)

    def objects_by_id(self, kind: Kind, ids: Sequence[str], *, account_id: str = "") -> list[Json]:
        found: list[Json] = []
        for start in range(0, len(ids), BATCH_SIZE):
            found += self._batch(kind, ids[start : start + BATCH_SIZE], account_id)
        return found

    def _insights(self, account_id: str, level: Level, days: DayRange, page_rows: int) -> Iterator[Page]:
        params = {
            "level": level,
            "fields": f"{_IDS[level]},{_FIGURES}",
            "time_range": _json({"since": str(days.since), "until": str(days.until)}),
            "time_increment": "1",
            "action_breakdowns": _json(["action_type"]),
            "action_attribution_windows": _json(self._windows),
            "limit": str(page_rows),
        }
        if level != "account":
            everything = {"field": f"{level}.effective_status", "operator": "IN", "value": list(STATUSES[level])}
            params["filtering"] = _json([everything])
        try:
            # A range that turned out too large after some pages is asked anew in halves: rows that came twice are
            # the same rows, and the store keeps the last of each.
            yield from self._pages(f"act_{account_id}/insights", params, account_id)
        except TooMuchData:
            if len(days) > 1:
                for half in days.chunks((len(days) + 1) // 2):
                    yield from self._insights(account_id, level, half, page_rows)
            elif page_rows > SMALLEST_PAGE:
                yield from self._insights(account_id, level, days, page_rows // 5)
            else:
                raise

    def _shrinking(
        self, path: str, params: dict[str, str], account_id: str, page_rows: int = PAGE_ROWS
    ) -> Iterator[Page]:
        try:
            yield from self._pages(path, {**params, "limit": str(page_rows)}, account_id)
        except TooMuchData:
            if page_rows <= SMALLEST_PAGE:
                raise
            yield from self._shrinking(path, params, account_id, page_rows // 5)

    def _pages(self, path: str, params: Mapping[str, str], account_id: str = "") -> Iterator[Page]:
        """Every page; the end is a missing `paging.next`, an empty page is none."""
        asked: set[str] = set()
        query = dict(params)
        while True:
            body = self._transport.get(path, query, account_id=account_id)
            rows = body.get("data")
            if not isinstance(rows, list):
                raise TransientMetaError(f"an answer of {path} without `data`")
            yield rows
            onward = _onward(body, params)
            if onward is None:
                return
            signature = repr(sorted(onward.items()))
            if signature in asked:
                raise TransientMetaError(f"the pages of {path} lead in a circle")
            asked.add(signature)
            query = onward

    def _batch(self, kind: Kind, ids: Sequence[str], account_id: str) -> list[Json]:
        fields = OBJECT_FIELDS[kind]
        requests = [{"method": "GET", "relative_url": f"{one}?fields={fields}"} for one in ids]
        try:
            answers = self._transport.post(
                "", {"batch": _json(requests), "include_headers": "false"}, account_id=account_id
            )
        except PermanentMetaError:
            answers = []
        bodies = [_part(answer) for answer in answers] if isinstance(answers, list) else []
        if len(bodies) != len(ids):
            bodies = [None] * len(ids)
        found = [
            self._single(one, fields, account_id) if body is None else body
            for one, body in zip(ids, bodies, strict=True)
        ]
        return [body for body in found if "id" in body]

    def _single(self, object_id: str, fields: str, account_id: str) -> Json:
        """An object whose part of a batch is unknown, asked alone; {} where Meta does not show it."""
        try:
            body = self._transport.get(object_id, {"fields": fields}, account_id=account_id)
        except PermanentMetaError:
            return {}
        return body if isinstance(body, dict) else {}


def _onward(body: Json, params: Mapping[str, str]) -> dict[str, str] | None:
    """The next page's query: what `paging.next` says, less the credentials that Meta writes into it."""
    following = (body.get("paging") or {}).get("next")
    if not following:
        return None
    said = {key: value for key, value in parse_qsl(urlsplit(str(following)).query) if key not in _CREDENTIALS}
    return {**params, **said}


_CREDENTIALS = frozenset({"access_token", "appsecret_proof"})


def _part(answer: Any) -> Json | None:
    """A sub-response's object; {} where Meta does not show it, None where the result is unknown: ask again."""
    if not isinstance(answer, dict) or "body" not in answer:
        return None
    try:
        body = orjson.loads(answer["body"]) if isinstance(answer["body"], str) else answer["body"]
    except orjson.JSONDecodeError:
        return None
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("error"), dict):
        error = error_from_envelope(body["error"], int(answer.get("code") or 400))
        return {} if isinstance(error, PermanentMetaError) else None
    return body


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
