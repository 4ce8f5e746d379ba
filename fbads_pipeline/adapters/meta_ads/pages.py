"""Following pages, and batches of objects by id."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from fbads_pipeline.adapters.meta_ads.queries import as_json
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.domain.collection.levels import Page
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError, TransientMetaError, error_from_envelope

BATCH_SIZE = 50
_CREDENTIALS = frozenset({"access_token", "appsecret_proof"})
# Parsed pages are several times the size of their text. Two, so that one is parsed while the other one is stored.
_PARSED_AT_ONCE = threading.BoundedSemaphore(2)


def read_pages(transport: Transport, path: str, params: Mapping[str, str], account_id: str) -> Iterator[Page]:
    """Every page; the end is a missing `paging.next`, an empty page is none."""
    asked: set[str] = set()
    query: dict[str, str] | None = dict(params)
    while query is not None:
        body = transport.get(path, query, account_id=account_id, gate=_PARSED_AT_ONCE)
        try:
            rows = body.get("data") if isinstance(body, dict) else None
            if not isinstance(rows, list):
                raise TransientMetaError(f"an answer of {path} without `data`")
            query = _onward(body, params)
            yield rows
        finally:
            body, rows = {}, None
            _PARSED_AT_ONCE.release()
        if query is not None:
            signature = repr(sorted(query.items()))
            if signature in asked:
                raise TransientMetaError(f"the pages of {path} lead in a circle")
            asked.add(signature)


def _onward(body: Json, params: Mapping[str, str]) -> dict[str, str] | None:
    """The next page's query: what `paging.next` says, less the credentials that Meta writes into it."""
    following = (body.get("paging") or {}).get("next")
    if not following:
        return None
    said = {key: value for key, value in parse_qsl(urlsplit(str(following)).query) if key not in _CREDENTIALS}
    return {**params, **said}


def read_batch(transport: Transport, ids: Sequence[str], fields: str, account_id: str) -> list[Json]:
    """Objects by id, 50 per call; those whose part of the answer is unknown are asked alone, hidden ones left out."""
    found: list[Json] = []
    for start in range(0, len(ids), BATCH_SIZE):
        found += _batch(transport, ids[start : start + BATCH_SIZE], fields, account_id)
    return found


def _batch(transport: Transport, ids: Sequence[str], fields: str, account_id: str) -> list[Json]:
    requests = [{"method": "GET", "relative_url": f"{one}?fields={fields}"} for one in ids]
    try:
        answers = transport.post("", {"batch": as_json(requests), "include_headers": "false"}, account_id=account_id)
    except PermanentMetaError:
        answers = []
    bodies = [_part(answer) for answer in answers] if isinstance(answers, list) else []
    if len(bodies) != len(ids):
        bodies = [None] * len(ids)
    found = [
        _single(transport, one, fields, account_id) if body is None else body
        for one, body in zip(ids, bodies, strict=True)
    ]
    return [body for body in found if "id" in body]


def _single(transport: Transport, object_id: str, fields: str, account_id: str) -> Json:
    """An object whose part of a batch is unknown, asked alone; {} where Meta does not show it."""
    try:
        body = transport.get(object_id, {"fields": fields}, account_id=account_id)
    except PermanentMetaError:
        return {}
    return body if isinstance(body, dict) else {}


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
