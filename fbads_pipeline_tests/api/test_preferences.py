"""What users want to hear of: only of their accounts, at the address that is theirs."""

from datetime import date, time

import pytest

from fbads_pipeline.adapters.channels.known_recipients import KnownRecipients
from fbads_pipeline.adapters.postgres.identity.preferences import PostgresPreferences
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.bootstrap.alerts import channels, configured_recipients
from fbads_pipeline.bootstrap.chat import chat
from fbads_pipeline.domain.alerts.alerts import AlertText, alert_of
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.people import NOW, People

HEARS = {"channels": ["email"], "least_severity": "warning", "quiet": {"from": "22:00", "to": "07:00"}, "reports": []}


@pytest.fixture
def people(app, database):
    return People(app, database)


def recipients(database):
    return PostgresPreferences(database.owner).recipients()


def an_alert(account_id, severity="critical"):
    named = {"rule": "anomalies", "entity": "1", "window_start": date(2026, 11, 10), "facts": {}}
    return alert_of(AlertText("t", "b"), account_id=account_id, severity=severity, **named)


def test_a_user_without_preferences_receives_nothing(people, database):
    client = people.with_key("viewer")
    told = client.get("/api/v1/me/preferences").json()
    assert told["alerts"]["channels"] == [] and told["timezone"] == "America/Sao_Paulo"
    assert recipients(database) == []


def test_a_user_who_chose_alerts_is_a_recipient_for_their_accounts_in_their_language_and_hours(people, database):
    client = people.with_key("viewer", accounts=["42"])
    body = {"alerts": HEARS, "language": "en", "timezone": "Europe/Lisbon"}
    told = client.post("/api/v1/me", body, method="PATCH")
    assert told.status_code == 200, told.text
    assert told.json()["alerts"]["quiet"] == {"from": "22:00:00", "to": "07:00:00"}
    (one,) = recipients(database)
    assert (one.channel, one.language, one.timezone, one.quiet) == ("email", "en", "Europe/Lisbon", (time(22), time(7)))
    assert one.receives(an_alert("42")) and not one.receives(an_alert("43"))
    assert not one.receives(an_alert(None)), "what concerns the whole program names accounts that are not theirs"
    assert not one.receives(an_alert("42", "info"))


@pytest.mark.parametrize(("role", "accounts", "count"), [("viewer", [], 0), ("dpo", None, 0), ("admin", None, 1)])
def test_without_accounts_to_see_there_is_nothing_to_hear(people, database, role, accounts, count):
    people.with_key(role, accounts=accounts).post("/api/v1/me", {"alerts": HEARS}, method="PATCH")
    assert len(recipients(database)) == count
    assert all(one.receives(an_alert(None)) for one in recipients(database))


def test_who_is_disabled_hears_no_more(people, database):
    people.with_key("viewer", accounts=["42"]).post("/api/v1/me", {"alerts": HEARS}, method="PATCH")
    (user,) = PostgresIdentity(database.owner).users()
    PostgresIdentity(database.owner).change_user(user.user_id, disabled=True, actor="test", now=NOW)
    assert recipients(database) == []


def everybody(settings, users):
    return KnownRecipients(lambda: configured_recipients(settings), lambda: channels(settings), users).everybody()


def test_the_settings_come_first_and_a_channel_that_is_not_set_up_has_no_hearers(people, database):
    people.with_key("viewer", accounts=["42"]).post("/api/v1/me", {"alerts": HEARS}, method="PATCH")
    users = PostgresPreferences(database.owner).recipients
    assert [one.channel for one in everybody(load_settings(), users)] == ["dry_run"]
    mail = {"smtp_host": "127.0.0.1", "smtp_from": "ads@agencia.example"}
    both = everybody(load_settings(**mail, email_to="time@agencia.example"), users)
    assert [one.address for one in both] == ["time@agencia.example", users()[0].address]
    same = everybody(load_settings(**mail, email_to=users()[0].address), users)
    assert [one.receives_system_alerts for one in same] == [True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet": {"from": "22:00", "to": "22:00"}},
        {"quiet": {"from": "22:00"}},
        {"channels": ["whatsapp"]},
        {"least_severity": "loud"},
        {"reports": ["hourly"]},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(people, database, wrong):
    client = people.with_key("viewer", accounts=["42"])
    assert client.post("/api/v1/me", {"alerts": {**HEARS, **wrong}}, method="PATCH").status_code == 422
    assert recipients(database) == []


def test_whoever_sits_at_this_machine_has_none(client):
    assert client.get("/api/v1/me/preferences").status_code == 409


def test_a_reader_who_counts_in_cost_is_answered_in_cost(people, database):
    user = people.add("analyst")
    client = people.with_key("analyst")
    me = client.get("/api/v1/me").json()["user_id"]
    client.post("/api/v1/me", {"alerts": HEARS}, method="PATCH")
    assert client.post("/api/v1/me", {"money": "cost"}, method="PATCH").json()["money"] == "cost"
    assert client.get("/api/v1/me/preferences").json()["alerts"]["channels"] == ["email"]
    money_of = chat(load_settings(), database).money_of
    assert (money_of(me), money_of(user.user_id)) == ("cost", "spend")
    client.post("/api/v1/me", {"alerts": {**HEARS, "channels": []}}, method="PATCH")
    assert money_of(me) == "cost"
