"""`fbads backfill` as a user runs it: it fills, it does not read twice, and stopped it goes on."""

import signal
import subprocess

import pytest
from typer.testing import CliRunner

from fbads_pipeline.cli import app
from fbads_pipeline_tests.local.conftest import FBADS


def insights_calls(sandbox):
    """Calls to /insights since the sandbox began."""
    return sum(row["calls"] for row in sandbox.control("calls/counts") if row["path"].endswith("/insights"))


def start(program, *arguments):
    return subprocess.Popen(
        [FBADS, *arguments], env=program.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_stopped_one_goes_on_and_a_finished_one_reads_nothing_again(used, sandbox):
    account = sandbox.control("state")["accounts"][0]["account_id"]
    command = ("backfill", "--months", "2", "--account", f"act_{account}")
    used.settings["LEVELS"] = "account,campaign"
    running = start(used, *command)
    said = next(line for line in running.stderr if "1 of 2" in line or line.startswith("fbads"))
    running.send_signal(signal.SIGINT)  # while the older quarter is under way
    lines, errors = running.communicate(timeout=60)
    assert running.returncode == 130, said + errors
    assert lines.startswith("2026-10-01 to 2026-11-1"), "the newest quarter comes first"
    assert lines.count("\n") == 1
    assert "stopped with 1 of 2 parts to go" in errors
    assert "Traceback" not in errors
    assert insights_calls(sandbox) > 0

    gone_on = used.run(*command)
    assert gone_on.returncode == 0, gone_on.stderr
    newest, oldest = gone_on.stdout.splitlines()
    assert newest == "2026-10-01 to 2026-11-11\tread before"
    assert oldest.startswith("2026-09-12 to 2026-09-30\tdone")
    stored = used.sql("select day, sum(spend) as spend from marts.account_daily group by day order by day")
    truth = sandbox.truth("account", "2026-09-12", "2026-11-10", account)
    assert [(row["day"], row["spend"]) for row in stored] == [(row["day"], row["spend"]) for row in truth]

    before = insights_calls(sandbox)
    again = used.run(*command)
    assert again.stdout.count("read before") == 2, again.stdout + again.stderr
    assert insights_calls(sandbox) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--months", "0"), "greater than or equal to 1"),
        (("--months", "38"), "less than or equal to 37"),
        ((), "Missing option '--months'"),
    ],
)
def test_months_that_meta_does_not_keep_are_wrong_use(arguments, sentence):
    done = CliRunner().invoke(app, ["backfill", *arguments])
    assert done.exit_code == 2
    assert sentence in done.output
