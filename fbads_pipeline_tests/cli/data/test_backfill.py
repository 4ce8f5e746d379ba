"""`fbads backfill` as a user runs it: it fills, it does not read twice, and stopped it goes on."""

import signal
import subprocess
import time
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from fbads_pipeline.cli.data import backfill
from fbads_pipeline.cli.main import app
from fbads_pipeline.domain.collection.levels import LEVELS
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.cli.conftest import FBADS, NOW

PART = DayRange(date(2026, 11, 9), date(2026, 11, 9))


def insights_calls(sandbox):
    """Calls to /insights since the sandbox began."""
    return sum(row["calls"] for row in sandbox.control("calls/counts") if row["path"].endswith("/insights"))


def wait_for_objects_by_id(sandbox):
    deadline = time.monotonic() + 100
    while not any(row["path"] in ("<campaign>", "<adset>", "<ad>") for row in sandbox.control("calls/counts")):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def start(program, *arguments):
    return subprocess.Popen(
        [FBADS, *arguments], env=program.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_stopped_one_goes_on_and_a_finished_one_reads_nothing_again(used, sandbox):
    account = sandbox.control("state")["accounts"][0]["account_id"]
    command = ("backfill", "--months", "2", "--account", f"act_{account}")
    running = start(used, *command)
    wait_for_objects_by_id(sandbox)  # which are asked for once all figures of the part are stored
    running.send_signal(signal.SIGINT)
    lines, errors = running.communicate(timeout=60)
    assert (running.returncode, lines) == (130, ""), errors
    assert "backfill: 0 of 2 (2026-10-01 to 2026-11-11" in errors, "the newest quarter comes first"
    assert "stopped with 2 of 2 parts to go" in errors
    assert "Traceback" not in errors

    gone_on = used.run(*command)
    assert gone_on.returncode == 0, gone_on.stderr
    newest, oldest = gone_on.stdout.splitlines()
    assert newest == "2026-10-01 to 2026-11-11\tread before"
    assert oldest.startswith("2026-09-12 to 2026-09-30\tdone")
    stored = used.sql("select day, sum(spend) as spend from marts.account_daily group by day order by day")
    truth = sandbox.truth("account", "2026-09-12", "2026-11-10", account)
    assert [(row["day"], row["spend"]) for row in stored] == [(row["day"], row["spend"]) for row in truth]

    before = insights_calls(sandbox)
    assert before > 0
    again = used.run(*command)
    assert again.stdout.count("read before") == 2, again.stdout + again.stderr
    assert insights_calls(sandbox) == before


def test_days_that_are_named_are_filled_and_wrong_ones_are_one_sentence():
    now = datetime(2026, 11, 10, 15, tzinfo=UTC)
    named = backfill.days_to_fill(None, date(2026, 9, 28), date(2026, 10, 2), now)
    assert [str(one) for one in named.quarters()] == ["2026-10-01 to 2026-10-02", "2026-09-28 to 2026-09-30"]
    with pytest.raises(WrongUse, match="lies after --to"):
        backfill.days_to_fill(None, date(2026, 11, 2), date(2026, 11, 1), now)
    with pytest.raises(WrongUse, match="lies in the future"):
        backfill.days_to_fill(None, date(2026, 11, 2), date(2026, 12, 1), now)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--months", "0"), "greater than or equal to 1"),
        (("--months", "38"), "less than or equal to 37"),
        ((), "say how far back with --months"),
        (("--months", "2", "--from", "2026-11-01", "--to", "2026-11-02"), "say how far back with --months"),
        (("--from", "2026-11-01"), "say how far back with --months"),
    ],
)
def test_months_that_meta_does_not_keep_are_wrong_use(arguments, sentence):
    done = CliRunner().invoke(app, ["backfill", *arguments])
    assert done.exit_code == 2
    assert sentence in done.output


@pytest.fixture
def runs(monkeypatch):
    """Runs that were asked for, as (first day, accounts); account "2" is refused in each."""
    asked = []

    def collect_and_model(database, days, account_ids, progress, started, *, breakdown_days):
        asked.append((str(days.since), account_ids))
        rows = [{"account_id": one, "status": "failed" if one == "2" else "done"} for one in account_ids]
        failed = [row for row in rows if row["status"] == "failed"]
        status = "done" if not failed else "failed" if len(failed) == len(rows) else "partial"
        told = {f"account {row['account_id']}": "it is forbidden" for row in failed}
        figures = {"rows_read": 1, "calls": 1, "seconds": {}}
        return {"accounts": rows, "status": status, "problems": told, "is_wrong_use": False, **figures}

    monkeypatch.setattr(backfill, "collect_and_model", collect_and_model)
    return asked


@pytest.mark.parametrize(
    ("accounts", "code", "asked"),
    [
        ("12", 1, [("2026-10-01", ["1", "2"]), ("2026-09-12", ["1"])]),
        ("2", 3, [("2026-10-01", ["2"])]),
        ("1", 0, [("2026-10-01", ["1"]), ("2026-09-12", ["1"])]),
    ],
)
def test_an_account_that_fails_is_named_and_left_out(runs, migrated_engine, capsys, accounts, code, asked):
    seen = [Account(one, None, "BRL", "America/Sao_Paulo") for one in accounts]
    settings = load_settings(now=NOW)
    work = backfill.Backfill(settings, SimpleNamespace(owner=migrated_engine), seen)
    parts = list(DayRange(date(2026, 9, 12), date(2026, 11, 10)).quarters())
    assert work.fill(parts, lambda name, done, total: None) == code
    assert runs == asked
    assert capsys.readouterr().err.count("account 2: it is forbidden") == (1 if "2" in accounts else 0)


def test_what_a_stopped_call_read_but_did_not_model_is_modelled(runs, migrated_engine):
    with migrated_engine.begin() as connection:
        query = (
            "insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok)"
            " values (:a, :l, :d, :r, 'x', true)"
        )
        rows = [{"a": "1", "l": level, "d": PART.since, "r": NOW} for level in LEVELS]
        connection.execute(sa.text(query), rows)
        connection.execute(
            sa.text("insert into raw.changed_days (account_id, day) values ('1', :d)"), {"d": PART.since}
        )
    settings = load_settings(now=NOW)
    database = SimpleNamespace(owner=migrated_engine)
    work = backfill.Backfill(settings, database, [Account("1", None, "BRL", "America/Sao_Paulo")])
    assert work.fill([PART], lambda name, done, total: None) == 0
    assert runs == [(str(PART.until), ["1"])]
