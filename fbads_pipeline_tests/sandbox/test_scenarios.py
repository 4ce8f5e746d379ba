"""Each scenario does what its name says, and stops when it is taken back."""

import socket
import subprocess
import sys
from time import monotonic
from typing import Any

import pytest
import requests

from fbads_pipeline.sandbox.scenarios import BadScenario, read_scenarios
from fbads_pipeline_tests.sandbox.conftest import Reader

RANGE = {"since": "2026-11-01", "until": "2026-11-10"}
ASKED = {"level": "ad", "fields": "ad_id,spend", "time_range": RANGE, "time_increment": 1, "limit": 100}


def _insights(reader: Reader, **params: Any) -> requests.Response:
    return reader.get(f"{reader.account('EUR')}/insights", **{**ASKED, **params})


@pytest.mark.parametrize(
    ("name", "status", "code", "subcode"),
    [
        ("rate-limit", 400, 17, 2446079),
        ("rate-limit-storm", 400, 80000, 2446079),
        ("transient-errors", 500, 2, 1504044),
        ("expired-token", 400, 190, 463),
        ("reduce-data", 500, 1, 99),
        ("error-in-200", 200, 1, None),
    ],
)
def test_a_refusal(reader: Reader, name: str, status: int, code: int, subcode: int | None) -> None:
    account = reader.account("EUR")
    reader.server.set_scenario({"name": name, "probability": 1.0})
    answer = reader.get(f"{account}/insights", **ASKED)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("error_subcode")) == (status, code, subcode)
    if name.startswith("rate-limit"):
        usage = requests.models.complexjson.loads(answer.headers["x-business-use-case-usage"])
        waits = [entry["estimated_time_to_regain_access"] for entries in usage.values() for entry in entries]
        assert max(waits) > 0 and waits[0] == 0
    reader.server.set_scenario(None)
    assert "data" in reader.get(f"{account}/insights", **ASKED).json()


@pytest.mark.parametrize(
    ("name", "code", "subcode"),
    [
        ("rate-limit", 4, 1504022),
        ("rate-limit", 80000, 2446079),
        ("rate-limit", 613, 1487742),
        ("transient-errors", 1, None),
        ("forbidden-account", 10, None),
        ("forbidden-account", 294, None),
        ("reduce-data", 100, 1487534),
    ],
)
def test_a_refusal_with_the_code_asked(reader: Reader, name: str, code: int, subcode: int | None) -> None:
    account = reader.account("EUR")
    reader.server.set_scenario({"name": name, "code": code, "account": account, "probability": 1})
    error = reader.get(f"{account}/insights", **ASKED).json()["error"]
    assert (error["code"], error.get("error_subcode")) == (code, subcode)


def test_reduce_data_can_count_rows_asked_for(reader: Reader) -> None:
    reader.server.set_scenario({"name": "reduce-data", "max_rows": 500})
    assert [_insights(reader, limit=limit).status_code for limit in (50, 51)] == [200, 500]


def test_a_scenario_for_one_account_hits_its_part_of_a_batch(reader: Reader) -> None:
    bad, good = reader.account("BRL"), reader.account("USD")
    batch = [{"method": "GET", "relative_url": account} for account in (bad, good)]
    reader.server.set_scenario({"name": "expired-token", "account": bad})
    assert [part["code"] for part in reader.post("", batch=batch).json()] == [400, 200]
    reader.server.set_scenario({"name": "dropped-connection", "account": bad})
    parts = reader.post("", batch=batch).json()
    assert parts[0] is None and parts[1]["code"] == 200


@pytest.mark.parametrize("wrong", [{"name": "rate-limit", "code": 190}, {"name": "latency", "code": 1}, {"name": "x"}])
def test_a_scenario_that_makes_no_sense_is_refused(reader: Reader, wrong: dict[str, Any]) -> None:
    answer = requests.post(f"{reader.server.url}/__sandbox/scenario", json=wrong, timeout=10)
    assert answer.status_code == 400 and answer.json()["error"]
    assert reader.server.control("state")["scenarios"] == []


def test_a_scenario_stops_after_its_count(reader: Reader) -> None:
    reader.server.set_scenario({"name": "rate-limit", "count": 2})
    assert [reader.get("me").status_code for _ in range(3)] == [400, 400, 200]


def test_a_forbidden_account_leaves_the_others_alone(reader: Reader) -> None:
    forbidden, allowed = reader.account("BRL"), reader.account("USD")
    reader.server.set_scenario({"name": "forbidden-account", "account": forbidden})
    answer = reader.get(forbidden, fields="name")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, 200)
    assert reader.get(allowed, fields="name").status_code == 200


def test_reduce_data_lets_short_ranges_pass(reader: Reader) -> None:
    reader.server.set_scenario({"name": "reduce-data", "max_days": 5})
    assert _insights(reader).status_code == 500
    assert _insights(reader, time_range={"since": "2026-11-01", "until": "2026-11-05"}).status_code == 200


def test_html_instead_of_json(reader: Reader) -> None:
    reader.server.set_scenario({"name": "html-502"})
    answer = reader.get("me")
    assert answer.status_code == 502 and answer.text.startswith("<html>")


@pytest.mark.parametrize("name", ["truncated-body", "dropped-connection"])
def test_a_connection_that_breaks(reader: Reader, name: str) -> None:
    account = reader.account("EUR")
    reader.server.set_scenario({"name": name, "count": 1})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        reader.get(f"{account}/insights", **ASKED)
    assert reader.get(f"{account}/insights", **ASKED).status_code == 200


@pytest.mark.parametrize("name", ["latency", "slow-body"])
def test_an_answer_that_takes_its_time(reader: Reader, name: str) -> None:
    account = reader.account("EUR")
    reader.server.set_scenario({"name": name, "seconds": 0.2})
    started = monotonic()
    assert len(reader.get(f"{account}/insights", **ASKED).json()["data"]) == 100
    assert monotonic() - started >= 0.2


def test_pages_that_mislead(reader: Reader) -> None:
    path = f"{reader.account('EUR')}/insights"
    plain = reader.get(path, **ASKED).json()["data"]
    reader.server.set_scenario({"name": "empty-page-with-next"})
    empty = reader.get(path, **ASKED).json()
    assert empty["data"] == []
    assert reader.session.get(empty["paging"]["next"], timeout=10).json()["data"] == plain
    reader.server.set_scenario({"name": "paging-loop"})
    first = reader.get(path, **ASKED).json()["paging"]["next"]
    assert reader.session.get(first, timeout=10).json()["data"] == plain
    reader.server.set_scenario({"name": "duplicated-rows"})
    assert len(reader.get(path, **ASKED).json()["data"]) == len(plain) + 10
    reader.server.set_scenario({"name": "reordered-rows"})
    shuffled = reader.get(path, **ASKED).json()["data"]
    assert shuffled != plain and sorted(map(str, shuffled)) == sorted(map(str, plain))


@pytest.mark.parametrize(
    ("name", "status", "percent"),
    [("report-fails", "Job Failed", 40), ("report-stuck-99", "Job Running", 99), ("report-skipped", "Job Skipped", 0)],
)
def test_a_report_that_does_not_finish(reader: Reader, name: str, status: str, percent: int) -> None:
    reader.server.set_scenario({"name": name})
    run = reader.post(f"{reader.account('EUR')}/insights", **ASKED).json()["report_run_id"]
    seen = [reader.get(run).json() for _ in range(3)][-1]
    assert (seen["async_status"], seen["async_percent_completion"]) == (status, percent)
    assert reader.get(f"{run}/insights").json()["error"]["code"] == 2601


def test_high_usage_is_told_in_the_headers(reader: Reader) -> None:
    reader.server.set_scenario({"name": "high-usage", "percent": 88})
    assert '"call_count":88' in reader.get("me").headers["x-app-usage"]


def test_several_scenarios_at_once(reader: Reader) -> None:
    scenarios = [{"name": "reordered-rows"}, {"name": "html-502", "count": 1}]
    reader.server.set_scenario({"scenarios": scenarios})
    assert [reader.get("me").status_code for _ in range(2)] == [502, 200]
    assert len(reader.server.control("state")["scenarios"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [["--now", "tomorrow"], ["--anchor", "soon"], ["--seed", "-1"], ["--scenario", "nonsense"], ["--port"]],
)
def test_what_cannot_start_says_so_in_one_sentence(wrong: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        arguments = [*wrong, str(taken.getsockname()[1])] if wrong == ["--port"] else ["--port", "0", *wrong]
        command = [sys.executable, "-m", "fbads_pipeline.sandbox", *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1 and ended.stderr.endswith(".\n")


def test_a_signal_ends_it_in_good_order() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "fbads_pipeline.sandbox", "--port", str(port), "--campaigns", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert _comes_up(f"http://127.0.0.1:{port}/__sandbox/state")
        finally:
            running.terminate()
        assert (running.wait(10), running.communicate()[1]) == (0, "")


def _comes_up(url: str) -> bool:
    deadline = monotonic() + 10
    while monotonic() < deadline:
        try:
            return requests.get(url, timeout=2).status_code == 200
        except requests.ConnectionError:
            continue
    return False


def test_a_prepaid_balance_runs_out_with_spend_and_a_topped_up_one_is_larger(reader: Reader) -> None:
    account = reader.account("BRL")

    def money() -> dict[str, Any]:
        return reader.get(account, fields="funding_source_details,is_prepay_account,amount_spent,spend_cap").json()

    assert money()["is_prepay_account"] is False and money()["spend_cap"] == "0"
    reader.server.set_scenario({"name": "prepaid-balance", "account": account, "left": 278.6})
    assert money()["funding_source_details"]["display_string"] == "Saldo disponível (R$278,60 BRL)"
    spent = int(money()["amount_spent"])
    reader.server.set_now("2026-11-10T21:00:00+00:00")
    used = int(money()["amount_spent"]) - spent
    assert used > 0
    expected = f"{(27860 - used) / 100:,.2f}".translate(str.maketrans(",.", ".,")).replace("-", "")
    assert expected in money()["funding_source_details"]["display_string"]
    reader.server.set_scenario({"name": "spend-cap", "account": account, "left": 5})
    assert int(money()["spend_cap"]) == int(money()["amount_spent"]) + 500


def test_an_ad_set_is_scheduled_by_the_hour_and_capped_by_a_scenario(reader: Reader) -> None:
    account = reader.account("BRL")
    fields = "pacing_type,adset_schedule,lifetime_spend_cap"
    plain = reader.get(f"{account}/adsets", fields=fields).json()["data"][0]
    assert plain == {"id": plain["id"], "pacing_type": ["standard"]}
    scheduled = {"name": "ad-schedule", "object": plain["id"], "figure": "9-18USER"}
    capped = {"name": "campaign-cap", "object": plain["id"], "left": 50}
    reader.server.set_scenario({"scenarios": [scheduled, capped]})
    hours = {"start_minute": 540, "end_minute": 1080, "days": [0, 1, 2, 3, 4, 5, 6], "timezone_type": "USER"}
    assert reader.get(plain["id"], fields=fields).json() == {
        "id": plain["id"],
        "pacing_type": ["day_parting"],
        "adset_schedule": [hours],
        "lifetime_spend_cap": "5000",
    }
    with pytest.raises(BadScenario, match="needs its hours"):
        read_scenarios({"name": "ad-schedule", "object": "1", "figure": "nine"})
