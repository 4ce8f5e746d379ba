"""The main job as a user runs it: `fbads sync` against a Marketing API over HTTP, the marts against its own truth."""

from decimal import Decimal

import pytest

SINCE, UNTIL = "2026-10-20", "2026-11-10"
IDS = {"account": 0, "campaign": 1, "adset": 2, "ad": 3}
FIGURES = ("impressions", "clicks", "link_clicks", "reach", "spend", "purchases", "purchase_value", "leads")


def truth_of(sandbox, level, since=SINCE, until=UNTIL, account=None):
    """key → figures, as the sandbox's own arrays have them."""
    names = ("account_id", "campaign_id", "adset_id", "ad_id")[: IDS[level] + 1]
    return {
        (*(row[name] for name in names), row["day"]): tuple(
            _number(row["inline_link_clicks" if figure == "link_clicks" else figure]) for figure in FIGURES
        )
        for row in sandbox.truth(level, since, until, account)
    }


def marts_of(program, level):
    names = ("account_id", "campaign_id", "adset_id", "ad_id")[: IDS[level] + 1]
    rows = program.sql(f"select {', '.join(names)}, day, {', '.join(FIGURES)} from marts.{level}_daily")
    return {
        (*(row[name] for name in names), row["day"]): tuple(_number(row[figure]) for figure in FIGURES) for row in rows
    }


def _number(value):
    return None if value is None else Decimal(str(value))


def assert_marts_are_the_truth(program, sandbox, **range_):
    for level in IDS:
        marts, truth = marts_of(program, level), truth_of(sandbox, level, **range_)
        assert truth, level
        assert set(marts) == set(truth), level
        wrong = {key: (marts[key], truth[key]) for key in truth if marts[key] != truth[key]}
        assert wrong == {}, level


def test_marts_equal_the_truth_row_by_row_and_a_second_run_changes_nothing(program, sandbox):
    code, first, said = program.sync(SINCE, UNTIL)
    assert (code, first["status"]) == (0, "done"), said
    assert {account["status"] for account in first["accounts"]} == {"done"}
    assert_marts_are_the_truth(program, sandbox)
    effective = {row["s"] for row in program.sql("select distinct effective_status as s from marts.campaigns")}
    assert {"ARCHIVED", "DELETED", "ACTIVE"} <= effective, "archived and deleted objects are described too"
    assert program.sql("select count(*) as n from marts.ads where not is_known") == [{"n": 0}]

    code, second, said = program.sync(SINCE, UNTIL)
    assert (code, second["status"], second["rows_changed"], second["rows_removed"]) == (0, "done", 0, 0), said
    assert 0 < second["rows_read"] <= first["rows_read"], "deleted objects are fetched by id once"
    assert set(second["seconds"]) == {"start", "collect", "check", "model", "total"}
    assert second["peak_rss_bytes"] > 0
    assert_marts_are_the_truth(program, sandbox)

    sandbox.set_now("2026-11-12T02:00:00+00:00")
    later = {"NOW": "2026-11-12T02:00:00+00:00"}
    code, third, said = program.sync("2026-11-01", "2026-11-12", **later)
    assert (code, third["status"]) == (0, "done"), said
    assert third["rows_changed"] > 0
    marts, truth = marts_of(program, "ad"), truth_of(sandbox, "ad", "2026-11-01", "2026-11-12")
    assert {key: value for key, value in marts.items() if key[-1] >= "2026-11-01"} == truth, "restated days follow"


def test_one_account_that_is_forbidden_is_named_and_the_others_reach_the_marts(program, sandbox):
    accounts = [account["account_id"] for account in sandbox.control("state")["accounts"]]
    sandbox.set_scenario({"name": "forbidden-account", "account": accounts[1]})
    code, said, errors = program.sync("2026-11-08", "2026-11-09")
    assert (code, said["status"]) == (1, "partial")
    failed = {account["account_id"]: account["error"] for account in said["accounts"] if account["status"] != "done"}
    assert set(failed) == {accounts[1]}
    assert failed[accounts[1]]
    assert f"account {accounts[1]}" in errors
    loaded = {row["account_id"] for row in program.sql("select distinct account_id from marts.campaign_daily")}
    assert loaded == set(accounts) - {accounts[1]}, "a failed account leaves no zeros behind"


def test_only_the_accounts_asked_for_are_read(used, sandbox):
    accounts = [account["account_id"] for account in sandbox.control("state")["accounts"]]
    code, said, _ = used.sync("2026-11-09", "2026-11-09", "--account", f"act_{accounts[2]}")
    assert code == 0
    assert [account["account_id"] for account in said["accounts"]] == [accounts[2]]
    code, said, errors = used.sync("2026-11-09", "2026-11-09", "--account", "17")
    assert code == 2
    assert "account 17 is not among those that the token sees" in errors


@pytest.mark.parametrize(
    ("scenario", "settings", "code", "sentence"),
    [
        (None, {"ACCESS_TOKEN": "wrong"}, 3, "Meta error 190"),
        ({"name": "expired-token"}, {}, 3, "Meta error 190/463"),
        (None, {"GRAPH_URL": "http://127.0.0.1:1"}, 3, "no answer from 127.0.0.1:1"),
        (None, {"DATABASE_URL": "postgresql://u:canary@127.0.0.1:1/d"}, 3, "check FBADS_DATABASE_URL"),
        (None, {"DATABASE_URL": "mysql://x"}, 3, "FBADS_DATABASE_URL is no PostgreSQL address"),
        (None, {"ACCESS_TOKEN": ""}, 2, "FBADS_ACCESS_TOKEN is missing"),
        (None, {"LEVELS": "creative"}, 2, "FBADS_LEVELS is not usable"),
    ],
)
def test_what_cannot_work_is_one_sentence_and_the_right_code(used, sandbox, scenario, settings, code, sentence):
    sandbox.set_scenario(scenario)
    done = used.run("sync", "--from", "2026-11-09", "--to", "2026-11-09", **settings)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr + done.stdout
    assert sandbox.token not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("2026-11-09", "2026-11-01", "--from 2026-11-09 lies after --to 2026-11-01"),
        ("2026-11-09", "2026-11-12", "--to 2026-11-12 lies in the future"),
        ("2021-12-31", "2026-11-01", "--from 2021-12-31 is too early"),
        ("2026-02-30", "2026-11-01", "does not match"),
    ],
)
def test_days_that_make_no_sense_are_refused_before_anything_starts(program, since, until, sentence):
    done = program.run("sync", "--from", since, "--to", until)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.split())
    assert not (program.home / "postgres").exists()


def test_no_token_is_left_anywhere(used, sandbox):
    used.run("sync", "--from", "2026-11-09", "--to", "2026-11-09", ACCESS_TOKEN=sandbox.token)
    for file in used.home.rglob("*"):
        if file.is_file() and "server/data/pg_wal" not in str(file):
            assert sandbox.token.encode() not in file.read_bytes(), file
