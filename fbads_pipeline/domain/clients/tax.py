"""Tax inside Meta's invoice: which rate holds for an account on a day, and what spend costs with it.

Since 2026-01-01 Meta adds PIS/COFINS and ISS to what Brazilian advertisers pay. The rate is a part of the invoice, so
the cost is spend ÷ (1 − rate): with 12.15 %, R$ 87.85 of spend cost R$ 100.00.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.core.messages import message

# country: the rate of the account's country; off: no tax is added; rate: one of its own; inherit: as the client has it.
TaxMode = Literal["inherit", "country", "off", "rate"]
Origin = Literal["account", "client", "country", "unknown"]
BEGINNING, END = date(1, 1, 1), date(9999, 12, 31)


@dataclass(frozen=True)
class TaxRate:
    """rate: the part of the invoice that is tax (0.1215 is 12.15 %), in that country (ISO 3166) from that day on."""

    country: str
    first_day: date
    rate: Decimal

    def __post_init__(self) -> None:
        _require_rate(self.rate)
        _require_country(self.country)


@dataclass(frozen=True)
class TaxChoice:
    """What a client or an account is set to. rate: with the mode `rate` only; country: in place of the account's."""

    mode: TaxMode = "country"
    rate: Decimal | None = None
    country: str | None = None

    def __post_init__(self) -> None:
        if (self.mode == "rate") != (self.rate is not None):
            raise UnusableClient(message("clients.tax.rate_and_mode"))
        if self.rate is not None:
            _require_rate(self.rate)
        if self.country is not None:
            _require_country(self.country)


@dataclass(frozen=True)
class TaxSetting:
    """What an account is set to from a day on (None: from the beginning)."""

    choice: TaxChoice
    valid_from: date | None = None


@dataclass(frozen=True)
class TaxPeriod:
    """Days of an account with one rate; until_day is the first day after them. rate: None where it is not known."""

    first_day: date
    until_day: date
    rate: Decimal | None
    country: str | None
    origin: Origin


class TaxTable:
    """The dated rates of each country. A country without any is not known: what it costs there is not known either."""

    def __init__(self, rates: Iterable[TaxRate]) -> None:
        self._by_country: dict[str, list[TaxRate]] = {}
        for one in sorted(rates, key=lambda rate: rate.first_day):
            self._by_country.setdefault(one.country, []).append(one)

    def rate_on(self, country: str | None, day: date) -> Decimal | None:
        """0 before the first rate of a country that has one; None for a country that has none."""
        rates = self._by_country.get(country or "")
        if rates is None:
            return None
        return next((one.rate for one in reversed(rates) if one.first_day <= day), Decimal(0))

    def changes(self) -> set[date]:
        """The days on which some rate begins."""
        return {one.first_day for rates in self._by_country.values() for one in rates}


def tax_periods(
    table: TaxTable, country: str | None, of_client: TaxChoice | None, settings: Sequence[TaxSetting]
) -> list[TaxPeriod]:
    """All days of an account, in order and without gaps. settings: in the order in which they were set; of those that
    hold on a day the last one counts, then the client's choice, then the rate of the country."""
    begins = {BEGINNING, *(one.valid_from for one in settings if one.valid_from), *table.changes()}
    found: list[TaxPeriod] = []
    for first, until in pairwise([*sorted(begins), END]):
        one = _period(table, country, of_client, settings, first, until)
        if found and (found[-1].rate, found[-1].country, found[-1].origin) == (one.rate, one.country, one.origin):
            one = TaxPeriod(found.pop().first_day, until, one.rate, one.country, one.origin)
        found.append(one)
    return found


def cost_of(spend: Decimal, rate: Decimal) -> Decimal:
    """What that spend costs with the tax, unrounded: it is rounded when it is shown, so that the cost of a month is
    that of its spend."""
    return spend / (1 - rate)


def media_for(amount: Decimal, rate: Decimal) -> Decimal:
    """The media that an amount with tax buys: R$ 100 at 12.15 % buy R$ 87.85."""
    return amount * (1 - rate)


def _period(
    table: TaxTable,
    country: str | None,
    of_client: TaxChoice | None,
    settings: Sequence[TaxSetting],
    first: date,
    until: date,
) -> TaxPeriod:
    holding = [one.choice for one in settings if (one.valid_from or BEGINNING) <= first]
    origin: Origin = "account"
    choice = holding[-1] if holding else TaxChoice("inherit")
    if choice.mode == "inherit":
        choice, origin = (of_client, "client") if of_client else (TaxChoice(), "country")
    if choice.mode == "off":
        return TaxPeriod(first, until, Decimal(0), None, origin)
    if choice.mode == "rate":
        return TaxPeriod(first, until, choice.rate, None, origin)
    own = choice.country or country
    rate = table.rate_on(own, first)
    if rate is None:
        return TaxPeriod(first, until, None, own, "unknown")
    return TaxPeriod(first, until, rate, own, "country" if choice.country is None else origin)


def parse_percent(text: str) -> Decimal:
    """A rate as people type it (`12,15`, `12.15 %`), as a fraction; raises UnusableClient."""
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
    if not plain.replace(".", "", 1).isdecimal() or not plain.isascii() or len(plain) > 12:
        raise UnusableClient(message("clients.tax.no_rate", text=text[:20]))
    rate = Decimal(plain) / 100
    _require_rate(rate)
    return rate


def _require_rate(rate: Decimal) -> None:
    if not (rate.is_finite() and 0 <= rate < 1):
        raise UnusableClient(message("clients.tax.no_rate", text=str(rate)[:20]))


def _require_country(country: str) -> None:
    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise UnusableClient(message("clients.tax.no_country", text=country[:20]))
