"""Logs go to stderr, one line each, and a traceback never shows what was in its variables."""

import json

import pytest
import structlog

from fbads_pipeline.adapters.logs import set_up_logs


@pytest.fixture(autouse=True)
def restored():
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_shows_no_variable(monkeypatch, capsys, log_format):
    monkeypatch.setenv("FBADS_LOG_FORMAT", log_format)
    set_up_logs()
    try:
        token = "EAA" + "canary"
        raise ValueError(f"{len(token)} characters")
    except ValueError as error:
        structlog.get_logger().error("fault", exc_info=error)
    said = capsys.readouterr()
    assert said.out == ""
    assert "ValueError: 9 characters" in said.err
    assert "EAAcanary" not in said.err


def test_json_lines_are_json(monkeypatch, capsys):
    monkeypatch.setenv("FBADS_LOG_FORMAT", "json")
    set_up_logs()
    structlog.get_logger().info("request", status=200)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["status"], line["level"]) == ("request", 200, "info")
