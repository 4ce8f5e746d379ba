"""Which channels there are, and who hears of alerts, as the settings say."""

from functools import cache
from pathlib import Path

from fbads_pipeline.adapters.channels.dry_run import DryRunChannel
from fbads_pipeline.adapters.channels.email import EmailChannel, MailServer
from fbads_pipeline.adapters.channels.n8n import WebhookChannel
from fbads_pipeline.adapters.channels.recipients_file import parse_recipients, read_recipients
from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.adapters.channels.whatsapp import WhatsAppChannel
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.ports.alerts import Channel
from fbads_pipeline.settings import Settings, SettingsError

DRY_RUN_FILE = ("outbox", "dry_run.jsonl")
EXPORTS = "exports"
_SETTING = {
    "slack": "FBADS_SLACK_TOKEN",
    "email": "FBADS_SMTP_HOST and FBADS_SMTP_FROM",
    "whatsapp": "FBADS_WHATSAPP_TOKEN and FBADS_WHATSAPP_PHONE_NUMBER_ID",
    "n8n": "FBADS_N8N_WEBHOOK_URL and FBADS_N8N_SECRET",
}


def channels_from(settings: Settings) -> dict[str, Channel]:
    """Name → channel; the dry run is always there, so that what was written for it goes out."""
    made: list[Channel] = [DryRunChannel(settings.home_path.joinpath(*DRY_RUN_FILE))]
    if settings.slack_token:
        token, has_callback = settings.slack_token.get_secret_value(), settings.slack_signing_secret is not None
        made.append(SlackChannel(token, base_url=settings.slack_api_url, with_buttons=has_callback))
    if settings.smtp_host and settings.smtp_from:
        made.append(EmailChannel(_mail_server(settings), attachments=settings.home_path / EXPORTS))
    if settings.whatsapp_token and settings.whatsapp_phone_number_id:
        token, base_url = settings.whatsapp_token.get_secret_value(), settings.whatsapp_api_url
        number, template = settings.whatsapp_phone_number_id, settings.whatsapp_template
        made.append(WhatsAppChannel(token, number, template, base_url=base_url))
    if settings.n8n_webhook_url and settings.n8n_secret:
        made.append(WebhookChannel(settings.n8n_webhook_url, settings.n8n_secret.get_secret_value()))
    return {channel.name: channel for channel in made}


def recipients_from(settings: Settings) -> list[Recipient]:
    """Those of FBADS_RECIPIENTS; without it every channel that is set up, and the dry run where there is none.

    Raises SettingsError for a file that is wrong, a recipient on a channel that is not set up, and half a channel.
    """
    if settings.recipients is not None:
        return _of_file(settings)
    found = [*_slack(settings), *_email(settings), *_n8n(settings)]
    return found or [Recipient(DryRunChannel.name, "stderr")]


def _of_file(settings: Settings) -> list[Recipient]:
    path = Path(str(settings.recipients)).expanduser().resolve()
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return read_recipients(path)
    listed, ready = _cached(path, stamp), channels_from(settings)
    for one in listed:
        if one.channel not in ready:
            raise SettingsError(f"{path.name} names {one.channel}, which is not set up: set {_SETTING[one.channel]}")
    return listed


@cache
def _cached(path: Path, stamp: int) -> list[Recipient]:
    """A sensor asks every few seconds; the file is read anew when it changes."""
    return read_recipients(path)


def _slack(settings: Settings) -> list[Recipient]:
    if settings.slack_token is None:
        return []
    if settings.slack_channel is None:
        raise SettingsError("FBADS_SLACK_CHANNEL is missing: set it to the id of the channel that receives the alerts")
    return [Recipient(SlackChannel.name, settings.slack_channel, language=settings.language)]


def _email(settings: Settings) -> list[Recipient]:
    if not settings.email_to:
        return []
    if not (settings.smtp_host and settings.smtp_from):
        raise SettingsError("FBADS_EMAIL_TO needs FBADS_SMTP_HOST and FBADS_SMTP_FROM: set both")
    entries = "\n".join(f"- {{channel: email, address: {address!r}}}" for address in settings.email_to)
    listed = parse_recipients(f"recipients:\n{entries}", "FBADS_EMAIL_TO")
    return [Recipient(one.channel, one.address, language=settings.language) for one in listed]


def _n8n(settings: Settings) -> list[Recipient]:
    if settings.n8n_webhook_url is None:
        return []
    if settings.n8n_secret is None:
        raise SettingsError("FBADS_N8N_SECRET is missing: nothing leaves for FBADS_N8N_WEBHOOK_URL without a signature")
    return [Recipient(WebhookChannel.name, WebhookChannel.name, language=settings.language)]


def _mail_server(settings: Settings) -> MailServer:
    password = settings.smtp_password
    return MailServer(
        host=str(settings.smtp_host),
        sender=str(settings.smtp_from),
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        ca_file=settings.smtp_ca,
    )
