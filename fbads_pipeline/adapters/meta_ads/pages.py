"""Following pages, and batches of objects by id."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

import orjson

from fbads_pipeline.adapters.meta_ads.queries import as_json
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError, TransientMetaError, error_from_envelope

Read = TypeVar("Read")
BATCH_SIZE = 50
_CREDENTIALS = frozenset({"access_token", "appsecret_proof"})


def read_pages(
    transport: Transport,
    path: str,
    params: Mapping[str, str],
    account_id: str,
    read: Callable[[list[Any]], Read],
) -> Iterator[Read]:
    """What `read` makes of every page; the end is a missing `paging.next`, an empty page is none.

    Nothing is held while the caller works with a page: neither a parsing permit, nor a connection, nor the page.
    """
    pages = _Pages(path, params, read)
    while pages.query is not None:
        yield pages.next(transport, account_id)


class _Pages(Generic[Read]):
    """Where a reading stands. query: of the next page, None after the last one."""

    def __init__(self, path: str, params: Mapping[str, str], read: Callable[[list[Any]], Read]) -> None:
        self._path, self._params, self._read = path, params, read
        self._asked = set[str]()
        self.query: dict[str, str] | None = dict(params)

    def next(self, transport: Transport, account_id: str) -> Read:
        """Raises TransientMetaError where the answer is no page, or where the pages lead in a circle."""
        page, self.query = transport.read(self._path, self.query or {}, self._understand, account_id=account_id)
        if page is None:
            raise TransientMetaError(f"an answer of {self._path} without `data`")
        if self.query is not None:
            signature = repr(sorted(self.query.items()))
            if signature in self._asked:
                raise TransientMetaError(f"the pages of {self._path} lead in a circle")
            self._asked.add(signature)
        return page

    def _understand(self, body: Any) -> tuple[Read | None, dict[str, str] | None]:
        rows = body.get("data") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            return None, None
        return self._read(rows), _onward(body, self._params)


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
