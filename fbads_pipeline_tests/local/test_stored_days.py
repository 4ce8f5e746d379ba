"""What is made of stored days by hand: previews of rules."""

import csv
import io
import json

import pytest

from fbads_pipeline_tests.local.conftest import NOW, Program

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
    assert f"{len(rows)} times something would have been said, on 1 days" in done.stderr
    first = rows[0]
    days = f"day between '{first['first_day']}' and '{first['last_day']}'"
    query = (
        f"select sum(spend) as spend from marts.campaign_daily where campaign_id = '{first['object_id']}' and {days}"
    )
    (told,) = rows_of(stored, query)
    assert float(told["spend"]) == float(first["value"])
