"""Which channels there are, and who hears, as the settings say."""

import pytest

from fbads_pipeline.bootstrap.alerts import CHANNEL_SETTINGS, channels, configured_recipients
from fbads_pipeline.cli.operations.demo import demo_settings
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.services.alerts.dispatch_alerts import dispatch_alerts
from fbads_pipeline.settings import SettingsError, load_settings
from fbads_pipeline_tests.support.fakes import FakeOutbox, a_delivery
from fbads_pipeline_tests.support.stub_server import stub_server


def test_without_a_token_alerts_go_to_the_dry_run(tmp_path):
    settings = load_settings(home=tmp_path)
    assert configured_recipients(settings) == [Recipient("dry_run", "stderr")]
    ready = channels(settings)
    assert list(ready) == ["dry_run"]
    ready["dry_run"].send(a_delivery())
    assert (tmp_path / "outbox" / "dry_run.jsonl").exists()


def test_with_a_token_they_go_to_slack_and_the_dry_run_still_drains():
    with stub_server() as server:
        settings = load_settings(slack_token="xoxb-1", slack_channel="C1", slack_api_url=server.url)
        assert configured_recipients(settings) == [Recipient("slack", "C1")]
        ready = channels(settings)
        assert sorted(ready) == ["dry_run", "slack"]
        assert ready["slack"].send(a_delivery()).outcome == "sent"
        assert server.requests[0][1]["Authorization"] == "Bearer xoxb-1"


def test_a_token_without_a_channel_is_said_by_name():
    with pytest.raises(SettingsError, match="FBADS_SLACK_CHANNEL is missing"):
        configured_recipients(load_settings(slack_token="xoxb-1"))


POSTED = {
    "telegram_token": "7712345678:telegram-token",
    "telegram_chat": "-100123",
    "teams_webhook_url": "https://teams.example/secret",
    "google_chat_webhook_url": "https://chat.example/secret",
}


def test_telegram_teams_and_google_chat_are_channels_with_a_recipient_each():
    settings = load_settings(**POSTED)
    assert sorted(channels(settings)) == ["dry_run", "google_chat", "teams", "telegram"]
    assert [(one.channel, one.address) for one in configured_recipients(settings)] == [
        ("telegram", "-100123"),
        ("teams", "teams"),
        ("google_chat", "google_chat"),
    ]


def test_an_address_that_is_none_is_said_without_showing_it():
    with pytest.raises(SettingsError, match="FBADS_TEAMS_WEBHOOK_URL is not usable") as refused:
        channels(load_settings(teams_webhook_url="canary-address"))
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("left_out", ["telegram_token", "telegram_chat"])
def test_half_of_telegram_is_said_by_name(left_out):
    half = {name: value for name, value in POSTED.items() if name != left_out}
    with pytest.raises(SettingsError, match=f"FBADS_{left_out.upper()} is missing"):
        configured_recipients(load_settings(**half))


def test_a_demo_sends_to_no_channel_that_happens_to_be_set(tmp_path, monkeypatch):
    with stub_server({"ok": True, "channel": "C1", "ts": "1.1"}) as server:
        host, port = server.url.split("/")[2].split(":")
        variables = {
            "HOME": str(tmp_path),
            "SLACK_TOKEN": "xoxb-1",
            "SLACK_CHANNEL": "C1",
            "SLACK_API_URL": server.url,
            "SMTP_HOST": host,
            "SMTP_PORT": port,
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "a@b.example",
            "EMAIL_TO": "ana@b.example",
            "WHATSAPP_TOKEN": "token-1234",
            "WHATSAPP_PHONE_NUMBER_ID": "42",
            "WHATSAPP_API_URL": server.url,
            "N8N_WEBHOOK_URL": server.url,
            "N8N_SECRET": "0123456789abcdef",
            "TELEGRAM_TOKEN": "7712345678:token",
            "TELEGRAM_CHAT": "1",
            "TELEGRAM_API_URL": server.url,
            "TEAMS_WEBHOOK_URL": server.url,
            "GOOGLE_CHAT_WEBHOOK_URL": server.url,
            "GRAPH_URL": "http://127.0.0.1:1",
            "ACCESS_TOKEN": "token",
            "DRY_RUN": "",
        }
        for name, value in variables.items():
            monkeypatch.setenv(f"FBADS_{name}", value)
        real = sorted(channels(load_settings()))
        assert real == sorted([*CHANNEL_SETTINGS, "dry_run"]), "each of them would be used outside of a demo"
        settings = demo_settings(4711)
        monkeypatch.setenv("FBADS_RECIPIENTS", str(tmp_path / "unread.yml"))
        queued = FakeOutbox(*(a_delivery(number, channel) for number, channel in enumerate(real)))
        report = dispatch_alerts(queued, channels(settings))
        assert [(one.delivery.channel, one.attempt.outcome) for one in report.attempts] == [("dry_run", "sent")]
        assert sorted(report.stranded) == sorted(CHANNEL_SETTINGS)
        assert [one.channel for one in configured_recipients(load_settings())] == ["dry_run"]
        assert server.requests == []
    assert len((tmp_path / "outbox" / "dry_run.jsonl").read_text().splitlines()) == 1
