"""Balances and delivery problems over HTTP, on their page, from a button of Slack and for assistants."""

import json

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.channels.slack_layout import blocks
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.mcp.arguments import ToolRefused
from fbads_pipeline.api.mcp.caller import Caller
from fbads_pipeline.api.mcp.finding_tools import FindingTools
from fbads_pipeline.bootstrap.delivery import delivery_problems
from fbads_pipeline.domain.delivery.messages import compose, grouped
from fbads_pipeline.domain.identity.users import principal_of
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import HOSTILE, Client
from fbads_pipeline_tests.api.test_webhooks import SECRET, press
from fbads_pipeline_tests.support.fakes import a_delivery
from fbads_pipeline_tests.support.people import NOW, People

ONE, OTHER = "a" * 32, "b" * 32
ROWS = """
insert into raw.account_money_readings (account_id, read_at, currency, spend_cap_minor, amount_spent_minor, is_prepaid,
    money_left, funding_shape) values
    ('42', '2026-11-10T14:30:00Z', 'BRL', 0, 100, true, null, :shape),
    ('43', '2026-11-10T14:30:00Z', 'USD', 100000, 100000, false, null, null);
create table marts.account_daily (account_id text, day date, spend numeric);
create table marts.ad_daily (account_id text, ad_id text, day date, spend numeric);
insert into marts.account_daily select account, day::date, 100 from unnest(array['42', '43']) account,
    generate_series(date '2026-10-01', date '2026-11-10', interval '1 day') day;
insert into ops.delivery_problems (problem_id, kind, entity, account_id, name, severity, facts, since, opened_at) values
    (:one, 'ad_rejected', 'ad:7', '42', :name, 'critical', cast(:facts as jsonb), now(), now()),
    (:other, 'ad_rejected', 'ad:8', '43', 'Other', 'warning', '{}', now(), now());
"""


@pytest.fixture
def people(app, database):
    facts = {"reasons": [{"key": None, "name": HOSTILE[:40], "text": "<img src=x onerror=alert(1)>"}]}
    values = {"one": ONE, "other": OTHER, "shape": "<b>99</b>", "name": HOSTILE, "facts": json.dumps(facts)}
    with database.owner.begin() as connection:
        connection.execute(sa.text(ROWS), values)
    return People(app, database)


def test_balances_and_problems_are_those_of_the_callers_accounts(people):
    mine, everything = people.with_key("viewer", accounts=["42"]), people.with_key("viewer")
    (balance,) = mine.get("/api/v1/balances").json()
    assert (balance["left"], balance["state"], balance["shape"]) == (None, "unknown", "<b>99</b>"), "never zero"
    found = everything.get("/api/v1/balances").json()
    assert [(one["kind"], one["state"], one["left"]) for one in found] == [
        ("account_cap", "empty", "0"),
        ("balance", "unknown", None),
    ], "what ended first"
    assert [one["entity"] for one in mine.get("/api/v1/delivery-problems").json()] == ["ad:7"]
    assert [one["entity"] for one in everything.get("/api/v1/delivery-problems").json()] == ["ad:7", "ad:8"]
    assert mine.get("/api/v1/balances", account_id="43").status_code == 404
    assert everything.get("/api/v1/balances", account_id="act_43").json()[0]["account_id"] == "43"


def test_a_problem_is_acknowledged_once_by_who_may_and_sees_it(people):
    path = f"/api/v1/delivery-problems/{ONE}/acknowledge"
    assert people.with_key("viewer").send("POST", path).status_code == 403
    assert people.with_key("approver", accounts=["43"]).send("POST", path).status_code == 404
    approver = people.with_key("approver", accounts=["42"])
    taken = approver.send("POST", path)
    assert (taken.status_code, taken.json()["state"]) == (200, "acknowledged") and taken.json()["acknowledged_by"]
    assert approver.send("POST", path).status_code == 409
    assert approver.send("POST", "/api/v1/delivery-problems/x/acknowledge").status_code == 400


@pytest.mark.parametrize(("language", "says"), [("pt", "não se sabe"), ("en", "not known")])
def test_the_page_shows_and_escapes_what_strangers_wrote_and_its_form_needs_no_script(people, language, says):
    browser = people.logged_in("approver", accounts=["42"])
    browser.cookies.set("fbads_language", language)
    page = browser.get("/delivery")
    assert page.status_code == 200 and says in page.text
    assert "<img src=x" not in page.text and "<script>alert" not in page.text and "<b>99" not in page.text
    assert f'action="/delivery/{ONE}"' in page.text and OTHER not in page.text
    assert "facebook.com/adsmanager/manage/ads?act=42&amp;selected_ad_ids=7" in page.text
    answer = browser.send("POST", f"/delivery/{ONE}", data={"csrf": browser.headers["x-csrf-token"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/delivery?done=yes")
    assert f'action="/delivery/{ONE}"' not in browser.get("/delivery").text
    assert browser.get("/delivery", account="43").status_code == 404
    assert browser.send("POST", f"/delivery/{OTHER}", data={"csrf": browser.headers["x-csrf-token"]}).status_code == 404


def test_the_button_that_we_send_to_slack_is_the_one_that_we_take(people, database, monkeypatch):
    monkeypatch.delenv("FBADS_NOW")  # Slack's signature is of this moment
    client = Client(create_app(load_settings(slack_signing_secret=SECRET, slack_approvers="U1"), database))
    stored = delivery_problems(database).listed(frozenset({"42"}), ended_since=NOW)
    alert = compose(grouped(stored)[0])
    (actions,) = [one for one in blocks(a_delivery(alert=alert), with_buttons=True) if one["type"] == "actions"]
    (button,) = actions["elements"]
    # The first is signed a second early: of the same second both would be one request, that came twice.
    assert "assumiu" in press(client, button["action_id"], button["value"], age=1).json()["text"]
    assert "não está mais aberto" in press(client, button["action_id"], button["value"]).json()["text"]
    assert press(client, button["action_id"], "x' or 1=1").status_code == 422
    assert "FBADS_SLACK_APPROVERS" in press(client, button["action_id"], OTHER, user="U9").json()["text"]


def test_assistants_read_the_same(people, database):
    who = principal_of(people.add("viewer", accounts=["42"]), "key")
    tools = FindingTools(Caller(load_settings(), database, lambda: who, lambda: None))
    (balance,) = tools.list_balances().balances
    assert (balance.left, balance.state) == (None, "unknown")
    (problem,) = tools.list_delivery_problems(kind="ad_rejected").problems
    assert problem.entity == "ad:7" and "rejected by Meta" in problem.text
    assert tools.list_delivery_problems(kind="balance_low").problems == []
    with pytest.raises(ToolRefused, match="ad_rejected"):
        tools.list_delivery_problems(kind="rejected")


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108020000")
CREATIVES = """
insert into raw.ad_creatives (ad_id, account_id, creative_id, creative_key, title, picture_url, collected_at) values
    ('7', '42', '1', 'image:abc', :name, 'https://scontent.fbcdn.net/secret', now()),
    ('8', '42', '2', 'image:abc', :name, 'https://scontent.fbcdn.net/secret', now()),
    ('9', '43', '3', 'image:def', 'Other', null, now());
insert into ops.creative_pictures (account_id, creative_key, media_type, width, height, content, fetched_at) values
    ('42', 'image:abc', 'image/png', 1, 1, :png, now())
"""


def test_a_creative_is_shown_with_its_kept_picture_under_the_rights_of_its_account(people, database):
    with database.owner.begin() as connection:
        connection.execute(
            sa.text(
                "alter table marts.ad_daily add impressions bigint, add clicks bigint, add conversions numeric,"
                " add conversion_goal text, add reach bigint"
            )
        )
        connection.execute(sa.text(CREATIVES), {"name": HOSTILE, "png": PNG})
        connection.execute(
            sa.text(
                "insert into marts.ad_daily values ('42', '7', '2026-11-01', 10, 100, 5, 1),"
                " ('42', '8', '2026-11-01', 5, 50, null, 1)"
            )
        )
    mine, other = people.with_key("viewer", accounts=["42"]), people.with_key("viewer", accounts=["43"])
    (shown,) = mine.get("/api/v1/creatives").json()
    assert (shown["ads"], shown["spend"], shown["impressions"], shown["clicks"]) == (2, "15", "150", None)
    served = mine.get(shown["picture"])
    assert (served.status_code, served.content, served.headers["content-type"]) == (200, PNG, "image/png")
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-security-policy"].startswith("default-src 'none'")
    assert other.get(shown["picture"]).status_code == 404
    assert [one["key"] for one in other.get("/api/v1/creatives").json()] == ["image:def"]
    page = people.logged_in("viewer", accounts=["42"]).get("/creatives", account="42")
    assert page.status_code == 200 and f'src="{shown["picture"]}"' in page.text
    assert "fbcdn" not in page.text and "<script>alert" not in page.text, "never a link to Meta's picture"


# Two ads of one picture, seen more often and clicked less in the last week; one as before; one without reach.
TIRED = """
insert into raw.ad_creatives (ad_id, account_id, creative_id, creative_key, title, collected_at) values
    ('7', '42', '1', 'image:tired', 'Tired', now()), ('8', '42', '2', 'image:tired', 'Tired', now()),
    ('9', '42', '3', 'image:steady', 'Steady', now()), ('10', '42', '4', 'image:unknown', 'Unknown', now());
insert into marts.ad_daily (account_id, ad_id, day, spend, impressions, clicks, conversions, conversion_goal, reach)
select '42', ad, day::date, 10, 1000,
    case when ad in ('7', '8') and day >= '2026-11-03' then 8 else 20 end, 1, 'purchase',
    case when ad = '10' then null when ad in ('7', '8') and day >= '2026-11-03' then 500 else 800 end
from unnest(array['7', '8', '9', '10']) ad, generate_series(date '2026-10-13', date '2026-11-09', '1 day') day
"""


def test_a_creative_is_tired_where_people_see_it_more_often_and_respond_less(people, database):
    with database.owner.begin() as connection:
        connection.execute(
            sa.text(
                "alter table marts.ad_daily add impressions bigint, add clicks bigint, add conversions numeric,"
                " add conversion_goal text, add reach bigint"
            )
        )
        connection.execute(sa.text(TIRED))
    found = {one["key"]: one for one in people.with_key("viewer").get("/api/v1/creatives").json()}
    verdicts = {key: one["fatigue"] for key, one in found.items()}
    assert verdicts == {"image:tired": "tired", "image:steady": "steady", "image:unknown": "too little data"}
    tired = found["image:tired"]
    assert (tired["ads"], tired["impressions"], tired["spend"]) == (2, "56000", "560"), "both ads, all 28 days"
    rates = [tired[one] for one in ("frequency_before", "frequency", "click_rate_before", "recent_click_rate")]
    assert [float(one) for one in rates] == [1.25, 2.0, 0.02, 0.008]
    assert found["image:unknown"]["frequency"] is None, "reach that Meta left out is not zero"
    page = people.logged_in("viewer").get("/creatives", account="42").text.replace("\xa0", " ")
    assert page.count("visto mais vezes, com resposta pior") == 1, "one picture is one row"
    assert "frequência por dia 1,25 → 2,00" in page and "CTR 2,00% → 0,80%" in page


OF_META = """
insert into raw.recommendation_readings (account_id, part, attempted_at, read_at, refused) values
    ('42', 'list', '2026-11-10T09:00Z', '2026-11-10T09:00Z', null),
    ('42', 'score', '2026-11-10T09:00Z', null, 'no <b>'),
    ('43', 'list', '2026-11-10T09:00Z', '2026-11-10T09:00Z', null);
insert into raw.campaigns (campaign_id, account_id, collected_at) values ('101', '42', now());
insert into raw.adsets (adset_id, campaign_id, account_id, collected_at) values ('201', '101', '42', now());
insert into raw.meta_recommendations (account_id, recommendation_key, kind, object_ids, lift_estimate, body, score_lift,
    first_seen_at, last_seen_at) values
    ('42', 'a', 'CREATIVE_FATIGUE', '{201}', 'Up to 12% more', :name, 11, '2026-11-09T09:00Z', '2026-11-10T09:00Z'),
    ('42', 'b', 'GONE', '{101}', null, null, 20, '2026-11-01T09:00Z', '2026-11-09T09:00Z'),
    ('43', 'c', 'MUSIC', '{}', null, 'Of others', null, '2026-11-09T09:00Z', '2026-11-10T09:00Z')
"""


def test_metas_recommendations_stand_beside_ours_marked_as_metas(people, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(OF_META), {"name": HOSTILE})
    mine = people.with_key("viewer", accounts=["42"])
    before = mine.get("/api/v1/suggestions").json()
    found = mine.get("/api/v1/meta-recommendations").json()
    (account,), (one,) = found["accounts"], found["recommendations"]
    assert (account["score"], account["score_refused"]) == (None, "no <b>"), "not known is not zero"
    assert (one["kind"], one["campaign_ids"], one["score_lift"]) == ("CREATIVE_FATIGUE", ["101"], "11")
    assert mine.get("/api/v1/meta-recommendations", account_id="43").status_code == 404
    assert mine.get("/api/v1/suggestions").json() == before, "none of them is a suggestion"
    browser = people.logged_in("viewer", accounts=["42"])
    for path in ("/suggestions/s101", "/suggestions?show=s101"):
        page = browser.get(path).text
        assert "O que a Meta recomenda" in page and "Up to 12% more" in page, path
        assert "<script>alert" not in page and "Gone" not in page, path
    delivery = browser.get("/delivery").text
    assert "não informada pela Meta" in delivery and "no &lt;b&gt;" in delivery and "Of others" not in delivery
    assert "O que a Meta recomenda" not in browser.get("/suggestions/s102").text


PIXELS = """
insert into raw.pixels (account_id, pixel_id, name, last_fired_at, collected_at) values
    ('42', '77', :name, '2026-11-10T14:00:00Z', '2026-11-10T14:30:00Z'),
    ('43', '78', 'Other', null, '2026-11-10T14:30:00Z');
insert into raw.pixel_readings
    (account_id, pixel_id, part, attempted_at, read_at, refused, known_since, known_until) values
    ('42', '77', 'events', '2026-11-10T14:30:00Z', '2026-11-10T14:30:00Z', null, '2026-11-07T14:00:00Z',
        '2026-11-10T14:30:00Z'),
    ('42', '77', 'quality', '2026-11-10T14:30:00Z', null, 'no <b>permission</b>', null, null),
    ('44', '', 'list', '2026-11-10T14:30:00Z', null, 'code 200', null, null);
insert into raw.pixel_events (account_id, pixel_id, event, hour_at, events, collected_at) values
    ('42', '77', 'Purchase', '2026-11-10T12:00:00Z', 3, now()),
    ('42', '77', 'Purchase', '2026-11-08T12:00:00Z', 9, now());
"""


def test_pixels_show_what_was_read_and_name_what_was_not(people, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(PIXELS), {"name": HOSTILE})
    mine, everything = people.with_key("viewer", accounts=["42"]), people.with_key("viewer")
    (pixel,) = mine.get("/api/v1/pixels").json()["pixels"]
    (event,) = pixel["events"]
    assert (event["last_day"], event["last_week"]) == (3, None), "four days are no week"
    assert (event["match_quality"], pixel["quality_refused"]) == (None, "no <b>permission</b>")
    assert mine.get("/api/v1/pixels").json()["refused"] == []
    every = everything.get("/api/v1/pixels").json()
    assert [one["pixel_id"] for one in every["pixels"]] == ["77", "78"]
    assert every["refused"] == [{"account_id": "44", "refused": "code 200"}]
    page = people.logged_in("viewer", accounts=["42"]).get("/delivery").text
    assert "Pixels e eventos" in page and "não disponível" in page and "não lido por inteiro" in page
    assert "no &lt;b&gt;permission&lt;/b&gt;" in page and "Other" not in page.split("Pixels e eventos")[1]
