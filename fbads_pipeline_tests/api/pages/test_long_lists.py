"""An agency's long lists: a page of them is small, the others are a link away, and nothing is lost between them."""

import re

import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.api.pages.test_pages import Page, visitor, world

__all__ = ["visitor", "world"]
MANY = """
insert into marts.accounts (account_id, name, currency, timezone_name, status, goal_family)
    select (1000 + n)::text, 'Conta ' || n, 'BRL', 'America/Sao_Paulo', 'ACTIVE', 'purchase'
    from generate_series(1, 300) n;
insert into raw.accounts (account_id, name, currency, timezone_name, account_status, collected_at)
    select account_id, name, currency, timezone_name, 1, now() from marts.accounts on conflict do nothing;
insert into raw.account_money_readings (account_id, read_at, currency, amount_spent_minor, is_prepaid, money_left)
    select (1000 + n)::text, '2026-11-10T14:30:00Z', 'BRL', 100, true, 1000 + n from generate_series(1, 300) n;
insert into ops.delivery_problems (problem_id, kind, entity, account_id, name, severity, facts, since, opened_at)
    select lpad(to_hex(n), 32, '0'), 'ad_rejected', 'ad:' || n, (1000 + n)::text, 'Anúncio ' || n, 'warning', '{}',
    now(), now() from generate_series(1, 60) n;
"""


@pytest.fixture
def many(world, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text("delete from ops.delivery_problems"))
        connection.execute(sa.text(MANY))


def test_problems_of_delivery_are_paged_and_the_first_of_the_rest_is_shown_with_a_count(visitor, many):
    seen, address = [], "/delivery"
    while address:
        answer = visitor.get(address)
        assert answer.status_code == 200 and len(answer.content) < 75_000, address
        seen += re.findall(r'action="/delivery/([0-9a-f]{32})"', answer.text)
        following = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 60
    assert "escolha uma conta" in Page(visitor.get("/delivery")).text


def test_the_switcher_lists_forty_and_says_how_many_more_there_are(visitor, many):
    shown = visitor.get("/settings").text
    listed = re.search(r'<details class="menu switch">.*?</details>', shown, re.S)[0]
    assert listed.count("<li") == 40 and re.search(r"mais 2\d\d: ", listed)
