"""What is made of stored days by hand: previews of rules, and reports."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from fbads_pipeline_tests.cli.conftest import FBADS, NOW, Program

SINCE, UNTIL, AFTER = "2026-11-04", "2026-11-10", "2026-11-11"
RULES = "rules: [{name: CPA alto, metric: spend, above: 0.01, currency: BRL, window: 3d, cooldown: 12h}]"


@pytest.fixture(scope="module")
def stored(used_home, sandbox):
    """The program in a home that holds a week."""
    program = Program(used_home, GRAPH_URL=sandbox.url, ACCESS_TOKEN=sandbox.token, NOW=NOW)
    code, _, said = program.sync(SINCE, UNTIL)
    assert code == 0, said
    return program


def rows_of(program, query):
    done = program.run("sql", query, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_backtest_of_rules_is_a_file_with_a_row_per_object_and_day(stored, tmp_path):
    rules, out = tmp_path / "rules.yml", tmp_path / "told.csv"
    rules.write_text(RULES)
    command = ("backtest", "--rules", str(rules), "--out", str(out))
    missing = stored.run(*command)
    assert (missing.returncode, "--from and --to" in missing.stderr, out.exists()) == (2, True, False)
    done = stored.run(*command, "--from", AFTER, "--to", AFTER)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert len(rows) >= 8 and {row["rule"] for row in rows} == {"CPA alto"}
    assert len({(row["account_id"], row["object_id"]) for row in rows}) == len(rows)
    assert f"{len(rows)} messages would have been sent, on 1 day\n" in done.stderr
    first = rows[0]
    days = f"day between '{first['first_day']}' and '{first['last_day']}'"
    query = (
        f"select sum(spend) as spend from marts.campaign_daily where campaign_id = '{first['object_id']}' and {days}"
    )
    (told,) = rows_of(stored, query)
    assert float(told["spend"]) == float(first["value"])


def test_a_backtest_of_stored_days_needs_no_file_and_says_what_it_rests_on(stored, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("campaign_id,first_day,last_day\n1,2026-11-05,2026-11-06\n2,2026-09-01,2026-09-02\n")
    days = ("backtest", "--from", SINCE, "--to", UNTIL)
    done = stored.run(*days, "--json", "--labels", str(labels), "--out", str(tmp_path / "found.csv"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {(one["days_read"], one["is_assessed"]) for one in found["accounts"]} == {(7, False)}
    assert [one["marks"] for one in found["accounts"]] == [{"marked": 0, "useful": 0, "precision": None}] * len(
        found["accounts"]
    )
    assert found["labels"] == {"labels": 1, "found": 0, "anomalies": 0, "right": 0, "recall": 0.0, "precision": None}
    assert (tmp_path / "found.csv").read_text().startswith("account_id,campaign_id,campaign,kind")
    table = stored.run(*days, "--plots", str(tmp_path / "page.html"))
    assert table.stdout.splitlines() == ["found\taccount\tcampaign\tseverity\tmessage"]
    assert "7 of the 14 days that are needed: nothing was assessed" in table.stderr
    assert "<svg" in (tmp_path / "page.html").read_text()
    wrong = stored.run("backtest", "--account", "act_999")
    assert (wrong.returncode, "account 999 has no stored days" in wrong.stderr) == (2, True)


class TestReports:
    def test_every_format_of_every_account_is_written_and_named(self, stored, tmp_path):
        folder = tmp_path / "made"
        done = stored.run("report", "daily", "--format", "all", "--day", UNTIL, "--out", str(folder))
        assert done.returncode == 0, done.stderr
        accounts = [row["account_id"] for row in rows_of(stored, "select account_id from marts.accounts")]
        names = {f"daily_{one}_2026-11-09_pt.{kind}" for one in accounts for kind in ("html", "pdf", "xlsx", "csv")}
        assert {Path(path).name for path in done.stdout.split()} == names == {one.name for one in folder.iterdir()}
        assert "daily report" in done.stderr

    def test_its_figures_are_those_of_the_marts_and_its_bytes_the_same_again(self, stored, tmp_path):
        (account, *_) = rows_of(stored, "select account_id from marts.accounts order by 1")
        made = []
        for folder in ("a", "b"):
            command = ("report", "daily", "--format", "csv_plain", "--account", f"act_{account['account_id']}")
            done = stored.run(*command, "--day", UNTIL, "--out", str(tmp_path / folder))
            assert done.returncode == 0, done.stderr
            made.append(Path(done.stdout.strip()).read_text("utf-8-sig"))
        assert made[0] == made[1]
        told = [row for row in csv.reader(io.StringIO(made[0])) if row[1:2] == ["Todas as campanhas"]]
        where = f"where account_id = '{account['account_id']}' and day = '2026-11-09'"
        known = rows_of(stored, f"select sum(spend) as spend, count(*) as n from marts.campaign_daily {where}")
        assert (len(told), round(sum(float(row[4]) for row in told), 2)) == (known[0]["n"], float(known[0]["spend"]))

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (("--account", "99"), "the marts have no account 99"),
            (("--out", "/proc/nowhere"), "cannot be written"),
        ],
    )
    def test_what_cannot_work_is_one_sentence(self, stored, options, says):
        done = stored.run("report", "weekly", *options)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_an_ide_asks_the_same_figures_over_stdio(stored):
    (account, *_) = rows_of(stored, "select account_id from marts.accounts order by 1")
    known = rows_of(
        stored,
        "select sum(spend) as spend from marts.campaign_daily where day between '2026-11-04' and '2026-11-09'"
        f" and account_id = '{account['account_id']}'",
    )

    async def ask():
        environment = stored.environment()
        program = StdioServerParameters(command=FBADS, args=["mcp"], env=environment)
        async with Client(stdio_client(program)) as client:
            tools = {one.name for one in (await client.list_tools()).tools}
            asked = {"metric": "spend", "first_day": "2026-11-04", "last_day": "2026-11-09", **account}
            told = await client.call_tool("query_metric", asked)
            wrong = await client.call_tool("query_metric", {**asked, "metric": "gold"})
            return tools, told, wrong

    tools, told, wrong = asyncio.run(ask())
    assert tools >= {"list_metrics", "query_metric", "list_anomalies", "list_suggestions", "get_report"} | {
        "list_balances",
        "list_delivery_problems",
    }
    (found,) = json.loads(told.content[0].text)["accounts"]
    assert float(found["total"]) == float(known[0]["spend"]) and found["currency"]
    assert wrong.is_error and "there is no metric gold" in wrong.content[0].text
