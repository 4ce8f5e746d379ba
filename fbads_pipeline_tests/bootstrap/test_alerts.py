"""Which channels there are, and who hears, as the settings say."""

import pytest

from fbads_pipeline.bootstrap.alerts import channels, configured_recipients
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.settings import SettingsError, load_settings
from fbads_pipeline_tests.support.fakes import a_delivery
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
