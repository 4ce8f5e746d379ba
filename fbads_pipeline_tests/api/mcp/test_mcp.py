"""The Model Context Protocol over HTTP: the real client, the same keys, nobody else's accounts."""

import asyncio
import json

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import People

ASKED = {"metric": "spend", "first_day": "2026-11-03", "last_day": "2026-11-04"}


@pytest.fixture
def people(app, database):
    fill(database.owner)
    return People(app, database)


def calls(address, key, asked):
    """What each tool answers to whoever has that key, over one connection: (is it an error, its text)."""

    async def talk():
        headers = {"Authorization": key} if key else {}
        async with (
            httpx.AsyncClient(headers=headers, trust_env=False, timeout=60) as http,
            Client(streamable_http_client(f"{address}/mcp/", http_client=http)) as client,
        ):
            return [await client.call_tool(tool, arguments) for tool, arguments in asked]

    return [(told.is_error, told.content[0].text if told.content else "") for told in asyncio.run(talk())]


def call(address, key, tool, asked):
    """As `calls`, of one."""
    return calls(address, key, [(tool, asked)])[0]


def test_a_key_asks_for_its_own_accounts_alone(people, address):
    keys = {one: people.with_key("viewer", accounts=[one]).headers["authorization"] for one in ("42", "43")}
    for account, spend in (("42", "70.00"), ("43", "7.00")):
        is_error, text = call(address, keys[account], "query_metric", ASKED)
        (found,) = json.loads(text)["accounts"]
        assert (is_error, found["account_id"], found["total"]) == (False, account, spend)
    is_error, text = call(address, keys["43"], "query_metric", {**ASKED, "account_id": "42"})
    assert is_error and "no such account" in text
    assert call(address, keys["43"], "get_report", {"kind": "weekly", "account_id": "42"})[0]


def test_an_account_is_known_in_every_form_and_else_refused_with_a_sentence(people, address):
    key = people.with_key("viewer").headers["authorization"]
    for given in ("act_42", 42, " 42 ", '"42"'):
        asked = [
            ("query_metric", {**ASKED, "account_id": given}),
            ("list_suggestions", {"account_id": given, "limit": "5"}),
        ]
        (is_error, text), suggested = calls(address, key, asked)
        assert not is_error and [one["total"] for one in json.loads(text)["accounts"]] == ["70.00"], given
        assert not suggested[0], given
    wrong = (("", "act_"), ("Loja", "act_"), ("act_999", "999"), (999, "999"))
    tools = {"query_metric": ASKED, "list_anomalies": {}, "list_suggestions": {}, "get_report": {"kind": "weekly"}}
    asked = [(tool, {**more, "account_id": given}, says) for tool, more in tools.items() for given, says in wrong]
    found = calls(address, key, [one[:2] for one in asked])
    for (tool, more, says), (is_error, text) in zip(asked, found, strict=True):
        assert is_error and says in text, (tool, more)


def run(database, statement):
    with database.owner.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_day_that_was_not_read_is_no_zero_and_the_coverage_says_so(people, address, database):
    run(database, "delete from marts.day_coverage where account_id = '42' and day = '2026-11-02'")
    key = people.with_key("viewer", accounts=["42"]).headers["authorization"]
    asked = {"metric": "spend", "first_day": "2026-11-01", "last_day": "2026-11-12"}
    (found,) = json.loads(call(address, key, "query_metric", asked)[1])["accounts"]
    assert (found["coverage"]["asked"], found["coverage"]["read"]) == (10, 9)
    assert found["coverage"]["missing"] == [{"account_id": "42", "from": "2026-11-02", "to": "2026-11-02"}]
    days = {one["day"][-2:]: (one["value"], one["state"]) for one in found["days"]}
    assert (days["01"], days["02"], days["05"]) == (("30.00", "measured"), (None, "not_read"), ("0", "measured"))
    assert "11" not in days, "it has not come"
    run(database, "delete from marts.day_coverage where account_id = '42'")
    (found,) = json.loads(call(address, key, "query_metric", {**asked, "first_day": "2026-11-06"})[1])["accounts"]
    assert (found["total"], found["state"]) == (None, "not_read")


def test_what_meta_did_not_report_is_null_with_what_the_ads_have(people, address, database):
    run(database, "create table marts.ad_daily as select * from marts.campaign_daily")
    run(database, "create table marts.adset_daily as select * from marts.campaign_daily where false")
    run(database, "update marts.campaign_daily set conversions = null where campaign_id = '101' and day = '2026-11-03'")
    key = people.with_key("viewer", accounts=["42"]).headers["authorization"]
    for metric, below in (("conversions", "4"), ("cpa", "17.5000000000000000")):
        (found,) = json.loads(call(address, key, "query_metric", {**ASKED, "metric": metric})[1])["accounts"]
        assert (found["total"], found["state"]) == (None, "not_reported")
        assert found["below"] == {"level": "ad", "value": below}
        states = {one["campaign_id"]: one["state"] for one in found["campaigns"]}
        assert states["101"] == "not_reported" and states["102"] != "not_reported"


def test_on_an_empty_home_every_tool_says_what_to_do(people, address, database):
    run(database, "drop schema marts cascade")
    key = people.with_key("viewer").headers["authorization"]
    for tool, asked in (
        ("query_metric", ASKED),
        ("list_anomalies", {}),
        ("get_report", {"kind": "daily", "account_id": 42}),
    ):
        is_error, text = call(address, key, tool, asked)
        assert is_error and "fbads sync" in text


def test_no_anomaly_is_no_all_clear_while_the_detectors_learn(people, address, database):
    run(database, "delete from analysis.anomalies")
    key = people.with_key("viewer", accounts=["42"]).headers["authorization"]
    answer = json.loads(call(address, key, "list_anomalies", {"account_id": "act_42"})[1])
    assert answer["anomalies"] == []
    assert [(one["account_id"], "0 of 14 days" in one["reason"]) for one in answer["not_watched"]] == [("42", True)]
    run(database, "insert into analysis.day_watches values ('42', 'f', 14, 14, now())")
    run(
        database,
        "insert into analysis.detector_states (account_id, version, state, read_until, days_known)"
        " values ('42', 'v', '', now(), 5)",
    )
    assert json.loads(call(address, key, "list_anomalies", {})[1])["not_watched"] == []


def test_anomalies_and_suggestions_are_of_ones_own_accounts(people, address):
    mine, theirs = (people.with_key("viewer", accounts=[one]).headers["authorization"] for one in ("42", "43"))
    for tool in ("list_anomalies", "list_suggestions"):
        assert '"42"' in call(address, mine, tool, {})[1]
        assert '"42"' not in call(address, theirs, tool, {})[1]


@pytest.mark.parametrize(("key", "status"), [("", 401), ("Bearer fbk_x_y", 401), ("Basic abc", 401)])
def test_nobody_gets_in_without_a_key(people, address, key, status):
    people.add("viewer")
    headers = {"Authorization": key} if key else {}
    answer = httpx.post(f"{address}/mcp/", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)
    assert answer.status_code == status and answer.json()["error"]["code"] == "unauthenticated"


def test_a_role_without_the_figures_has_no_tools(people, address):
    key = people.with_key("dpo").headers["authorization"]
    answer = httpx.post(f"{address}/mcp/", json={}, headers={"Authorization": key})
    assert answer.status_code == 403
