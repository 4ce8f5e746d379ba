"""Which channels there are, and who hears of alerts, as the settings say."""

from fbads_pipeline.adapters.channels.dry_run import DryRunChannel
from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.domain.alerts import Recipient
from fbads_pipeline.ports import Channel
from fbads_pipeline.settings import Settings, SettingsError

DRY_RUN_FILE = ("outbox", "dry_run.jsonl")


def channels_from(settings: Settings) -> dict[str, Channel]:
    """Name → channel; the dry run is always there, so that what was written for it goes out."""
    dry_run = DryRunChannel(settings.home_path.joinpath(*DRY_RUN_FILE))
    channels: dict[str, Channel] = {dry_run.name: dry_run}
    if settings.slack_token:
        slack = SlackChannel(settings.slack_token.get_secret_value(), base_url=settings.slack_api_url)
        channels[slack.name] = slack
    return channels


def recipients_from(settings: Settings) -> list[Recipient]:
    """Slack's channel where there is a token, else the dry run; raises SettingsError for half a Slack."""
    if settings.slack_token is None:
        return [Recipient(DryRunChannel.name, "stderr")]
    if settings.slack_channel is None:
        raise SettingsError("FBADS_SLACK_CHANNEL is missing: set it to the id of the channel that receives the alerts")
    return [Recipient(SlackChannel.name, settings.slack_channel)]
