"""The Graph API's manners: who sees what, paging, batches, reports, refusals."""

import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
import requests

from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.sandbox.conftest import Reader

SINCE, UNTIL = "2026-10-01", "2026-11-10"
HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
LONG_AGO = {"since": "2025-10-01", "until": "2025-10-02"}
RANGE = {"since": SINCE, "until": UNTIL}


def _gone(sandbox: SandboxServer, status: str) -> tuple[str, str]:
    """An account and a campaign of it that has the status."""
    for account in sandbox.sandbox.world.accounts:
        for one in account.objects["campaign"]:
            if one.status == status:
                return f"act_{account.id}", one.id
    raise AssertionError(f"no campaign is {status}")


def _ids(rows: list[dict[str, Any]], name: str = "id") -> set[str]:
    return {row[name] for row in rows}


def test_edges_show_archived_campaigns_only_when_named_and_deleted_never(reader: Reader) -> None:
    account, archived = _gone(reader.server, "ARCHIVED")
    assert archived not in _ids(reader.pages(f"{account}/campaigns", fields="id")[0])
    assert archived in _ids(reader.pages(f"{account}/campaigns", effective_status=["ACTIVE", "ARCHIVED"])[0])
    account, deleted = _gone(reader.server, "DELETED")
    asked = ["ACTIVE", "ARCHIVED", "DELETED"]
    assert deleted not in _ids(reader.pages(f"{account}/campaigns", effective_status=asked)[0])
    assert reader.get(deleted, fields="effective_status").json()["effective_status"] == "DELETED"


@pytest.mark.parametrize("status", ["ARCHIVED", "DELETED"])
def test_insights_of_gone_campaigns_need_a_status_filter(reader: Reader, status: str) -> None:
    account, gone = _gone(reader.server, status)
    plain = reader.pages(f"{account}/insights", level="campaign", fields="campaign_id,spend", time_range=RANGE)[0]
    assert gone not in _ids(plain, "campaign_id")
    assert gone in _ids(reader.insights(account, "campaign", SINCE, UNTIL), "campaign_id")


@pytest.mark.parametrize("level", ["account", "campaign", "adset", "ad"])
def test_insights_equal_the_truth(reader: Reader, level: str) -> None:
    for account in reader.accounts():
        truth = {
            (row["day"], row[f"{level}_id"]): (row["impressions"], row["clicks"], row["reach"], float(row["spend"]))
            + (row["purchases"], float(row["purchase_value"]), row["leads"])
            for row in reader.server.truth(level, "2026-11-01", UNTIL, account)
        }
        served = {
            (row["date_start"], row[f"{level}_id"]): _plain(row)
            for row in reader.insights(account, level, "2026-11-01", UNTIL)
        }
        assert served == truth


def _plain(row: dict[str, Any]) -> tuple[float, ...]:
    actions = {action["action_type"]: int(action["value"]) for action in row.get("actions", [])}
    values = {action["action_type"]: float(action["value"]) for action in row.get("action_values", [])}
    figures = (int(row["impressions"]), int(row["clicks"]), int(row["reach"]), float(row["spend"]))
    return (*figures, actions.get("purchase", 0), values.get("purchase", 0.0), actions.get("lead", 0))


@pytest.mark.parametrize("limit", [7, 100, 333])
def test_pages_cover_every_row_once(reader: Reader, limit: int) -> None:
    account = reader.account("EUR")
    whole = reader.insights(account, "ad", "2026-11-08", UNTIL)
    assert reader.insights(account, "ad", "2026-11-08", UNTIL, limit=limit) == whole
    assert len(whole) > limit or limit == 333


def test_cursors_are_on_every_page_and_next_only_before_another(reader: Reader) -> None:
    account = reader.account()
    body = reader.get(f"{account}/campaigns", limit=2).json()
    assert parse_qs(urlsplit(body["paging"]["next"]).query)["access_token"] == [reader.server.token]
    last = reader.get(f"{account}/campaigns", limit=2, after=body["paging"]["cursors"]["after"]).json()
    while "next" in last["paging"]:
        last = reader.session.get(last["paging"]["next"], timeout=10).json()
    assert last["paging"]["cursors"]["after"]
    assert reader.get(f"{account}/campaigns", after="nonsense").json()["error"]["code"] == 100


def test_a_batch_answers_each_request_by_itself(reader: Reader) -> None:
    account, deleted = _gone(reader.server, "DELETED")
    urls = [f"{deleted}?fields=name,status", "123456", f"v26.0/{account}/campaigns?limit=1"]
    parts = reader.post("", batch=[{"method": "GET", "relative_url": url} for url in urls]).json()
    assert [part["code"] for part in parts] == [200, 400, 200]
    assert '"DELETED"' in parts[0]["body"] and '"error_subcode":33' in parts[1]["body"]
    assert {"name", "value"} <= parts[0]["headers"][0].keys()
    assert reader.post("", batch=[{"method": "GET", "relative_url": "me"}] * 51).json()["error"]["code"] == 100
    assert reader.get("", ids=deleted, fields="status").json()[deleted]["status"] == "DELETED"


def test_a_report_is_asked_polled_and_read(reader: Reader) -> None:
    account = reader.account("JPY")
    asked = {"level": "campaign", "fields": "campaign_id,spend,actions", "time_range": RANGE, "time_increment": 1}
    run = reader.post(f"{account}/insights", **asked).json()["report_run_id"]
    error = reader.get(f"{run}/insights").json()["error"]
    assert (error["code"], error["error_subcode"]) == (2601, 1815107)
    states = [reader.get(run).json() for _ in range(4)]
    assert states[-1]["async_status"] == "Job Completed" and states[-1]["async_percent_completion"] == 100
    rows = [row for page in reader.pages(f"{run}/insights", limit=50) for row in page]
    assert rows == [row for page in reader.pages(f"{account}/insights", **asked, limit=5000) for row in page]


def test_a_missing_window_is_no_zero(reader: Reader) -> None:
    windows = ["7d_click", "1d_view", "7d_view"]
    rows = reader.insights(reader.account(), "ad", SINCE, UNTIL, action_attribution_windows=windows)
    actions = [action for row in rows for action in row.get("actions", [])]
    assert all("7d_view" not in action and "0" not in action.values() for action in actions)
    bought = [action for action in actions if action["action_type"] == "purchase"]
    assert any("1d_view" not in action for action in bought) and any("7d_click" not in action for action in bought)


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("{account}/insights", {"fields": "impressions,nonsense"}, 100),
        ("{account}/insights", {"limit": 5001}, 100),
        ("{account}/insights", {"level": "planet"}, 100),
        ("{account}/insights", {"time_range": {"since": "2026-11-02", "until": "2026-11-01"}}, 100),
        ("{account}/insights", {"time_range": {"since": "2026-11-12", "until": "2026-11-13"}}, 100),
        ("{account}/insights", {"time_range": {"since": "2023-09-01", "until": "2023-09-02"}}, 3018),
        (
            "{account}/insights",
            {"breakdowns": HOURLY, "time_range": LONG_AGO},
            3018,
        ),
        ("{account}/insights", {"time_range": "yesterday"}, 100),
        ("{account}/campaigns", {"effective_status": ["ADSET_PAUSED"]}, 100),
        ("{account}/campaigns", {"fields": "nonsense"}, 100),
        ("{account}/nonsense", {}, 2500),
        ("nonsense", {}, 2500),
        ("act_1", {}, 100),
        ("120000000", {}, 100),
    ],
)
def test_what_meta_refuses_is_refused(reader: Reader, path: str, params: dict[str, Any], code: int) -> None:
    answer = reader.get(path.format(account=reader.account()), **params)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code and answer.json()["error"]["fbtrace_id"]


def test_history_goes_back_37_months(reader: Reader) -> None:
    rows = reader.insights(reader.account(), "account", "2023-10-12", "2023-10-14")
    assert [row["date_start"] for row in rows] == ["2023-10-12", "2023-10-13", "2023-10-14"]


def test_a_token_is_needed_however_it_is_sent(sandbox: SandboxServer) -> None:
    for headers, params, status in (
        ({"Authorization": f"OAuth {sandbox.token}"}, {}, 200),
        ({}, {"access_token": sandbox.token}, 200),
        ({"Authorization": "Bearer wrong"}, {}, 400),
        ({}, {}, 400),
    ):
        answer = requests.get(f"{sandbox.url}/v25.0/me", headers=headers, params=params, timeout=10)
        assert answer.status_code == status
        assert status == 200 or answer.json()["error"]["code"] == 190


def test_every_answer_says_how_much_is_used(reader: Reader) -> None:
    headers = reader.get("me").headers
    assert 0 < requests.models.complexjson.loads(headers["x-app-usage"])["call_count"] < 75
    assert {"x-business-use-case-usage", "x-fb-ads-insights-throttle", "x-ad-account-usage"} <= set(headers)
    assert reader.get("debug_token", input_token=reader.server.token).json()["data"]["is_valid"]


def test_calls_are_logged_without_the_token(reader: Reader) -> None:
    reader.get("me", access_token=reader.server.token)
    last = reader.server.control("calls")[-1]
    assert (last["path"], last["status"], last["params"]) == ("me", 200, {})


def test_a_batch_part_carries_usage_headers_and_is_counted(reader: Reader) -> None:
    before = reader.server.control("state")["calls"]
    parts = reader.post("", batch=[{"method": "GET", "relative_url": "me"}] * 3).json()
    names = {header["name"].lower() for header in parts[2]["headers"]}
    assert {"content-type", "x-app-usage", "x-business-use-case-usage"} <= names
    assert reader.server.control("state")["calls"] == before + 4


def test_a_batch_can_write(reader: Reader) -> None:
    campaign = reader.pages(f"{reader.account()}/campaigns", fields="status")[0][0]
    asked = {"method": "POST", "relative_url": campaign["id"], "body": f"status={campaign['status']}"}
    assert reader.post("", batch=[asked]).json()[0]["body"] == '{"success":true}'


def test_calls_are_counted_by_path_and_account(reader: Reader) -> None:
    def count() -> tuple[int, int]:
        counts = reader.server.control("calls/counts")
        mine = [c for c in counts if (c["path"], f"act_{c['account_id']}") == ("act_<id>/adsets", account)]
        return sum(c["calls"] for c in mine), sum(c["rows"] for c in mine)

    account = reader.account("JPY")
    calls, rows = count()
    shown = reader.pages(f"{account}/adsets", limit=5)
    assert count() == (calls + len(shown), rows + sum(map(len, shown)))


def test_an_app_secret_asks_for_the_tokens_proof() -> None:
    with SandboxServer(campaigns=1, app_secret="hush") as server:
        reader = Reader(server)
        proof = hmac.new(b"hush", server.token.encode(), "sha256").hexdigest()
        assert [reader.get("me", appsecret_proof=said).status_code for said in (proof, "0" * 64, "é")] == [
            200,
            400,
            400,
        ]
        assert reader.get("me").json()["error"]["code"] == 100
        batch = [{"method": "GET", "relative_url": "me"}]
        assert reader.post("", batch=batch, appsecret_proof=proof).json()[0]["code"] == 200
        page = reader.get(f"act_{server.sandbox.world.accounts[0].id}/ads", limit=1, appsecret_proof=proof).json()
        assert "appsecret_proof" not in page["paging"]["next"]
        reader.session.close()


def test_truth_comes_as_lines_too(reader: Reader) -> None:
    asked = "truth?level=adset&since=2026-11-08&until=2026-11-10"
    lines = requests.get(f"{reader.server.url}/__sandbox/{asked}&format=ndjson", timeout=10).content.splitlines()
    assert [orjson.loads(line) for line in lines] == reader.server.control(asked) != []


def test_days_that_have_not_come_are_left_out(reader: Reader) -> None:
    asked = {"time_range": {"since": "2026-11-09", "until": "9999-12-31"}, "time_increment": 1}
    rows = reader.get(f"{reader.account()}/insights", **asked).json()["data"]
    assert [row["date_start"] for row in rows] == ["2026-11-09", "2026-11-10"]


@pytest.mark.parametrize(
    "wrong", [{"now": "9999-12-31T23:00:00+00:00"}, {"now": "noon"}, {"advance_seconds": 1e30}, {}]
)
def test_a_clock_set_to_nonsense_stays_where_it_is(reader: Reader, wrong: dict[str, Any]) -> None:
    before = reader.server.control("state")["now"]
    answer = requests.post(f"{reader.server.url}/__sandbox/clock", json=wrong, timeout=10)
    assert answer.status_code == 400 and answer.json()["error"]
    assert reader.server.control("state")["now"] == before
