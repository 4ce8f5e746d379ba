"""`fbads alerts`: what was sent, to whom; mutes; and one message as a test. Rows on stdout, sentences on stderr."""

import getpass
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from fbads_pipeline.adapters.channels.previews import mail_preview, preview_of
from fbads_pipeline.adapters.translation.deliveries import due_delivery
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.alerts import (
    CHANNEL_SETTINGS,
    alert_list,
    channels,
    configured_recipients,
    outbox,
    unsubscribed,
)
from fbads_pipeline.bootstrap.alerts import mutes as mute_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.alerts.alerts import AnnouncedAlert, DueDelivery
from fbads_pipeline.domain.alerts.example import example_alert
from fbads_pipeline.domain.alerts.mutes import Mute, duration
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.errors import OUTSIDE_FAILED, WrongUse
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.services.alerts.send_test_message import test_alert
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Messages: test a channel, list what was sent, mute for a while."
)

_ALERTS = ("at (UTC)", "account", "rule", "severity", "where", "title")
_MUTES = ("number", "account", "campaign", "rule", "until (UTC)", "reason")


class ChannelName(StrEnum):
    """The channels that messages can take."""

    SLACK = "slack"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    N8N = "n8n"
    TELEGRAM = "telegram"
    TEAMS = "teams"
    GOOGLE_CHAT = "google_chat"
    DRY_RUN = "dry_run"


@app.command("test")
def test(
    channel: Annotated[ChannelName, typer.Option(help="Which channel.")],
    to: Annotated[str | None, typer.Option(help="An address; without it the channel's recipients.")] = None,
) -> None:
    """Send one message through a channel, now and outside the outbox; exits with 3 where one did not arrive."""
    settings, name = load_settings(), channel.value
    ready = channels(settings)
    if settings.dry_run and name not in ready:
        raise WrongUse("FBADS_DRY_RUN is on, and nothing is sent: unset it to test a channel")
    if name not in ready:
        raise WrongUse(f"{name} is not set up: set {CHANNEL_SETTINGS[name]}")
    recipients = _test_recipients(settings, name, to)
    attempts = [(one, ready[name].send(_test_delivery(one, datetime.now().astimezone()))) for one in recipients]
    for one, attempt in attempts:
        outcome = "sent" if attempt.outcome == "sent" else f"not sent: {attempt.error}"
        print(f"{name} {plain_line(one.address)}: {outcome}", file=sys.stderr)
    if any(attempt.outcome != "sent" for _, attempt in attempts):
        raise typer.Exit(OUTSIDE_FAILED)


@app.command("preview")
def preview(
    channel: Annotated[ChannelName, typer.Option(help="Which channel.")],
    alert: Annotated[str | None, typer.Option(help="An alert's id; without it the newest, or an example.")] = None,
    language: Annotated[str | None, typer.Option(help="A language's code; without it FBADS_LANGUAGE.")] = None,
    html: Annotated[bool, typer.Option("--html", help="The page in the mail, in place of its text.")] = False,
) -> None:
    """Print what a channel would send, with nothing sent: text, or the JSON of the request."""
    settings = load_settings()
    chosen, known = language or settings.language, translator().languages
    if chosen not in known:
        raise WrongUse(f"{chosen!r} is none of the languages that have a catalogue: {', '.join(known)}")
    if html and channel is not ChannelName.EMAIL:
        raise WrongUse("--html is of mails alone: leave it out, or take --channel email")
    now = clock(settings).now()
    with prepared_database(settings) as database:
        found = alert_list(database).whole(None, alert)
    if found is None and alert is not None:
        raise WrongUse(f"there is no alert {alert}")
    note = "a made example: there is no alert yet" if found is None else f"alert {found.alert_id}"
    print(f"{note}; nothing is sent", file=sys.stderr)
    shown = found or example_alert(now)
    if html:
        print(mail_preview(shown, chosen, public_url=settings.public_url, now=now))
        return
    print(preview_of(channel.value, shown, chosen, public_url=settings.public_url, now=now).content.rstrip("\n"))


@app.command("resubscribe")
def resubscribe(address: Annotated[str, typer.Argument(help="The e-mail address.")]) -> None:
    """Send mails again to an address whose owner had ended them."""
    with prepared_database(load_settings()) as database:
        if not unsubscribed(database).resume("email", address):
            raise WrongUse(f"{plain_line(address)} has not ended its mails: check the spelling")
    print(f"{plain_line(address)} receives mails again", file=sys.stderr)


@app.command("list")
def show(
    last: Annotated[int, typer.Option("--last", min=1, max=500, help="How many, the newest first.")] = 20,
) -> None:
    """Print the newest alerts, tab-separated: when, account, rule, severity, where they went, title."""
    settings = load_settings()
    with prepared_database(settings) as database:
        newest = outbox(database).newest(last)
    print_rows(_ALERTS, [_row(one, settings.language) for one in newest], empty="–")


@app.command("mute")
def mute(
    account: Annotated[str, typer.Option(help="Ad account, by id or name.")],
    length: Annotated[str, typer.Option("--for", help="How long: 30m, 12h, 3d.")],
    campaign: Annotated[str | None, typer.Option(help="Only this campaign, by id.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule (see above).")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for those who wonder.")] = None,
) -> None:
    """Send nothing about an account, or about one campaign of it, for a while; prints the mute's number.

    A rule is `anomalies`, `suggestions`, a kind of anomaly (`spend_spike`), its metric (`ctr`), or a rule of
    suggestions (`cpa_above`). What is muted is neither sent nor in the digest; what is still open afterwards is.
    """
    settings = load_settings()
    now = clock(settings).now()
    try:
        until = now + duration(length)
    except ValueError as wrong:
        raise WrongUse(str(wrong)) from None
    if campaign is not None and not campaign.isdigit():
        raise WrongUse("a campaign is named by its id: digits alone")
    with prepared_database(settings) as database:
        (account_id,) = known_account_ids([account], database)
        wanted = Mute(account_id, until, campaign, rule, plain_line(reason)[:200] if reason else None)
        print(mute_store(database).mute(wanted, made_by=getpass.getuser(), now=now))
    print(f"muted until {until:%Y-%m-%d %H:%M} UTC", file=sys.stderr)


@app.command("mutes")
def mutes() -> None:
    """Print the mutes in force, tab-separated."""
    settings = load_settings()
    with prepared_database(settings) as database:
        active = mute_store(database).active(now=clock(settings).now())
    rows = [
        (str(n), one.account_id, one.campaign_id, one.rule, f"{one.until:%Y-%m-%d %H:%M}", one.reason)
        for n, one in active
    ]
    print_rows(_MUTES, rows, empty="–")


@app.command("unmute")
def unmute(number: Annotated[int, typer.Argument(min=1, max=2**62, help="As `fbads alerts mutes` shows it.")]) -> None:
    """End a mute before its time."""
    settings = load_settings()
    with prepared_database(settings) as database:
        if not mute_store(database).lift(number, now=clock(settings).now()):
            raise WrongUse(f"there is no mute {number}: `fbads alerts mutes` shows those in force")
    print(f"mute {number} is over", file=sys.stderr)


def _test_recipients(settings: Settings, channel: str, address: str | None) -> list[Recipient]:
    if address is not None or channel == ChannelName.DRY_RUN:
        return [Recipient(channel, address or "stderr", language=settings.language)]
    found = [one for one in configured_recipients(settings) if one.channel == channel]
    if not found:
        raise WrongUse(f"{channel} has no recipient: give one with --to, or name one in FBADS_RECIPIENTS")
    return found


def _row(one: AnnouncedAlert, language: str) -> tuple[str | None, ...]:
    at, title = one.announced_at.astimezone(UTC), translator().render(one.title, language)
    return f"{at:%Y-%m-%d %H:%M}", one.account_id, one.rule, one.severity, one.deliveries, plain_line(title)


def _test_delivery(recipient: Recipient, now: datetime) -> DueDelivery:
    return due_delivery(
        test_alert(recipient.channel, now),
        delivery_id=0,
        channel=recipient.channel,
        recipient=recipient.address,
        attempts=1,
        is_repeat=False,
        announced_at=now,
        language=recipient.language,
    )
