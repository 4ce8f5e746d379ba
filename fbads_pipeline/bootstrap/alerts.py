"""Alerts: the channels that are set up, the recipients, users' rules, the outbox and mutes."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fbads_pipeline.adapters.channels.dry_run import DryRunChannel
from fbads_pipeline.adapters.channels.email import EmailChannel, MailServer
from fbads_pipeline.adapters.channels.known_recipients import KnownRecipients
from fbads_pipeline.adapters.channels.n8n import WebhookChannel
from fbads_pipeline.adapters.channels.posted_chats import GoogleChatChannel, TeamsChannel, TelegramChannel
from fbads_pipeline.adapters.channels.punctual import PunctualChannel
from fbads_pipeline.adapters.channels.recipients_file import parse_recipients, read_recipients
from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.adapters.channels.whatsapp import WhatsAppChannel
from fbads_pipeline.adapters.exports import exports_folder
from fbads_pipeline.adapters.identity.secret_files import secret_of
from fbads_pipeline.adapters.postgres.alerts.alert_list import AlertList
from fbads_pipeline.adapters.postgres.alerts.mutes import PostgresMutes
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.alerts.rules import PostgresRules
from fbads_pipeline.adapters.postgres.alerts.unsubscribed import PostgresUnsubscribed
from fbads_pipeline.adapters.postgres.identity.preferences import PostgresPreferences
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.rules_editing import RULES_FILE, RuleFile
from fbads_pipeline.adapters.rules_file import read_rules
from fbads_pipeline.bootstrap.clients import client_store
from fbads_pipeline.bootstrap.metrics import metric_expressions, metric_units
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rules import UserRule
from fbads_pipeline.ports.alerts import Channel
from fbads_pipeline.settings import Settings, SettingsError

UNSUBSCRIBE_SECRET_FILE = "unsubscribe.secret"
# Channel → the settings without which it is not set up.
CHANNEL_SETTINGS = {
    "slack": "FBADS_SLACK_TOKEN",
    "email": "FBADS_SMTP_HOST and FBADS_SMTP_FROM",
    "whatsapp": "FBADS_WHATSAPP_TOKEN and FBADS_WHATSAPP_PHONE_NUMBER_ID",
    "n8n": "FBADS_N8N_WEBHOOK_URL and FBADS_N8N_SECRET",
    "telegram": "FBADS_TELEGRAM_TOKEN and FBADS_TELEGRAM_CHAT",
    "teams": "FBADS_TEAMS_WEBHOOK_URL",
    "google_chat": "FBADS_GOOGLE_CHAT_WEBHOOK_URL",
}


def outbox(database: Database) -> PostgresOutbox:
    """Messages that wait to be sent, and those that were."""
    return PostgresOutbox(database.owner)


def alert_list(database: Database) -> AlertList:
    """What was sent, and what is muted."""
    return AlertList(database.owner)


def mutes(database: Database) -> PostgresMutes:
    """Accounts and campaigns of which nothing is sent for a while."""
    return PostgresMutes(database.owner)


def unsubscribed(database: Database) -> PostgresUnsubscribed:
    """Addresses whose owners ended the messages to them."""
    return PostgresUnsubscribed(database.owner)


def unsubscribe_key(settings: Settings) -> bytes:
    """What signs the links that end mails: a secret of the home, made at the first call."""
    return secret_of(settings.home_path / UNSUBSCRIBE_SECRET_FILE).encode()


def rule_store(database: Database) -> PostgresRules:
    """Users' own rules, evaluated over the marts."""
    return PostgresRules(database.owner, metric_expressions)


def rule_file(settings: Settings) -> RuleFile:
    """The file of users' own rules: FBADS_RULES, else the home's."""
    return RuleFile(settings.rules or settings.home_path / RULES_FILE, metric_units())


def user_rules(settings: Settings) -> tuple[list[UserRule], Mapping[str, str]]:
    """The rules of FBADS_RULES, else of the home's file (none without it), and metric → unit; raises SettingsError with
    the line."""
    units = metric_units()
    if settings.rules is not None:
        return read_rules(settings.rules.expanduser(), units), units
    rules = rule_file(settings).rules()
    return rules, units if rules else {}


def channels(settings: Settings) -> dict[str, Channel]:
    """Name → channel that is set up. The dry run is always one of them, so that messages queued for it are sent; with
    FBADS_DRY_RUN it is the only one, and messages queued for others wait."""
    url = settings.public_url
    ready: list[Channel] = [DryRunChannel(settings.home_path / "outbox" / "dry_run.jsonl", public_url=url)]
    if not settings.dry_run:
        ready += [PunctualChannel(one) for one in (*_conversations(settings), *_posted_chats(settings))]
    return {channel.name: channel for channel in ready}


def _conversations(settings: Settings) -> list[Channel]:
    ready: list[Channel] = []
    url = settings.public_url
    if settings.slack_token:
        token, has_callback = settings.slack_token.get_secret_value(), settings.slack_signing_secret is not None
        ready.append(SlackChannel(token, base_url=settings.slack_api_url, with_buttons=has_callback, public_url=url))
    if settings.smtp_host and settings.smtp_from:
        exports, key = exports_folder(settings.home_path), unsubscribe_key(settings) if url else None
        mail = EmailChannel(_mail_server(settings), attachments=exports, public_url=url, unsubscribe_key=key)
        ready.append(mail)
    if settings.whatsapp_token and settings.whatsapp_phone_number_id:
        token, base_url = settings.whatsapp_token.get_secret_value(), settings.whatsapp_api_url
        number, template = settings.whatsapp_phone_number_id, settings.whatsapp_template
        ready.append(WhatsAppChannel(token, number, template, base_url=base_url, public_url=url))
    if settings.n8n_webhook_url and settings.n8n_secret:
        ready.append(WebhookChannel(settings.n8n_webhook_url, settings.n8n_secret.get_secret_value(), public_url=url))
    return ready


def _posted_chats(settings: Settings) -> list[Channel]:
    ready: list[Channel] = []
    url = settings.public_url
    if settings.telegram_token:
        token = settings.telegram_token.get_secret_value()
        ready.append(TelegramChannel(token, base_url=settings.telegram_api_url, public_url=url))
    if settings.teams_webhook_url:
        ready.append(TeamsChannel(_web_address("teams_webhook_url", settings), public_url=url))
    if settings.google_chat_webhook_url:
        ready.append(GoogleChatChannel(_web_address("google_chat_webhook_url", settings), public_url=url))
    return ready


def _web_address(name: str, settings: Settings) -> str:
    """The address in a secret setting; raises SettingsError for what is none, without showing it."""
    address: str = getattr(settings, name).get_secret_value()
    if not address.startswith(("http://", "https://")):
        raise SettingsError(f"FBADS_{name.upper()} is not usable: an address starts with http:// or https://")
    return address


def recipients(settings: Settings, database: Database) -> KnownRecipients:
    """The recipients of the settings, the users whose preferences name a channel, and the channels of clients."""
    users, clients = PostgresPreferences(database.owner), client_store(settings, database)

    def of_people() -> list[Recipient]:
        return [*users.recipients(), *clients.recipients()]

    ended = unsubscribed(database).digests
    return KnownRecipients(lambda: configured_recipients(settings), lambda: channels(settings), of_people, ended)


def configured_recipients(settings: Settings) -> list[Recipient]:
    """Those of FBADS_RECIPIENTS; without it every channel that is set up, and the dry run where there is none.

    Raises SettingsError for a file that is wrong, a recipient on a channel that is not set up, and half a channel.
    """
    if settings.dry_run:
        return [Recipient(DryRunChannel.name, "stderr", language=settings.language)]
    if settings.recipients is not None:
        return _recipients_of_file(settings)
    found = [*_slack_recipients(settings), *_email_recipients(settings), *_n8n_recipients(settings)]
    found += _posted_chat_recipients(settings)
    return found or [Recipient(DryRunChannel.name, "stderr")]


def _recipients_of_file(settings: Settings) -> list[Recipient]:
    path = Path(str(settings.recipients)).expanduser().resolve()
    try:
        modified = path.stat().st_mtime_ns
    except OSError:
        return read_recipients(path)
    listed, ready = _recipients_at(path, modified), channels(settings)
    for one in listed:
        if one.channel not in ready:
            needed = CHANNEL_SETTINGS[one.channel]
            raise SettingsError(f"{path.name} names {one.channel}, which is not set up: set {needed}")
    return listed


@cache
def _recipients_at(path: Path, modified: int) -> list[Recipient]:
    """A sensor asks every few seconds: the file is read again when it changes."""
    return read_recipients(path)


def _slack_recipients(settings: Settings) -> list[Recipient]:
    if settings.slack_token is None:
        return []
    if settings.slack_channel is None:
        raise SettingsError("FBADS_SLACK_CHANNEL is missing: set it to the id of the channel that receives the alerts")
    return [Recipient(SlackChannel.name, settings.slack_channel, language=settings.language)]


def _email_recipients(settings: Settings) -> list[Recipient]:
    if not settings.email_to:
        return []
    if not (settings.smtp_host and settings.smtp_from):
        raise SettingsError("FBADS_EMAIL_TO needs FBADS_SMTP_HOST and FBADS_SMTP_FROM: set both")
    entries = "\n".join(f"- {{channel: email, address: {address!r}}}" for address in settings.email_to)
    listed = parse_recipients(f"recipients:\n{entries}", "FBADS_EMAIL_TO")
    return [Recipient(one.channel, one.address, language=settings.language) for one in listed]


def _n8n_recipients(settings: Settings) -> list[Recipient]:
    if settings.n8n_webhook_url is None:
        return []
    if settings.n8n_secret is None:
        raise SettingsError("FBADS_N8N_SECRET is missing: nothing leaves for FBADS_N8N_WEBHOOK_URL without a signature")
    return [Recipient(WebhookChannel.name, WebhookChannel.name, language=settings.language)]


def _posted_chat_recipients(settings: Settings) -> list[Recipient]:
    found = []
    if settings.telegram_token or settings.telegram_chat:
        if settings.telegram_token is None or settings.telegram_chat is None:
            missing = "FBADS_TELEGRAM_CHAT" if settings.telegram_token else "FBADS_TELEGRAM_TOKEN"
            raise SettingsError(f"{missing} is missing: Telegram needs FBADS_TELEGRAM_TOKEN and FBADS_TELEGRAM_CHAT")
        found.append(Recipient(TelegramChannel.name, settings.telegram_chat, language=settings.language))
    named = {TeamsChannel.name: settings.teams_webhook_url, GoogleChatChannel.name: settings.google_chat_webhook_url}
    return found + [Recipient(name, name, language=settings.language) for name, url in named.items() if url]


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
