"""Who changed what: by kind of actor and tool, of one's own accounts, without persons; also in the chat."""

import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.support.people import People

LOG = """
insert into raw.adsets (adset_id, campaign_id, account_id, name, collected_at) values ('70', '101', '42', 'S', now());
insert into raw.activities (account_id, event_id, event_at, event_type, object_id, object_type, object_name, extra,
    collected_at, actor_kind, tool) values
    ('42', 'e1', '2026-11-08T12:00:00Z', 'update_campaign_budget', '101', 'CAMPAIGN', 'Campanha 101',
        '{"old_value": 1000, "new_value": 2000}', now(), 'rule', 'Automated Rules'),
    ('42', 'e2', '2026-11-09T12:00:00Z', 'update_ad_set_run_status', '70', 'ADSET', 'S', '{}', now(), 'person', null),
    ('43', 'e3', '2026-11-09T13:00:00Z', 'update_campaign_budget', '900', 'CAMPAIGN', 'X', '{}', now(), null, null)
"""


@pytest.fixture
def people(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(LOG))
    return People(app, database)


def test_changes_are_shown_by_kind_of_actor_to_those_who_see_the_account(people):
    own = people.with_key("viewer", accounts=["42"])
    found = own.get("/api/v1/changes").json()
    assert [(one["object_id"], one["actor_kind"], one["tool"], one["new_value"]) for one in found] == [
        ("70", "person", None, None),
        ("101", "rule", "Automated Rules", "2000"),
    ]
    of_campaign = own.get("/api/v1/changes", campaign_id="101").json()
    assert [one["object_id"] for one in of_campaign] == ["70", "101"], "what is below the campaign too"
    assert own.get("/api/v1/changes", account_id="43").status_code == 404
    assert own.get("/api/v1/changes", campaign_id="900").status_code == 404
    every = people.with_key("viewer").get("/api/v1/changes").json()
    assert [one["actor_kind"] for one in every] == [None, "person", "rule"], "what Meta does not tell stays open"
    assert not any("actor_name" in one or "actor_id" in one for one in every)


LINKS = """
insert into raw.campaigns (campaign_id, account_id, name, collected_at) values ('101', '42', 'Tênis', now());
insert into raw.ads (ad_id, adset_id, campaign_id, account_id, name, effective_status, collected_at) values
    ('1', '70', '101', '42', '<script>x</script>', 'ACTIVE', now());
insert into raw.ad_creatives (ad_id, account_id, creative_id, creative_key, link, collected_at) values
    ('1', '42', '1', 'k1', 'https://loja.example/?utm_campaign=<b>Outra</b>', now());
insert into ops.link_checks values
    ('https://loja.example/?utm_campaign=<b>Outra</b>', 'down', 'HTTP 404', 80, now(), now());
insert into ops.naming_rules values ('account', '42', null, null, '{}', '{"utm_campaign": "{campaign}"}', 't', now())
"""


def test_links_are_shown_to_those_who_see_the_account_and_nothing_of_them_runs(people, database):
    with database.owner.begin() as connection:
        connection.exec_driver_sql(LINKS)
    found = people.with_key("viewer", accounts=["42"]).get("/api/v1/links").json()
    assert [(one["state"], one["detail"], one["ads"]) for one in found["pages"]] == [("down", "HTTP 404", 1)]
    (tags,) = found["tags"]
    assert [(one["parameter"], one["fault"]) for one in tags["findings"]] == [("utm_campaign", "other_campaign")]
    assert people.with_key("viewer", accounts=["43"]).get("/api/v1/links").json() == {"pages": [], "tags": []}
    page = people.logged_in("viewer", accounts=["42"]).get("/links").text
    assert "não responde" in page and "a campanha se chama Tênis" in page and "FBADS_CHECK_LINKS" in page
    assert "<b>Outra" not in page and "<script>x" not in page
