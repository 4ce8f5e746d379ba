"""The dry run: whole lines in a file, readable words on stderr."""

import json
import os
import stat
import subprocess
import sys
import threading
import time

import pytest
import structlog

from fbads_pipeline.adapters.channels.dry_run import DryRunChannel
from fbads_pipeline.adapters.translation.texts import rendered
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, a_delivery, a_suggestion, an_alert, announced, news
from fbads_pipeline_tests.support.rendering import body_of, title_of


@pytest.fixture(autouse=True)
def nobody_configured_the_logs():
    structlog.reset_defaults()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox" / "dry_run.jsonl"


@pytest.fixture
def channel(path):
    return DryRunChannel(path)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_message_is_a_line_of_the_file_and_words_on_stderr(channel, path, capsys):
    alert = an_alert()
    attempt = channel.send(a_delivery(alert=alert))
    (line,) = lines(path)
    assert attempt.outcome == "sent"
    assert (line["provider_id"], line["alert_id"]) == (attempt.provider_id, alert.alert_id)
    assert (line["title"], line["body"], line["facts"]) == (
        title_of(alert),
        body_of(alert),
        rendered(alert.facts, "pt"),
    )
    said = capsys.readouterr()
    assert f"  {title_of(alert)}\n" in said.err
    assert "  1. Verão — pausar (por regra, confiança baixa)\n" in said.err
    assert said.out == "", "stdout is for data"


def test_the_file_is_for_its_owner_alone(channel, path):
    channel.send(a_delivery())
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_the_same_message_has_the_same_provider_id(channel):
    first, again = (channel.send(a_delivery(is_repeat=flag)) for flag in (False, True))
    other = channel.send(a_delivery(recipient="somebody else"))
    assert first.provider_id == again.provider_id != other.provider_id


def test_a_possible_repeat_is_marked(channel, path):
    channel.send(a_delivery(is_repeat=True))
    assert lines(path)[0]["title"].startswith("[repetida?] ")
    assert lines(path)[0]["is_repeat"] is True


def test_many_writers_leave_whole_lines(channel, path):
    alert = an_alert(body="x" * 20_000)

    def write():
        for _ in range(20):
            channel.send(a_delivery(alert=alert))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(line["body"]) for line in lines(path)] == [20_000] * 80


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_text_on_one_line(channel, path, capsys, name):
    alert = compose_suggestions(news(announced(a_suggestion(), name), account_name=name))
    assert channel.send(a_delivery(alert=alert)).outcome == "sent"
    assert len(path.read_bytes().splitlines()) == 1
    assert not set(capsys.readouterr().err) & set("\0\r\x1b\x9b\u202e\u2066")


def test_a_name_that_nobody_cleaned_cannot_command_the_terminal(channel, path, capsys):
    channel.send(a_delivery(alert=an_alert(title="\x1b]0;owned\x07", body="a\x1b[2Jb")))
    assert not {"\x07", "\x1b"} & set(capsys.readouterr().err)
    assert len(lines(path)) == 1


def test_a_file_that_cannot_be_written_is_tried_later(tmp_path):
    (tmp_path / "outbox").write_text("a file where the folder should be")
    attempt = DryRunChannel(tmp_path / "outbox" / "dry_run.jsonl").send(a_delivery())
    assert (attempt.outcome, "cannot be written" in attempt.error) == ("retry", True)


def test_a_full_disk_leaves_no_half_line(channel, path, monkeypatch):
    channel.send(a_delivery())
    whole, real = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:10]))
    assert channel.send(a_delivery()).outcome == "retry"
    assert path.read_bytes() == whole


def test_a_line_that_is_taken_back_takes_no_other_line_with_it(channel, path, monkeypatch):
    """The disk is full for one writer, and has room for the next, which must wait until the half line is gone."""
    channel.send(a_delivery(recipient="first"))
    real, is_half_written = os.write, threading.Event()

    def short_for_the_second(file, data):
        if b'"second"' not in data:
            return real(file, data)
        written = real(file, data[:10])
        is_half_written.set()
        time.sleep(0.2)
        return written

    monkeypatch.setattr(os, "write", short_for_the_second)
    unlucky = threading.Thread(target=channel.send, args=(a_delivery(recipient="second"),))
    unlucky.start()
    assert is_half_written.wait(5)
    channel.send(a_delivery(recipient="third"))
    unlucky.join()
    assert [line["recipient"] for line in lines(path)] == ["first", "third"]


def test_without_any_configuration_the_words_go_to_stderr(tmp_path):
    program = (
        "import sys; from pathlib import Path; from fbads_pipeline.adapters.channels.dry_run import DryRunChannel;"
        "from fbads_pipeline_tests.support.fakes import a_delivery;"
        "DryRunChannel(Path(sys.argv[1])).send(a_delivery())"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "o.jsonl")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert "Loja 1: 1 campanha fora dos limites" in done.stderr
