"""Links of active ads, looked at once an hour, to one alert while money is spent; and their tags against a rule."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.clients.naming import PostgresNaming
from fbads_pipeline.adapters.postgres.delivery.links import PostgresLinks
from fbads_pipeline.adapters.postgres.delivery.problems import PostgresDeliveryProblems
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.clients.naming import NamingRule
from fbads_pipeline.domain.delivery.links import LinkAnswer
from fbads_pipeline.services.delivery.check_links import check_links
from fbads_pipeline.services.delivery.watch_delivery import watch_delivery
from fbads_pipeline_tests.support.fake_ads import FakeClock

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
SPENT, IDLE, PAUSED = "https://loja.example/p", "https://loja.example/idle", "https://loja.example/paused"
WORLD = """
insert into raw.accounts (account_id, name, currency, timezone_name, collected_at)
    values ('42', 'Loja', 'BRL', 'America/Sao_Paulo', :now);
insert into raw.campaigns (campaign_id, account_id, name, collected_at) values ('7', '42', 'Tênis | Topo', :now);
insert into raw.ads (ad_id, adset_id, campaign_id, account_id, name, effective_status, collected_at) values
    ('1', '70', '7', '42', 'A', 'ACTIVE', :now), ('2', '70', '7', '42', 'B', 'ACTIVE', :now),
    ('3', '70', '7', '42', 'C', 'PAUSED', :now), ('4', '70', '7', '42', 'D', 'ACTIVE', :now);
insert into raw.ad_creatives (ad_id, account_id, creative_id, creative_key, link, url_tags, collected_at) values
    ('1', '42', '1', 'k1', :spent, 'utm_campaign={{campaign.name}}', :now), ('2', '42', '2', 'k2', :idle, null, :now),
    ('3', '42', '3', 'k3', :paused, null, :now), ('4', '42', '4', 'k4', :spent, 'utm_campaign=Black', :now);
insert into raw.insights (account_id, level, day, object_id, campaign_id, adset_id, ad_id, breakdown, breakdown_value,
    spend, collected_at) values ('42', 'ad', '2026-11-09', '1', '7', '70', '1', '', '', 80, :now)
"""


class Pages:
    """Answers as the test says, and counts."""

    def __init__(self, status=200):
        self.status, self.asked = status, []

    def ask(self, url):
        self.asked.append(url)
        return LinkAnswer(url, self.status, 0.2)


@pytest.fixture
def engine(migrated_engine):
    with migrated_engine.begin() as connection:
        values = {"now": NOW, "spent": SPENT, "idle": IDLE, "paused": PAUSED}
        connection.execute(sa.text(WORLD), values)
    return migrated_engine


def alerts(engine):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text("select rule, severity from ops.alerts order by 1"))]


def test_each_distinct_link_is_asked_once_an_hour_and_announced_once_while_it_spends(engine):
    links, problems, clock, pages = PostgresLinks(engine), PostgresDeliveryProblems(engine), FakeClock(NOW), Pages(404)
    assert check_links(links, pages, clock) == {"down": 2}
    assert sorted(pages.asked) == [IDLE, IDLE, SPENT, SPENT], "what does not answer is asked twice, paused ads never"
    assert check_links(links, pages, clock) == {}
    to = [Recipient("fake", "C1")]
    watch_delivery(problems, clock, to)
    watch_delivery(problems, clock, to)
    assert alerts(engine) == [("delivery.link_down", "critical")], "only the link that money is spent on, and once"
    (one,) = problems.listed(None, ended_since=NOW)
    assert (one.problem.name, one.problem.campaign_id) == (SPENT, "7")
    later = FakeClock(NOW + timedelta(hours=1))
    assert check_links(links, Pages(), later) == {"ok": 2}
    watch_delivery(problems, later, to)
    assert alerts(engine) == [("delivery.fixed.link_down", "info"), ("delivery.link_down", "critical")]
    shown = links.links(frozenset({"42"}))
    assert {one["url"]: (one["state"], one["ads"]) for one in shown} == {SPENT: ("ok", 2), IDLE: ("ok", 1)}
    assert links.links(frozenset({"43"})) == []


def test_tags_are_compared_with_the_rule_of_the_account_or_its_client(engine):
    naming = PostgresNaming(engine)
    assert naming.findings() == []
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "insert into ops.clients (name, language, set_by, set_at) values ('Lima', 'pt', 't', now());"
                " insert into ops.client_accounts select '42', client_id, now() from ops.clients"
            )
        )
    of_client = NamingRule("{product} | {stage}", {"utm_campaign": "{campaign}"})
    naming.set("client", "1", of_client, actor="t", now=NOW)
    found = {one.ad_id: [(each.parameter, each.fault) for each in one.findings] for one in naming.findings()}
    assert found == {"2": [("utm_campaign", "missing")], "4": [("utm_campaign", "other_campaign")]}
    naming.set("account", "42", NamingRule("{product}", {"utm_source": "*"}), actor="t", now=NOW)
    assert naming.rules()["42"].pattern == "{product}", "an account's own rule comes before its client's"
    assert len(naming.findings(frozenset({"42"}))) == 3 and naming.findings(frozenset({"43"})) == []
    naming.set("account", "42", None, actor="t", now=NOW)
    assert naming.rules()["42"] == of_client
