"""Following pages to their end."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.domain.collection.meta_errors import TransientMetaError

Read = TypeVar("Read")
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
