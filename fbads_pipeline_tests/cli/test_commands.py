"""The small commands: rows on stdout, sentences on stderr, the right exit code."""

import csv
import io
import json
import os
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from fbads_pipeline.cli.errors import DISK_FULL
from fbads_pipeline.cli.home import PROJECT, only_one, ready_home, write_dagster_home
from fbads_pipeline.cli.main import main
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.identity.personal_data import FILES
from fbads_pipeline.settings import SettingsError, load_settings
from fbads_pipeline_tests.cli.conftest import FBADS, Program


def disk_full() -> sa.exc.OperationalError:
    """PostgreSQL's own refusal, as SQLAlchemy passes it on."""
    original = Exception("could not extend file: No space left on device")
    original.pgcode = "53100"
    return sa.exc.OperationalError("insert …", {}, original)


@pytest.fixture
def home(used_home):
    """The program in the shared home, without a token."""
    return Program(used_home)


def test_the_database_is_shown_started_and_stopped(home):
    shown = home.run("db", "url")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("postgresql://fbads:")
    assert shown.stdout.count("\n") == 1
    analyst = home.run("db", "url", "--role", "analyst").stdout
    assert analyst.startswith("postgresql://fbads_analyst:")
    assert home.run("db", "stop").returncode == 0
    again = home.run("db", "stop")
    assert (again.returncode, again.stdout) == (0, "")
    assert "was not running" in again.stderr


def test_rows_come_as_a_table_as_csv_and_as_json(home):
    query = "select 1.10::numeric as money, null as nothing, 'a,\"b\"' as text, '=1+1' as formula"
    table = home.run("sql", query)
    assert table.returncode == 0, table.stderr
    assert "1.10" in table.stdout
    rows = list(csv.DictReader(io.StringIO(home.run("sql", query, "--format", "csv").stdout)))
    assert rows == [{"money": "1.10", "nothing": "", "text": 'a,"b"', "formula": "=1+1"}]
    (row,) = json.loads(home.run("sql", query, "--format", "json").stdout)
    assert row == {"money": "1.10", "nothing": None, "text": 'a,"b"', "formula": "=1+1"}
    assert json.loads(home.run("sql", "select 1 as x where false", "--format", "json").stdout) == []


def test_a_statement_that_is_refused_is_wrong_use(home):
    assert home.run("db", "migrate").returncode == 0
    done = home.run("sql", "drop schema marts")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fbads: the database refuses the statement")


def test_the_doctor_names_what_to_change(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = home.run("doctor", API_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    lines = {line[6:].split(":")[0]: line[:4] for line in done.stdout.splitlines()}
    assert lines == {
        "settings": "ok  ",
        "home": "ok  ",
        "database": "ok  ",
        "clock": "ok  ",
        "token": "FIX ",
        "API version": "ok  ",
        "left out by Meta": "ok  ",
        "readings": "ok  ",
        "coverage": "NOTE",
        "dbt manifest": "ok  ",
        "messages": "ok  ",
        "verified questions": "ok  ",
        "ports": "FIX ",
    }
    assert "FBADS_ACCESS_TOKEN is missing" in done.stdout
    assert "FBADS_API_PORT" in done.stdout


def test_the_doctor_names_a_wrong_setting(home):
    done = home.run("doctor", API_PORT="no")
    assert done.returncode == 2
    assert done.stdout.startswith("FIX   settings: FBADS_API_PORT is not usable")


def test_a_well_set_up_home_is_well(used):
    done = used.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "the token sees 4 ad accounts" in done.stdout
    found = {path.name for path in used.home.iterdir() if not path.name.startswith(".writable")}
    assert {"postgres", "analyst.password"} <= found <= set(FILES), "a file of the home is not classified"
    assert used.home.stat().st_mode & 0o066 == 0


@pytest.mark.parametrize(
    ("command", "setting"),
    [(("up",), "DAGSTER_PORT"), (("api",), "API_PORT"), (("demo", "--once"), "SANDBOX_PORT"), (("demo",), "API_PORT")],
)
def test_a_port_in_use_is_named_with_its_setting(home, command, setting):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = home.run(*command, **{setting: str(taken.getsockname()[1])})
    assert done.returncode == 2
    assert f"is in use: stop what listens there, or set FBADS_{setting}" in done.stderr


def test_only_one_demo_runs_in_a_home(tmp_path):
    refusal = pytest.raises(WrongUse, match=r"make demo \(process \d+\) already runs in .*set FBADS_HOME")
    with only_one(tmp_path, "make demo"), refusal, only_one(tmp_path, "fbads up"):
        pass
    with only_one(tmp_path, "fbads up"):
        pass


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path, home):
    (tmp_path / "file").write_text("in the way")
    done = home.run("sync", "--from", "2026-11-01", "--to", "2026-11-01", HOME=str(tmp_path / "file"), ACCESS_TOKEN="x")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_a_home_on_a_full_disk_is_one_sentence_and_stays_empty(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda home: SimpleNamespace(free=200 * 2**20))
    full = pytest.raises(SettingsError, match=r"FBADS_HOME .* has 200 MB free and 400 are needed: free some space")
    with full, ready_home(load_settings(home=tmp_path / "home")):
        pass
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), disk_full()])
def test_a_disk_that_fills_meanwhile_is_one_sentence(monkeypatch, capsys, fault):
    def filled() -> None:
        try:
            raise fault
        except Exception as cause:
            raise RuntimeError("the run failed") from cause

    monkeypatch.setattr("fbads_pipeline.cli.main.app", filled)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (3, f"fbads: {DISK_FULL}\n")


def test_dagster_reads_the_workspace_without_any_setting(tmp_path):
    command = [str(Path(FBADS).parent / "dagster"), "definitions", "validate"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FBADS_", "DAGSTER_"))}
    environment = kept | {"HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "All code locations passed validation" in done.stdout + done.stderr


def test_dagsters_home_is_written_once(tmp_path):
    write_dagster_home(tmp_path)
    file = tmp_path / "dagster" / "dagster.yaml"
    before = file.stat().st_mtime_ns
    write_dagster_home(tmp_path)
    assert file.stat().st_mtime_ns == before
    file.write_text("half")
    write_dagster_home(tmp_path)
    assert "HomeDagsterStorage" in file.read_text()


class TestAlerts:
    def test_a_test_message_arrives_or_says_why_not(self, home):
        done = home.run("alerts", "test", "--channel", "dry_run")
        assert done.returncode == 0 and "dry_run stderr: sent" in done.stderr
        assert "Teste do fbads: esta mensagem chegou" in done.stderr
        missing = home.run("alerts", "test", "--channel", "slack")
        assert (missing.returncode, missing.stderr) == (2, "fbads: slack is not set up: set FBADS_SLACK_TOKEN\n")
        nobody = {"smtp_host": "127.0.0.1", "smtp_port": "1", "smtp_from": "a@b.example"}
        away = home.run("alerts", "test", "--channel", "email", "--to", "c@d.example", **nobody)
        assert away.returncode == 3
        assert "email c@d.example: not sent: the mail server cannot be reached: Connection refused" in away.stderr

    def test_a_message_of_each_channel_is_shown_and_none_is_sent(self, home):
        for channel in ("slack", "telegram", "teams", "google_chat", "n8n", "dry_run"):
            done = home.run("alerts", "preview", "--channel", channel)
            assert done.returncode == 0, done.stderr
            assert done.stderr.endswith("; nothing is sent\n") and isinstance(json.loads(done.stdout), dict)
        page = home.run("alerts", "preview", "--channel", "email", "--html", "--language", "en")
        assert page.stdout.startswith("<!doctype html>") and 'lang="en"' in page.stdout
        wrong = home.run("alerts", "preview", "--channel", "slack", "--language", "tlh")
        assert (wrong.returncode, "none of the languages" in wrong.stderr) == (2, True)
        unknown = home.run("alerts", "preview", "--channel", "whatsapp", "--alert", "0" * 32)
        assert (unknown.returncode, unknown.stderr) == (2, f"fbads: there is no alert {'0' * 32}\n")

    def test_what_was_said_is_listed_below_a_header(self, home):
        done = home.run("alerts", "list", "--last", "1")
        assert done.returncode == 0, done.stderr
        header, *_ = done.stdout.splitlines()
        assert header.split("\t") == ["at (UTC)", "account", "rule", "severity", "where", "title"]

    def test_a_mute_is_begun_shown_and_lifted(self, home):
        done = home.run("alerts", "mute", "--account", "act_7", "--for", "3d", "--rule", "ctr", "--reason", "promo")
        assert done.returncode == 0, done.stderr
        number = done.stdout.strip()
        assert [line.split("\t")[:4] for line in home.run("alerts", "mutes").stdout.splitlines()[1:]] == [
            [number, "7", "–", "ctr"]
        ]
        assert home.run("alerts", "unmute", number).returncode == 0
        again = home.run("alerts", "unmute", number)
        assert (again.returncode, "no mute" in again.stderr) == (2, True)

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (("--account", "7", "--for", "soon"), "'soon' is no time such as 30m, 12h or 3d"),
            (("--account", "7", "--for", "99d"), "at most 90 days"),
            (("--account", "loja", "--for", "3d"), "no account is named 'loja'"),
        ],
    )
    def test_a_wrong_mute_says_what_to_change(self, home, options, says):
        done = home.run("alerts", "mute", *options)
        assert (done.returncode, says in done.stderr) == (2, True)


class TestRules:
    RULES = "rules: [{name: CPA alto, metric: spend, above: 0.01, currency: BRL, window: 3d, cooldown: 12h}]"

    def test_a_file_is_checked_without_a_database(self, home, tmp_path):
        good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
        good.write_text(self.RULES)
        bad.write_text(self.RULES.replace("spend", "spent"))
        done = home.run("rules", "check", str(good))
        assert (done.returncode, done.stdout.split(":")[0]) == (0, "rule.cpa-alto"), done.stderr
        wrong = home.run("rules", "check", str(bad))
        assert wrong.returncode == 2 and "fbads: bad.yml line 1: metric: 'spent' is none of" in wrong.stderr

    def test_half_a_backtest_says_what_to_give(self, home, tmp_path):
        out = tmp_path / "x.csv"
        done = home.run("backtest", "--readings", str(tmp_path / "readings.csv"), "--out", str(out))
        said = " ".join(done.stderr.replace("│", " ").split())
        assert (done.returncode, out.exists()) == (2, False)
        assert "give --readings, --campaigns and --changes, or none of them" in said

    def test_a_backtest_of_a_home_that_has_no_days_is_one_sentence(self, home, tmp_path):
        out = tmp_path / "x.csv"
        done = home.run("backtest", "--out", str(out))
        assert (done.returncode, out.exists()) == (2, False)
        assert done.stderr.splitlines()[-1].startswith("fbads: no days are stored yet: `fbads backfill` reads them")
