"""Clients stay whole over the pages of the list, and nothing is on two pages or on none."""

import pytest

from fbads_pipeline.api.pages.recommendations.suggestion_pages import PAGE_CARDS, ListPage, list_pages


def test_without_suggestions_there_is_one_empty_page():
    assert list_pages([]) == [ListPage(frozenset(), 0, PAGE_CARDS)] == list_pages([(frozenset("a"), 0)])


@pytest.mark.parametrize("counts", [[3, 3, 3], [12, 12, 12], [PAGE_CARDS], [1, 2 * PAGE_CARDS + 1, 1], [19, 1, 1]])
def test_every_suggestion_is_on_one_page_and_clients_are_whole_where_they_fit(counts):
    clients = [(frozenset([f"{n}a", f"{n}b"]), count) for n, count in enumerate(counts)]
    pages = list_pages(clients)
    assert sum(one.cards for one in pages) == sum(counts) and all(0 < one.cards <= PAGE_CARDS for one in pages)
    for accounts, count in clients:
        holding = [one for one in pages if accounts <= one.accounts]
        assert len(holding) == (1 if count <= PAGE_CARDS else -(-count // PAGE_CARDS))
        if count > PAGE_CARDS:
            assert [one.skipped for one in holding] == list(range(0, count, PAGE_CARDS))
            assert all(one.accounts == accounts for one in holding), "its order is not mixed with another client's"
