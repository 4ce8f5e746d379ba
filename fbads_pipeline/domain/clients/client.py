"""A client: whose accounts they are, how to reach them, in which colours, with which tax and budget."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.tax import TaxChoice
from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.messages import Day, Message, message
from fbads_pipeline.domain.identity.users import plain_email

CHANNELS = ("email", "slack")
_LONGEST_NAME, _MOST_ACCOUNTS, _MOST_CHANNELS = 120, 200, 10
_COLOR = re.compile(r"#[0-9a-f]{6}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,24}")
_SLACK = re.compile(r"[CGDU][A-Z0-9]{1,20}")


@dataclass(frozen=True)
class Contact:
    """The person to talk to at the client's; each may be missing."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            _require_text(self.name, "clients.client.no_contact_name")
        if self.email is not None:
            _email(self.email)
        if self.phone is not None and not _PHONE.fullmatch(self.phone):
            raise UnusableClient(message("clients.client.no_phone", text=self.phone[:30]))


@dataclass(frozen=True)
class ClientChannel:
    """Where alerts and reports of the client's accounts go: an e-mail address, or the id of a Slack channel."""

    channel: str
    address: str

    def __post_init__(self) -> None:
        if self.channel == "email":
            _email(self.address)
        elif self.channel != "slack" or not _SLACK.fullmatch(self.address):
            raise UnusableClient(message("clients.client.no_channel", text=f"{self.channel}:{self.address}"[:60]))

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


@dataclass(frozen=True)
class Branding:
    """What reports for the client carry. Colours: `#rrggbb`, lower case."""

    agency_name: str | None = None
    primary_color: str | None = None
    accent_color: str | None = None

    def __post_init__(self) -> None:
        if self.agency_name is not None:
            _require_text(self.agency_name, "clients.client.no_agency_name")
        for color in (self.primary_color, self.accent_color):
            if color is not None and not _COLOR.fullmatch(color):
                raise UnusableClient(message("clients.client.no_color", text=color[:20]))


@dataclass(frozen=True)
class ClientDetails:
    """Everything of a client that people set on one form. accounts: ids, digits alone; language: a catalogue's code."""

    name: str
    accounts: tuple[str, ...] = ()
    contact: Contact = field(default_factory=Contact)
    language: str = "pt"
    channels: tuple[ClientChannel, ...] = ()
    branding: Branding = field(default_factory=Branding)
    tax: TaxChoice = field(default_factory=TaxChoice)

    def __post_init__(self) -> None:
        _require_text(self.name, "clients.client.no_name")
        if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", self.language):
            raise UnusableClient(message("clients.client.no_language", text=self.language[:20]))
        if self.tax.mode == "inherit":
            raise UnusableClient(message("clients.client.no_inherited_tax"))
        if len(self.accounts) > _MOST_ACCOUNTS or len(self.channels) > _MOST_CHANNELS:
            accounts, channels = str(_MOST_ACCOUNTS), str(_MOST_CHANNELS)
            raise UnusableClient(message("clients.client.too_many", accounts=accounts, channels=channels))
        twice = next((one for one in self.accounts if self.accounts.count(one) > 1), None)
        if twice:
            raise UnusableClient(message("clients.client.account_twice", account=twice))
        for account_id in self.accounts:
            _account(account_id)


@dataclass(frozen=True)
class ClientBudget:
    """What a client may spend in a calendar month, tax not included, over all accounts in that currency.

    amount: None ends what held before; of the budgets that hold on a day, the last one that was set counts.
    """

    currency: str
    amount: Decimal | None
    valid_from: date
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise UnusableClient(message("clients.target.no_currency", text=self.currency[:10]))
        if self.amount is not None and not (self.amount.is_finite() and self.amount > 0):
            raise UnusableClient(message("clients.target.not_above_zero", value=str(self.amount)))
        if self.valid_until is not None and self.valid_until < self.valid_from:
            first, last = Day(self.valid_from), Day(self.valid_until)
            raise UnusableClient(message("clients.target.backwards", first=first, last=last))


@dataclass(frozen=True)
class Client:
    """A client as it is kept. version: grows with each change; budget: the one that holds on its accounts'
    own day, None without one."""

    client_id: int
    details: ClientDetails
    version: int
    set_by: str
    set_at: datetime
    budget: ClientBudget | None = None
    has_logo: bool = False


def accounts_day(timezone_names: Iterable[str], now: datetime) -> date:
    """The accounts' own day; of several zones the one that lags behind; UTC's without any account.

    >>> from datetime import UTC
    >>> new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    >>> str(accounts_day(["Asia/Tokyo"], new_year)), str(accounts_day(["Asia/Tokyo", "America/Sao_Paulo"], new_year))
    ('2027-01-01', '2026-12-31')
    """
    return min((local_day(now, one) for one in timezone_names), default=now.astimezone(UTC).date())


def parse_channels(text: str) -> tuple[ClientChannel, ...]:
    """`email:ana@x.com.br, slack:C0123` → channels; a bare address is one of e-mail. Raises UnusableClient."""
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    split = [part.partition(":") if ":" in part else ("email", ":", part) for part in parts]
    return tuple(ClientChannel(channel.strip().lower(), address.strip()) for channel, _, address in split)


def parse_accounts(text: str) -> tuple[str, ...]:
    """Ids with commas, semicolons, blanks or line breaks between them, with or without act_. Raises UnusableClient."""
    return tuple(_account(part) for part in re.split(r"[,;\s]+", text.strip()) if part)


def parse_color(text: str) -> str | None:
    """`#RRGGBB` or `RRGGBB` in lower case; None for nothing."""
    plain = text.strip().lower()
    return None if not plain else plain if plain.startswith("#") else f"#{plain}"


def _account(text: str) -> str:
    try:
        return parse_account_id(text)
    except InvalidAccountId:
        raise UnusableClient(message("clients.client.no_account_id", text=text[:40])) from None


def _email(text: str) -> str:
    try:
        return plain_email(text)
    except ValueError:
        raise UnusableClient(message("clients.client.no_email", text=text[:60])) from None


def _require_text(text: str, key: str) -> None:
    if not (text.strip() == text and 0 < len(text) <= _LONGEST_NAME and text.isprintable()):
        raise UnusableClient(Message(key, {"text": text[:40], "longest": str(_LONGEST_NAME)}))
