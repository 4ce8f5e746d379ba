"""`fbads alerts`: rows on stdout, sentences on stderr."""

import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.postgres.server.database import Database, open_database
from fbads_pipeline.adapters.translation.deliveries import due_delivery
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.alerts import CHANNEL_SETTINGS, channels, configured_recipients, mutes, outbox
from fbads_pipeline.cli.home import WrongUse
from fbads_pipeline.domain.alerts.alerts import AlertText, AnnouncedAlert, DueDelivery, alert_of
from fbads_pipeline.domain.alerts.mutes import Mute, duration
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.settings import Settings

_ALERTS = ("at (UTC)", "account", "rule", "severity", "where", "title")
_MUTED = ("number", "account", "campaign", "rule", "until (UTC)", "reason")
_OK, _OUTSIDE_FAILED = 0, 3


def run_test(settings: Settings, channel: str, address: str | None) -> int:
    """One message to that address, or to the channel's recipients; 3 where one did not arrive."""
    ready = channels(settings)
    if channel not in ready:
        raise WrongUse(f"{channel} is not set up: set {CHANNEL_SETTINGS[channel]}")
    to = [one for one in configured_recipients(settings) if one.channel == channel]
    if address is not None or channel == "dry_run":
        to = [Recipient(channel, address or "stderr", language=settings.language)]
    if not to:
        raise WrongUse(f"{channel} has no recipient: give one with --to, or name one in FBADS_RECIPIENTS")
    attempts = [(one, ready[channel].send(_test_delivery(one, datetime.now().astimezone()))) for one in to]
    for one, attempt in attempts:
        outcome = "sent" if attempt.outcome == "sent" else f"not sent: {attempt.error}"
        print(f"{channel} {plain_line(one.address)}: {outcome}", file=sys.stderr)
    return _OK if all(attempt.outcome == "sent" for _, attempt in attempts) else _OUTSIDE_FAILED


def run_list(settings: Settings, last: int) -> None:
    """One line per message, below a header."""
    with _database(settings) as database:
        newest = outbox(database).newest(last)
    _print(_ALERTS, [_row(one, settings.language) for one in newest])


def run_mute(
    settings: Settings, account: str, length: str, campaign: str | None, rule: str | None, reason: str | None
) -> None:
    """Begins at once; its number goes to stdout."""
    now = clock_from(settings.now).now()
    try:
        until = now + duration(length)
    except ValueError as wrong:
        raise WrongUse(str(wrong)) from None
    if not account.isdigit() or (campaign is not None and not campaign.isdigit()):
        raise WrongUse("accounts and campaigns are named by their ids: digits alone")
    mute = Mute(account, until, campaign, rule, plain_line(reason)[:200] if reason else None)
    with _database(settings) as database:
        print(mutes(database).mute(mute, made_by=getpass.getuser(), now=now))
    print(f"muted until {until:%Y-%m-%d %H:%M} UTC", file=sys.stderr)


def run_mutes(settings: Settings) -> None:
    """One line per mute that stands, below a header."""
    with _database(settings) as database:
        active = mutes(database).active(now=clock_from(settings.now).now())
    rows = [
        (str(n), one.account_id, one.campaign_id, one.rule, f"{one.until:%Y-%m-%d %H:%M}", one.reason)
        for n, one in active
    ]
    _print(_MUTED, rows)


def run_unmute(settings: Settings, number: int) -> None:
    """Raises WrongUse where no such mute stands."""
    with _database(settings) as database:
        if not mutes(database).lift(number, now=clock_from(settings.now).now()):
            raise WrongUse(f"no mute {number} stands: `fbads alerts mutes` shows those that do")
    print(f"mute {number} is over", file=sys.stderr)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    with open_database(settings) as database:
        database.prepare()
        yield database


def _print(header: tuple[str, ...], rows: Sequence[tuple[str | None, ...]]) -> None:
    for row in (header, *rows):
        print("\t".join(value or "–" for value in row))


def _row(one: AnnouncedAlert, language: str) -> tuple[str | None, ...]:
    at, title = one.announced_at.astimezone(UTC), translator().render(one.title, language)
    return f"{at:%Y-%m-%d %H:%M}", one.account_id, one.rule, one.severity, one.deliveries, plain_line(title)


def _test_delivery(recipient: Recipient, now: datetime) -> DueDelivery:
    alert = alert_of(
        AlertText(message("alerts.test.title"), message("alerts.test.body")),
        account_id=None,
        rule="test",
        entity=recipient.channel,
        severity="info",
        window_start=now.date(),
        occasion=now.isoformat(),
        facts={"at": now.isoformat()},
    )
    return due_delivery(
        alert,
        delivery_id=0,
        channel=recipient.channel,
        recipient=recipient.address,
        attempts=1,
        is_repeat=False,
        announced_at=now,
        language=recipient.language,
    )
