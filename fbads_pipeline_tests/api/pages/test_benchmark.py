"""The own benchmark as a page: percentiles of all accounts, names of the visitor's own alone, silent below ten."""

import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.support.people import People

# Twelve accounts beside the one that is there, each with a campaign and a day; their CTR rises with their number.
WORLD = """
update raw.accounts set country = 'BR';
insert into raw.accounts (account_id, name, currency, timezone_name, country, collected_at)
    select n::text, 'Other client ' || n, 'BRL', 'UTC', 'BR', now() from generate_series(501, 512) n;
insert into marts.accounts (account_id, name, currency, timezone_name, status, goal_family)
    select n::text, 'Other client ' || n, 'BRL', 'UTC', 'ACTIVE', 'purchase' from generate_series(501, 512) n;
insert into marts.campaigns (campaign_id, account_id, name, objective, currency, timezone_name)
    select (n + 1000)::text, n::text, 'Secret', 'OUTCOME_SALES', 'BRL', 'UTC' from generate_series(501, 512) n;
insert into marts.campaign_daily (account_id, campaign_id, day, currency, impressions, clicks, spend, conversions,
    purchase_value) select n::text, (n + 1000)::text, '2026-11-05', 'BRL', 10000, (n - 500) * 10, 100, 0, 50
    from generate_series(501, 512) n
"""


@pytest.fixture
def people(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(WORLD))
    return People(app, database)


def test_a_visitor_sees_percentiles_of_all_and_names_of_their_own_alone(people):
    page = people.logged_in("viewer", accounts=["501", "512"]).get("/benchmark").text.replace("\xa0", " ")
    assert "Vendas · BR · BRL" in page and ">13<" in page
    assert "Other client 501" in page and "Other client 512" in page and "Secret" not in page
    assert not [n for n in range(502, 512) if f"Other client {n}" in page or f">{n}<" in page]
    assert "pior quarto" in page and "melhor quarto" in page
    assert "CPA" not in page.partition("<h1>")[2].replace("CTR, CPM, CPA e ROAS", ""), "nobody has conversions: no CPA"


def test_fewer_than_ten_accounts_are_silent(people, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text("delete from marts.campaign_daily where account_id > '508'"))
    page = people.logged_in("viewer").get("/benchmark").text.replace("\xa0", " ")
    assert "Vendas · BR" not in page and "Menos de 10 contas" in page, page.partition("<h1>")[2][:900]
    assert people.logged_in("viewer", accounts=["501"]).get("/benchmark?account=502").status_code == 404
