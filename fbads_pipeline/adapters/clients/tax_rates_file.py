"""The file of tax rates (FBADS_TAX_RATES, else `tax_rates.yml` in the home, else the packaged one)."""

from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from fbads_pipeline.adapters.yaml_models import Wrong, YamlEntry, line_error, read_entries, read_text
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.tax import TaxRate, TaxTable, parse_percent

NAME = "tax_rates.yml"


def read_tax_rates(path: Path | None) -> TaxTable:
    """The rates of that file, or the packaged ones; raises SettingsError with file and line."""
    return _table(read_text(path, "FBADS_TAX_RATES") if path else _packaged(), path.name if path else NAME)


@lru_cache(maxsize=4)
def _table(text: str, name: str) -> TaxTable:
    """Of the same text the same table: pages ask for it at every request, and the file may have been edited."""
    rates: list[TaxRate] = []
    for line, entry in read_entries(text, name, _RateEntry, under="rates", kind="a rate"):
        one = TaxRate(entry.country, entry.since, entry.rate)
        if any((other.country, other.first_day) == (one.country, one.first_day) for other in rates):
            raise line_error(name, line, f"{one.country} has a rate from {one.first_day} already")
        rates.append(one)
    return TaxTable(rates)


@cache
def _packaged() -> str:
    return files("fbads_pipeline.adapters.clients").joinpath(NAME).read_text(encoding="utf-8")


def _country(value: Any) -> str:
    # YAML reads the country NO as a boolean.
    text = "NO" if value is False else str(value).strip()
    if not (len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()):
        raise Wrong(f"{value!r} is no country such as BR")
    return text


def _day(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Wrong(f"{value!r} is no day such as 2026-01-01") from None


def _rate(value: Any) -> Decimal:
    try:
        return parse_percent(str(value))
    except UnusableClient:
        raise Wrong(f"{value!r} is no rate in per cent such as 12.15, at least 0 and below 100") from None


class _RateEntry(YamlEntry):
    country: Annotated[str, BeforeValidator(_country)]
    since: Annotated[date, BeforeValidator(_day)]
    rate: Annotated[Decimal, BeforeValidator(_rate)]
