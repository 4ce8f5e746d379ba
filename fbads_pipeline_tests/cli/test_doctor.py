"""What the doctor says of the API's version and of what Meta left out."""

import time
from datetime import UTC, datetime

import pytest

from fbads_pipeline.cli.operations import doctor
from fbads_pipeline.settings import SettingsError, load_settings
from fbads_pipeline_tests.support.graph_server import Answer, graph_server


def settings_at(version, instant):
    return load_settings(api_version=version, now=datetime.fromisoformat(instant).astimezone(UTC))


@pytest.mark.parametrize(
    ("version", "instant", "label", "sentence"),
    [
        ("v26.0", "2026-11-26T12:00:00+00:00", "ok", "v26.0 answers and Meta has named no end"),
        ("v25.0", "2026-11-26T12:00:00+00:00", "ok", "v25.0 answers until 2027-02-23"),
        (
            *("v25.0", "2027-01-05T12:00:00+00:00", "NOTE"),
            "v25.0 ends on 2027-02-23: set FBADS_API_VERSION to v27.0 before",
        ),
        (
            *("v24.0", "2026-11-26T12:00:00+00:00", "FIX"),
            "FBADS_API_VERSION v24.0 ended on 2026-10-06: set it to v27.0",
        ),
        (
            *("v31.0", "2026-11-26T12:00:00+00:00", "ok"),
            "v31.0 is not in the calendar of this release, whose newest version is v27.0",
        ),
    ],
)
def test_a_version_is_warned_of_before_its_end_and_wrong_after_it(version, instant, label, sentence):
    result = doctor._result("API version", doctor._version, settings_at(version, instant))
    assert (result.label, result.sentence) == (label, sentence)
    assert result.exit_code == (SettingsError.exit_code if label == "FIX" else 0)


def test_what_meta_left_out_is_a_note_and_no_fault():
    result = doctor._result("left out by Meta", lambda settings: doctor.Notice("reach"), load_settings())
    assert (result.label, result.exit_code) == ("NOTE", 0)


def test_an_account_that_cannot_be_read_is_named_beside_those_that_can(used):
    listed = [
        {"id": "act_1", "currency": "BRL", "timezone_name": "America/Sao_Paulo"},
        {"id": "act_2", "currency": "BRL"},
    ]
    with graph_server(lambda asked, before: Answer({"data": listed})) as server:
        done = used.run("doctor", GRAPH_URL=server.url, ACCESS_TOKEN="t")
    (line,) = [one for one in done.stdout.splitlines() if " token: " in one]
    assert line.startswith("NOTE")
    assert line.endswith(
        "the token sees 2 ad accounts; Meta names no time zone for account 2:"
        " it is not read until that is set in Meta's Business settings"
    )


@pytest.mark.parametrize(
    ("moved", "label", "sentence"),
    [
        (-600, "FIX", "this machine's clock is 600 s behind PostgreSQL's: let NTP keep both"),
        (600, "FIX", "this machine's clock is 600 s ahead of PostgreSQL's: let NTP keep both"),
        (0, "ok", "that of PostgreSQL"),
    ],
)
def test_a_clock_that_is_not_the_database_s_is_named(migrated_url, monkeypatch, tmp_path, moved, label, sentence):
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + moved)
    settings = load_settings(database_url=migrated_url, home=tmp_path, now=datetime(2020, 1, 1, tzinfo=UTC))
    result = doctor._result("clock", doctor._clock, settings)
    assert (result.label, result.sentence) == (label, sentence)
