"""A client as people type it: one text per field, on the page's form, in a spreadsheet and on the command line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from fbads_pipeline.domain.clients.client import (
    Branding,
    ClientBudget,
    ClientDetails,
    Contact,
    accounts_day,
    parse_accounts,
    parse_channels,
    parse_color,
)
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.targets import Target, UnusableTarget, parse_amount
from fbads_pipeline.domain.clients.tax import TaxChoice, parse_percent
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.messages import message

# Every field, in the order of the form; a spreadsheet has them as columns.
FIELDS = (
    *("name", "accounts", "contact_name", "contact_email", "contact_phone", "language", "channels"),
    *("agency_name", "primary_color", "accent_color", "tax"),
    *("budget", "currency", "budget_from", "budget_until", "cpa", "roas"),
)
_OFF, _COUNTRY = ("off", "none", "nao", "não", "sem"), ("", "country", "pais", "país")


class KnownAccount(Protocol):
    """An account with its currency and the zone of its days."""

    @property
    def account_id(self) -> str: ...

    @property
    def currency(self) -> str: ...

    @property
    def timezone_name(self) -> str: ...


@dataclass(frozen=True)
class ClientForm:
    """What a form says. budget: None where it names none; currency: as it was typed; cpa, roas: targets of every
    account in it."""

    details: ClientDetails
    budget: ClientBudget | None = None
    cpa: Decimal | None = None
    roas: Decimal | None = None
    currency: str | None = None

    def targets(self, known: Iterable[KnownAccount], now: datetime) -> list[Target]:
        """The targets that the form sets: one per account of the client that is known, from the account's own today.
        Accounts in another currency than the form names get none."""
        if self.cpa is None and self.roas is None:
            return []
        by_id = {one.account_id: one for one in known if self.currency in (None, one.currency)}
        return [
            Target(one, by_id[one].currency, local_day(now, by_id[one].timezone_name), cpa=self.cpa, roas=self.roas)
            for one in self.details.accounts
            if one in by_id
        ]


def read_form(texts: Mapping[str, str], *, known: Iterable[KnownAccount], now: datetime) -> ClientForm:
    """The client of those texts; what is missing or blank is not set.

    known: accounts, whose currency holds where the form names none, if they have one in common, and in whose own month
    a budget begins. Raises UnusableClient, with one sentence about the first field that is wrong.
    """
    given = {name: texts.get(name, "").strip() for name in FIELDS}
    details = ClientDetails(
        given["name"],
        parse_accounts(given["accounts"]),
        Contact(*(given[f"contact_{name}"] or None for name in ("name", "email", "phone"))),
        given["language"] or "pt",
        parse_channels(given["channels"]),
        Branding(given["agency_name"] or None, parse_color(given["primary_color"]), parse_color(given["accent_color"])),
        parse_tax(given["tax"]),
    )
    own = [one for one in known if one.account_id in details.accounts]
    currencies = {one.currency for one in own}
    money = given["currency"].upper() or (currencies.pop() if len(currencies) == 1 else None)
    amounts = {name: _amount(given[name]) for name in ("budget", "cpa", "roas")}
    budget = None
    if amounts["budget"] is not None:
        if money is None:
            raise UnusableClient(message("clients.client.no_currency"))
        today = accounts_day((one.timezone_name for one in own), now)
        first, last = _day(given["budget_from"]) or today.replace(day=1), _day(given["budget_until"])
        budget = ClientBudget(money, amounts["budget"], first, last)
    if amounts["cpa"] is not None and amounts["roas"] is not None:
        raise UnusableClient(message("clients.target.two_goals"))
    return ClientForm(details, budget, amounts["cpa"], amounts["roas"], given["currency"].upper() or None)


def parse_tax(text: str) -> TaxChoice:
    """Nothing or `country`: that of the accounts' country; `BR`: of that country; `off`: none; `12,15`: a rate."""
    plain = text.strip()
    if plain.lower() in _COUNTRY:
        return TaxChoice()
    if plain.lower() in _OFF:
        return TaxChoice("off")
    if len(plain) == 2 and plain.isalpha():
        return TaxChoice(country=plain.upper())
    return TaxChoice("rate", parse_percent(plain))


def tax_text(choice: TaxChoice) -> str:
    """The text that `parse_tax` reads back."""
    if choice.mode == "rate" and choice.rate is not None:
        return f"{(choice.rate * 100).normalize():f}"
    return choice.country or ("" if choice.mode == "country" else choice.mode)


def form_texts(details: ClientDetails, budget: ClientBudget | None) -> dict[str, str]:
    """The texts of a client that is known, for a form that changes it; what it does not have is blank."""
    contact, branding = details.contact, details.branding
    values = {
        "name": details.name,
        "accounts": ", ".join(details.accounts),
        **{f"contact_{name}": value for name, value in vars(contact).items()},
        "language": details.language,
        "channels": ", ".join(map(str, details.channels)),
        **vars(branding),
        "tax": tax_text(details.tax),
        "budget": None if budget is None or budget.amount is None else f"{budget.amount:f}",
        "currency": budget and budget.currency,
        "budget_from": budget and str(budget.valid_from),
        "budget_until": budget and budget.valid_until and str(budget.valid_until),
    }
    return {name: str(values.get(name) or "") for name in FIELDS}


def _amount(text: str) -> Decimal | None:
    try:
        return parse_amount(text) if text else None
    except UnusableTarget as wrong:
        raise UnusableClient(wrong.message) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnusableClient(message("clients.target.no_day", text=text[:20])) from None
