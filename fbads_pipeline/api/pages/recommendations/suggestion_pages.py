"""The list of suggestions cut into pages: clients stay whole, and a page stays small."""

from collections.abc import Sequence
from dataclasses import dataclass

PAGE_CARDS = 15


@dataclass(frozen=True)
class ListPage:
    """Whose suggestions a page has; skipped, cards: which of them, in their order."""

    accounts: frozenset[str]
    skipped: int
    cards: int


def list_pages(clients: Sequence[tuple[frozenset[str], int]]) -> list[ListPage]:
    """At least one page. clients: in their order, each with its accounts and how many suggestions they have.

    A client with more than fit has pages of its own.
    """
    pages: list[ListPage] = []
    for accounts, count in clients:
        if not count:
            continue
        last = pages[-1] if pages else None
        if last is not None and not last.skipped and last.cards + count <= PAGE_CARDS:
            pages[-1] = ListPage(last.accounts | accounts, 0, last.cards + count)
            continue
        pages += [ListPage(accounts, n, min(PAGE_CARDS, count - n)) for n in range(0, count, PAGE_CARDS)]
    return pages or [ListPage(frozenset(), 0, PAGE_CARDS)]
