"""Ad sets and ads of a campaign: over the API and on their page, for whoever sees the account."""

import pytest

from fbads_pipeline_tests.support.people import People

MARTS = """
create table marts.adsets (account_id text, campaign_id text, adset_id text, name text, effective_status text,
    currency text, daily_budget numeric, lifetime_budget numeric);
insert into marts.adsets values
    ('42', '101', '71', 'Interesses', 'ACTIVE', 'BRL', 100, null),
    ('42', '101', '72', 'Amplo', 'ACTIVE', 'BRL', null, 900),
    ('42', '101', '73', 'Sem', 'ACTIVE', 'BRL', null, null);
create table marts.ads (account_id text, campaign_id text, ad_id text, name text);
insert into marts.ads values ('42', '101', '1', 'Foto'), ('42', '101', '2', '<b>Vídeo</b>');
create table marts.ad_daily (account_id text, campaign_id text, ad_id text, day date, impressions bigint, reach bigint,
    clicks bigint, spend numeric, conversions numeric);
insert into marts.ad_daily select '42', '101', ad, day::date, 5000,
    case when ad = '2' and day > '2026-11-02' then 2500 else 4000 end,
    case when ad = '2' and day > '2026-11-02' then 25 else 60 end, 100, case when ad = '1' then 8 else 1 end
    from unnest(array['1', '2']) ad, generate_series(date '2026-10-13', date '2026-11-09', '1 day') day;
insert into analysis.adset_scores values ('42', '71', '101', '2026-11-09', 61.5, 50, 70, 30, null, 50, 'BRL', 7);
insert into ops.suggestions (suggestion_id, account_id, campaign_id, adset_id, kind, confidence, rules, reason,
    evidence, day, marts_version, created_at, updated_at, expires_at)
    values ('sa', '42', '101', '71', 'BUDGET_UP', 'high',
    '{posterior}', '"x"', '{"adset_name": "Interesses"}', '2026-11-09', 7, now(), now(), '2026-12-01');
"""


@pytest.fixture
def people(app, database):
    with database.owner.begin() as connection:
        connection.exec_driver_sql(MARTS)
    return People(app, database)


def test_a_campaigns_ad_sets_have_scores_and_suggestions_and_its_ads_verdicts(people):
    client = people.with_key("viewer")
    first, second = client.get("/api/v1/campaigns/101/adsets").json()
    assert (first["adset_id"], first["total"], first["suggested"], first["daily_budget"]) == (
        "71",
        61.5,
        "BUDGET_UP",
        100,
    )
    assert (second["adset_id"], second["total"], second["lifetime_budget"]) == ("72", None, 900)
    photo, video = client.get("/api/v1/campaigns/101/ads").json()
    assert (photo["fatigue"], photo["place"]) == ("steady", "best")
    assert (video["fatigue"], video["place"]) == ("tired", "worst")
    assert (video["frequency"], video["frequency_before"], video["ctr"]) == (2.0, 1.25, 0.005)
    (one,) = [row for row in client.get("/api/v1/suggestions").json()["data"] if row["suggestion_id"] == "sa"]
    assert one["adset_id"] == "71"


def test_the_page_says_what_to_consider_and_has_nothing_to_press(people):
    page = people.logged_in("viewer").get("/campaigns/101/ads").text
    assert "Considere mover orçamento de &lt;b&gt;Vídeo&lt;/b&gt; para Foto" in page
    assert "Cansado" in page and "/suggestions/sa" in page and ">Aceitar<" not in page
    assert "Campanha 101 › Interesses" in people.logged_in("viewer").get("/suggestions").text


def test_a_foreign_campaign_is_not_there(people):
    stranger = people.with_key("viewer", accounts=["43"])
    for path in ("adsets", "ads"):
        assert stranger.get(f"/api/v1/campaigns/101/{path}").status_code == 404
    assert people.logged_in("viewer", accounts=["43"]).get("/campaigns/101/ads").status_code == 404
