"""`fbads run`: Dagster's jobs in this process, and reading as the owner or the analyst."""

import json


def test_a_tick_reads_the_days_that_are_due_and_the_other_jobs_follow(program, sandbox):
    ids = [account["account_id"] for account in sandbox.control("state")["accounts"]]
    tick = program.run("run", "tick")
    assert tick.returncode == 0, tick.stderr
    *accounts, total = tick.stdout.splitlines()
    assert [line.split("\t") for line in accounts] == [[one, "done", ""] for one in sorted(ids)]
    assert total.startswith("done: ")

    name = program.sql(f"select name from marts.accounts where account_id = '{ids[0]}'")[0]["name"]
    by_name = program.run("sync", "--from", "2026-11-09", "--to", "2026-11-09", "--account", name.upper(), "--json")
    assert by_name.returncode == 0, by_name.stderr
    assert [one["account_id"] for one in json.loads(by_name.stdout)["accounts"]] == [ids[0]]
    unknown = program.run("report", "daily", "--account", "Loja de ninguém")
    assert unknown.returncode == 2 and f"({ids[0]})" in unknown.stderr

    owner = program.run("sql", "select count(*) as n from raw.reading_runs", "--role", "owner", "--format", "csv")
    assert owner.returncode == 0 and int(owner.stdout.splitlines()[1]) > 0
    assert program.run("sql", "select count(*) as n from raw.reading_runs").returncode == 2
    refused = program.run("sql", "delete from raw.reading_runs", "--role", "owner")
    assert refused.returncode == 2, "the owner reads, and writes nothing"

    done = program.run("run", "troubles")
    assert (done.returncode, "ops/incidents" in done.stdout) == (0, True), done.stdout + done.stderr
    off = program.run("run", "apply")
    assert (off.returncode, "FBADS_APPLY_DECISIONS is off" in off.stderr) == (2, True)
