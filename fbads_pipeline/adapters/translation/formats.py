"""Numbers, money, days and instants as a language writes them: the only place that formats them for people.

The patterns are Unicode's (https://unicode.org/reports/tr35/tr35-numbers.html, tr35-dates.html) and stand in the
catalogue `formats`, so that a further language is a catalogue and nothing else.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol, parse_pattern

from fbads_pipeline.adapters.translation.catalogues import Catalogues
from fbads_pipeline.adapters.translation.numbers import NumberWriter
from fbads_pipeline.domain.core.money import minor_units
from fbads_pipeline.domain.reports.report import Unit

_MOST_PLACES = 8
_WRITERS_KEPT, _DAYS_KEPT = 512, 4096
_CELLS: Mapping[str, str] = {"factor": "#,##0.00"}
_WHOLE_FROM = 100
_EXACT = Context(prec=60)  # people type numbers of 40 digits
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(_MOST_PLACES + 1))


class Formats:
    """How one language writes numbers, amounts and days: in sentences, and in the cells of tables."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._texts, self.locale = catalogues, catalogues.locale
        self._cells = lru_cache(maxsize=_WRITERS_KEPT)(self._cell_writer)
        self._days = lru_cache(maxsize=_DAYS_KEPT)(self._day)

    def count(self, value: Decimal | int) -> str:
        """1.234,5 or 1,234.5: at most two decimals, none where they are zero."""
        return _writer("#,##0.##", self.locale)(_rounded(Decimal(value), 2))

    def percent(self, fraction: Decimal, apart_from: Decimal | None = None) -> str:
        """0.012 → 1,2%: two decimals, more only where it would read like the fraction it must differ from."""
        places = _places_apart(fraction * 100, None if apart_from is None else apart_from * 100, 2)
        pattern = self._texts.text("formats.percent").replace("##0", "##0." + "#" * places)
        return _writer(pattern, self.locale, scale=2)(_rounded(fraction * 100, places) / 100)

    def money(
        self, amount: Decimal, currency: str, apart_from: Decimal | None = None, *, is_whole: bool = False
    ) -> str:
        """R$ 1.234,56 or R$1,234.56, as in the cells of tables; no decimals where the currency has none, or from 100 on
        where `is_whole`; more as in `percent`."""
        has_none = minor_units(currency) == 1 or (is_whole and abs(amount) >= _WHOLE_FROM)
        places = _places_apart(amount, apart_from, 0 if has_none else 2)
        pattern = _money_pattern(self._texts.text("formats.money"), currency, places, self.locale)
        return _writer(pattern, self.locale)(_rounded(amount, places))

    def day(self, value: date) -> str:
        """22/11/2026 or 22 Nov 2026."""
        return self._days(value, "formats.day")

    def short_day(self, value: date) -> str:
        """22/11 or 22 Nov."""
        return self._days(value, "formats.short_day")

    def _day(self, value: date, pattern: str) -> str:
        return format_date(value, self._texts.text(pattern), locale=self.locale)

    def days(self, first: date, last: date) -> str:
        """de 16/11 a 22/11/2026 or from 16 Nov to 22 Nov 2026; one day alone, and both years where they differ."""
        if first == last:
            return self._texts.text("formats.one_day").format(day=self.day(last))
        start = self.short_day(first) if first.year == last.year else self.day(first)
        return self._texts.text("formats.days").format(first=start, last=self.day(last))

    def instant(self, at: datetime, zone: str) -> str:
        """22/11/2026 14:30 or 22 Nov 2026, 14:30, on the clocks of that zone."""
        return format_datetime(at.astimezone(ZoneInfo(zone)), self._texts.text("formats.instant"), locale=self.locale)

    def cell(self, number: Decimal, unit: Unit, currency: str | None) -> str:
        """A number in a table: always as many decimals as its unit has, so that a column lines up."""
        if unit == "change":
            rounded = _rounded(number, 2) + 0
            return self._cells(unit if rounded else "no_change", None)(rounded)
        return self._cells(unit, currency)(_rounded(number, 0) if unit == "score" else number)

    def _cell_writer(self, unit: str, currency: str | None) -> NumberWriter:
        if unit == "money" and currency:
            pattern = self._texts.text("formats.cell_money")
            return NumberWriter(lambda number: format_currency(number, currency, pattern, locale=self.locale))
        if unit == "ratio":
            return _writer(self._texts.text("formats.cell_ratio"), self.locale, scale=2)
        if unit in ("change", "no_change"):
            pattern = self._texts.text("formats.cell_change")
            return _writer(pattern if unit == "change" else pattern.lstrip("+"), self.locale, scale=2)
        return _writer("#,##0" if unit == "score" else _CELLS.get(unit, "#,##0.##"), self.locale)

    def tick(self, number: Decimal, unit: Unit, currency: str | None) -> str:
        """A label of an axis: as a cell, an amount without decimals where it has none."""
        if unit == "money" and currency and number == number.to_integral_value():
            pattern = self._texts.text("formats.cell_money").replace(".00", "")
            return format_currency(number, currency, pattern, locale=self.locale, currency_digits=False)
        return self.cell(number, unit, currency)


@lru_cache(maxsize=_WRITERS_KEPT)
def _writer(pattern: str, locale: Locale, *, scale: int = 0) -> NumberWriter:
    """scale: 2 for a pattern of percents. Babel rounds nothing away here that has so many decimals as the pattern."""
    parsed, write = parse_pattern(pattern), format_percent if scale else format_decimal

    def ask(number: Decimal) -> str:
        with localcontext(_EXACT):
            return write(number, parsed, locale=locale)

    return NumberWriter(ask, scale=scale)


@lru_cache(maxsize=_WRITERS_KEPT)
def _money_pattern(pattern: str, currency: str, places: int, locale: Locale) -> str:
    """The pattern for one currency, its sign in place; Babel would look up the currency's plural name each time."""
    decimals = "." + "0" * places if places else ""
    symbol = get_currency_symbol(currency, locale)
    signed = pattern.replace("¤¤", f"'{currency}'").replace("¤", f"'{symbol}'" if symbol else "")
    return signed.replace("#,##0", "#,##0" + decimals)


def _places_apart(value: Decimal, other: Decimal | None, places: int) -> int:
    """The fewest decimals, from `places` on, at which two different numbers read differently."""
    if other is None or value == other:
        return places
    while places < _MOST_PLACES and _rounded(value, places) == _rounded(other, places):
        places += 1
    return places


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(_UNITS[places], ROUND_HALF_UP, _EXACT)
