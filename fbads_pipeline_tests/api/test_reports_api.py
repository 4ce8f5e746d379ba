"""Reports over REST: asked for, made in the background, taken away; never somebody else's."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.exports import Exports
from fbads_pipeline.adapters.postgres.reports.requests import PostgresReportRequests
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import People

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
WEEKLY = {"kind": "weekly", "account_id": "42", "formats": ["csv", "pdf"]}


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def people(database, home):
    fill(database.owner)
    return People(create_app(load_settings(home=home, now="2026-11-10T12:00:00-03:00"), database), database)


def test_one_that_is_asked_for_is_made_and_taken_away(people, home):
    client = people.with_key("viewer", accounts=["42"])
    asked = client.post("/api/v1/reports", WEEKLY)
    assert asked.status_code == 202, asked.text
    assert asked.json()["state"] == "waiting"
    told = client.get(asked.headers["location"]).json()
    assert (told["state"], [one["format"] for one in told["files"]]) == ("ready", ["csv", "pdf"])
    taken = [client.get(one["path"]) for one in told["files"]]
    assert taken[0].content.startswith(b"\xef\xbb\xbf") and "\nseção;".encode() in taken[0].content
    assert taken[1].content.startswith(b"%PDF-")
    assert [len(one.content) for one in taken] == [one["bytes"] for one in told["files"]]
    assert "attachment" in taken[1].headers["content-disposition"]
    (listed,) = client.get("/api/v1/reports").json()
    assert listed == told


def test_somebody_elses_is_not_there(people):
    asked = people.with_key("viewer", accounts=["42"]).post("/api/v1/reports", WEEKLY)
    other = people.with_key("viewer", accounts=["42"])
    path = asked.headers["location"]
    assert other.get(path).status_code == 404
    assert other.get(f"{path}/files/weekly_42.csv").status_code == 404
    stranger = people.with_key("viewer", accounts=["43"])
    assert stranger.post("/api/v1/reports", WEEKLY).status_code == 404
    assert stranger.get("/api/v1/reports").json() == []


def test_the_executive_one_of_some_accounts_never_takes_the_place_of_the_whole(people, home):
    body = {"kind": "executive", "formats": ["csv"]}
    texts, names = [], []
    for accounts in (None, ["43"]):
        client = people.with_key("viewer", accounts=accounts)
        (file,) = client.get(client.post("/api/v1/reports", body).headers["location"]).json()["files"]
        names.append(file["path"].rpartition("/")[2])
        texts.append(client.get(file["path"]).text)
    assert names[0] != names[1]
    assert "BRL" in texts[0] and "BRL" not in texts[1] and "USD" in texts[1]


@pytest.mark.parametrize("body", [WEEKLY, {"kind": "executive", "formats": ["csv"]}], ids=["weekly", "executive"])
def test_one_that_was_made_is_judged_by_todays_rights(people, body):
    client = people.with_key("viewer", accounts=["42", "43"])
    made = client.get(client.post("/api/v1/reports", body).headers["location"]).json()
    assert client.get(made["files"][0]["path"]).status_code == 200
    (user,) = people.identity.users()
    people.identity.change_user(user.user_id, accounts=["43"], actor="t", now=NOW)
    assert client.get(made["files"][0]["path"]).status_code == 404
    assert client.get(f"/api/v1/reports/{made['report_id']}").status_code == 404
    assert client.get("/api/v1/reports").json() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "weekly", "formats": ["csv"]}, 422),
        ({"kind": "executive", "account_id": "42", "formats": ["csv"]}, 422),
        ({**WEEKLY, "formats": []}, 422),
        ({**WEEKLY, "formats": ["exe"]}, 422),
        ({**WEEKLY, "day": "9999-12-31"}, 422),
        ({**WEEKLY, "account_id": "999"}, 404),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(people, body, status):
    assert people.with_key("admin").post("/api/v1/reports", body).status_code == status


def test_a_full_disk_is_said_and_leaves_no_file(people, home, monkeypatch):
    def full(self, name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Exports, "write", full)
    client = people.with_key("viewer", accounts=["42"])
    told = client.get(client.post("/api/v1/reports", WEEKLY).headers["location"]).json()
    assert (told["state"], told["reason"]) == ("failed", "the file cannot be written: No space left on device")
    assert told["files"] == [] and not list(home.rglob("*.pdf"))


def test_one_that_its_program_left_behind_says_so(people, database):
    client = people.with_key("viewer", accounts=["42"])
    with database.owner.connect() as connection:
        user_id = connection.execute(sa.text("select user_id from ops.users")).scalar_one()
    old = ReportRequest("a" * 32, user_id, "weekly", "42", "pt", ("csv",), None, NOW - timedelta(minutes=11))
    PostgresReportRequests(database.owner).add(old)
    told = client.get(f"/api/v1/reports/{old.request_id}").json()
    assert (told["state"], told["reason"]) == ("failed", "the program that was making it was interrupted: ask again")


@pytest.mark.parametrize("name", ["../../etc/passwd", "x.csv%00", "weekly.exe", "other.csv"])
def test_no_other_file_is_handed_out(people, name):
    client = people.with_key("viewer", accounts=["42"])
    path = client.post("/api/v1/reports", WEEKLY).headers["location"]
    assert client.get(f"{path}/files/{name}").status_code in (404, 400)
