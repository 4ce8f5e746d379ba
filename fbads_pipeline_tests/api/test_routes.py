"""The routes: exact numbers with their source, one error shape, and nothing that a stranger sends breaks them."""

import json
import threading

import psycopg2
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api import middleware
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.parameters import to_cursor
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import HOSTILE, Client


def test_campaigns_come_in_pages_that_hold_each_once(client):
    seen, cursor = [], None
    while True:
        answer = client.get("/api/v1/campaigns", limit=4, **({"cursor": cursor} if cursor else {})).json()
        seen += [one["campaign_id"] for one in answer["data"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 9
    assert answer["meta"] == {"mart": "marts.campaigns", "version": 7, "published_at": "2026-11-10T12:00:00Z"}


def test_campaigns_are_filtered_by_status_and_account(client):
    active = client.get("/api/v1/campaigns", status="ACTIVE").json()["data"]
    assert len(active) == 6
    assert {one["effective_status"] for one in active} == {"ACTIVE"}
    assert client.get("/api/v1/campaigns", account_id="43").json()["data"] == []
    assert client.get("/api/v1/campaigns", account_id="42", status="DELETED").json()["data"] == []


def test_a_hostile_name_arrives_byte_for_byte_and_ids_keep_their_digits(client):
    answer = client.get("/api/v1/campaigns", limit=500)
    named = {one["campaign_id"]: one for one in answer.json()["data"]}
    assert named["9007199254740993"]["name"] == HOSTILE
    assert named["101"]["daily_budget"] == "10.50"
    assert answer.headers["content-type"] == "application/json"


def test_the_days_of_a_campaign_keep_every_digit_and_say_where_they_come_from(client):
    answer = client.get("/api/v1/campaigns/101/insights").json()
    assert len(answer["data"]) == 28, "a day without delivery is there, with zeros"
    (day,) = (one for one in answer["data"] if one["day"] == "2026-11-01")
    assert (day["spend"], day["cpa"], day["impressions"], day["reach"]) == (
        *("12345678901234.10", "3.333333333333333333", 1000),
        None,
    )
    meta = answer["meta"]
    assert (meta["mart"], meta["version"], meta["currency"]) == ("marts.campaign_daily", 7, "BRL")
    assert (meta["since"], meta["until"]) == ("2026-10-14", "2026-11-10"), "the account's own last 28 days"
    assert (meta["rows"], meta["provisional_days"]) == (9, 9)
    assert meta["as_of"]


def test_a_period_holds_both_ends(client):
    answer = client.get("/api/v1/campaigns/101/insights", **{"from": "2026-11-02", "to": "2026-11-03"}).json()
    assert [day["day"] for day in answer["data"]] == ["2026-11-02", "2026-11-03"]


def test_suggestions_come_newest_first_page_by_page(client):
    first = client.get("/api/v1/suggestions", status="PENDING", limit=3).json()
    second = client.get("/api/v1/suggestions", status="PENDING", limit=3, cursor=first["next_cursor"]).json()
    assert [one["suggestion_id"] for one in first["data"] + second["data"]] == ["s105", "s104", "s103", "s102", "s101"]
    assert second["next_cursor"] is None
    assert first["data"][0]["reason_pt"] == HOSTILE
    assert client.get("/api/v1/suggestions", status="ACCEPTED").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "params", "status", "said"),
    [
        ("/api/v1/campaigns", {"limit": -1}, 400, "limit: "),
        ("/api/v1/campaigns", {"limit": 2**63}, 400, "limit: "),
        ("/api/v1/campaigns", {"limit": 501}, 400, "limit: "),
        ("/api/v1/campaigns", {"limit": "x"}, 400, "limit: "),
        ("/api/v1/campaigns", {"status": "active'--"}, 400, "status: "),
        ("/api/v1/campaigns", {"status": "\x00"}, 400, "status: "),
        ("/api/v1/campaigns", {"account_id": "Loja"}, 400, "account_id: "),
        ("/api/v1/campaigns", {"account_id": "\uff11\uff12"}, 400, "account_id: "),
        ("/api/v1/campaigns", {"cursor": "zzz"}, 400, "this cursor is not one of ours"),
        ("/api/v1/campaigns", {"cursor": "bnVsbA"}, 400, "this cursor is not one of ours"),
        ("/api/v1/campaigns", {"cursor": "A" * 501}, 400, "cursor: "),
        ("/api/v1/campaigns/17/insights", {}, 404, "there is no campaign 17"),
        ("/api/v1/campaigns/x/insights", {}, 400, "campaign_id: "),
        ("/api/v1/campaigns/" + "1" * 5000 + "/insights", {}, 400, "campaign_id: "),
        ("/api/v1/campaigns/101/insights", {"from": "2026-11-05", "to": "2026-11-01"}, 400, "lies after"),
        ("/api/v1/campaigns/101/insights", {"from": "2026-12-01"}, 400, "lies after|future"),
        ("/api/v1/campaigns/101/insights", {"from": "2026-12-01", "to": "2026-12-02"}, 400, "lies in the future"),
        ("/api/v1/campaigns/101/insights", {"from": "0001-01-01"}, 400, "at most 1200 days"),
        ("/api/v1/campaigns/101/insights", {"to": "0001-01-01"}, 200, None),
        ("/api/v1/campaigns/101/insights", {"from": "yesterday"}, 400, "from: "),
        ("/api/v1/suggestions", {"status": "MAYBE"}, 400, "status: "),
        ("/api/v1/suggestions", {"cursor": "WyJ4IiwgInkiXQ"}, 400, "this cursor is not one of ours"),
        ("/nowhere", {}, 404, "there is nothing at this address"),
    ],
)
def test_what_makes_no_sense_gets_one_clear_sentence(client, path, params, status, said):
    answer = client.get(path, **params)
    assert answer.status_code == status
    if said is not None:
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "hint", "request_id"}
        assert any(part in error["message"] for part in said.split("|"))
        assert error["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "key", ["1e999999", "9" * 300, "1e-999999", "NaN", "Infinity", "-0", "2026-11-09", "0001-01-01"]
)
def test_no_cursor_is_a_fault(client, key):
    for sort in ("-spend", "created_at", "name", "daily_budget"):
        asked = {"sort": sort, "account_id": "42", "cursor": to_cursor(sort, key, "101")}
        assert client.get("/api/v1/campaigns", **asked).status_code in (200, 400), (sort, key)
    for path in ("/api/v1/suggestions", "/api/v1/analytics/anomalies"):
        assert client.get(path, cursor=to_cursor(f"{key}T23:59:59.999999-23:59", "s1")).status_code in (200, 400)
    asked = {"sort": "-spend", "account_id": "42", "cursor": to_cursor("-spend", "1e999999", "1")}
    assert client.get("/api/v1/campaigns", **asked).status_code == 400


def test_a_database_that_hangs_is_a_503_in_time(client, database, monkeypatch):
    monkeypatch.setattr(middleware, "LONGEST_ANSWER_SECONDS", 0.4)
    release = threading.Timer(2, lambda: holder.rollback())
    with database.owner.connect() as holder:
        holder.execute(sa.text("lock table marts.campaigns in access exclusive mode"))
        release.start()
        answer = client.get("/api/v1/campaigns")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "5"
        release.join()
    assert client.get("/api/v1/campaigns").status_code == 200


def test_a_lone_surrogate_in_the_address_is_no_fault(client):
    assert client.get("/api/v1/campaigns?status=%ED%A0%80").status_code == 400
    assert client.get("/api/v1/campaigns?account_id=%FF").status_code == 400


def test_another_method_is_refused(client):
    answer = client.get("/api/v1/campaigns", method="DELETE")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_every_answer_carries_the_security_headers(client):
    for path in ("/healthz", "/api/v1/campaigns", "/nowhere", "/openapi.json"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        is_read = path.startswith("/api/")
        assert headers["cache-control"] == ("private, no-cache" if is_read else "no-store")
    assert "unsafe-inline" not in client.get("/healthz").headers["content-security-policy"]


def test_the_documents_name_every_error_of_every_route_and_need_nobody_else(client):
    described = client.get("/openapi.json").json()
    for path, methods in described["paths"].items():
        for method in methods.values():
            assert {"500", "503"} <= set(method["responses"]), path
            for status, answer in method["responses"].items():
                if not status.startswith("2") and status != "304":
                    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("ErrorAnswer"), (
                        path,
                        status,
                    )
            assert "400" in method["responses"], path
            takes_a_body = "requestBody" in method or "/webhooks/" in path or path.endswith("/logo")
            assert "422" not in method["responses"] or takes_a_body, path
            assert "422" in method["responses"] or "requestBody" not in method, path
    page = client.get("/docs").text
    assert "//cdn" not in page
    assert "https://" not in page


def test_ready_says_what_is_missing(migrated_url, tmp_path):
    opened = Database(migrated_url, tmp_path)
    client = Client(create_app(load_settings(), opened))

    def missing():
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        return answer.json()["error"]["message"]

    try:
        assert "have not been built yet" in missing()
        with opened.owner.begin() as connection:
            connection.execute(
                sa.text("create table intermediate.publications (version bigint, published_at timestamptz)")
            )
        assert "have not been published yet" in missing()
        with opened.owner.begin() as connection:
            connection.execute(sa.text("insert into intermediate.publications values (1, now())"))
        assert client.get("/readyz").status_code == 200
        with opened.owner.begin() as connection:
            connection.execute(sa.text("drop table public.schema_version"))
        assert "is not migrated yet" in missing()
    finally:
        opened.close()


def test_marts_that_are_not_built_yet_are_a_503_and_not_a_fault(migrated_url, tmp_path):
    from fbads_pipeline.adapters.postgres.server.analyst import ensure_role

    opened = Database(migrated_url, tmp_path)
    ensure_role(opened.owner, opened.analyst_password_file)
    try:
        answer = Client(create_app(load_settings(), opened)).get("/api/v1/campaigns")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_built")
    finally:
        opened.close()


def test_a_database_that_is_away_is_a_503_with_a_time_and_it_recovers_alone(app, client, database, monkeypatch):
    assert client.get("/api/v1/suggestions").status_code == 200
    url = database.owner.url
    database.owner.dispose()
    connect = psycopg2.connect
    away = {"host": url.host, "port": 1, "dbname": "d", "user": "u", "password": "canary"}
    monkeypatch.setattr(
        "fbads_pipeline.adapters.postgres.server.engine.psycopg2.connect", lambda *a, **k: connect(**away)
    )
    for path in ("/api/v1/suggestions", "/readyz"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "canary" not in answer.text
    assert client.get("/healthz").status_code == 200
    monkeypatch.undo()
    assert client.get("/api/v1/suggestions").status_code == 200


def test_a_fault_of_ours_shows_neither_its_trace_nor_its_words(app, client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret words")

    monkeypatch.setattr("fbads_pipeline.api.routes.campaigns.CampaignPage", broken)
    answer = client.get("/api/v1/campaigns")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "fault")
    assert "secret words" not in json.dumps(answer.json())
