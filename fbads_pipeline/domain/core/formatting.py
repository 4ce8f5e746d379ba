"""Numbers, days and names as people read them, in Portuguese and in English, the same on every machine."""

import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from fbads_pipeline.domain.core.money import minor_units

# A code of a language that has a catalogue, such as pt.
Language = str

LONGEST_NAME = 80
_SYMBOLS_PT = {"BRL": "R$", "USD": "US$", "EUR": "€"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TO_PORTUGUESE = str.maketrans(",.", ".,")
# Joiners hold emoji and Indic or Persian words together; every other invisible character goes.
_KEPT_INVISIBLE = frozenset("\u200c\u200d")
_MOST_PLACES = 8
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(_MOST_PLACES + 1))


def count(value: Decimal | int, language: Language) -> str:
    """1.234,5 or 1,234.5: at most two decimals, none where they are zero."""
    return _digits(Decimal(value), 2, language, trimmed=True)


def percent(fraction: Decimal, language: Language, *, apart_from: Decimal | None = None) -> str:
    """0.012 → 1,2 % or 1.2 %: two decimals, more only where it would read like the fraction it must differ from."""
    places = _places_apart(fraction * 100, None if apart_from is None else apart_from * 100, 2)
    return _digits(fraction * 100, places, language, trimmed=True) + " %"


def money(amount: Decimal, currency: str, language: Language, *, apart_from: Decimal | None = None) -> str:
    """R$ 1.234,56 or BRL 1,234.56; no decimals where the currency has none, more as in `percent`."""
    symbol = _SYMBOLS_PT.get(currency, currency) if language == "pt" else currency
    places = _places_apart(amount, apart_from, 0 if minor_units(currency) == 1 else 2)
    digits = _digits(abs(amount), places, language, trimmed=False)
    return f"{'-' if amount < 0 else ''}{symbol} {digits}"


def day(value: date, language: Language) -> str:
    """22/11/2026 or 22 Nov 2026."""
    return f"{_short_day(value, language)}{'/' if language == 'pt' else ' '}{value.year}"


def days(first: date, last: date, language: Language) -> str:
    """de 16/11 a 22/11/2026 or from 16 Nov to 22 Nov 2026; one day alone, and both years where they differ."""
    if first == last:
        return f"{'em' if language == 'pt' else 'on'} {day(last, language)}"
    start = _short_day(first, language) if first.year == last.year else day(first, language)
    return f"{'de' if language == 'pt' else 'from'} {start} {'a' if language == 'pt' else 'to'} {day(last, language)}"


def plain_name(name: str | None, instead: str) -> str:
    """A stranger's text on one line: no control or bidi characters, at most 80; `instead` where nothing is left."""
    text = plain_line(name or "")
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - 1].rstrip() + "…"
    return text or instead


def plain_line(text: str) -> str:
    """The text without control, bidi and other invisible characters; every run of blanks is one space."""
    return " ".join("".join(map(_visible, text)).split())


def _visible(character: str) -> str:
    """Blanks and line ends become spaces; control, format and unpaired characters vanish."""
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\n\r\v\f\x85":
        return " "
    return "" if category in ("Cc", "Cf", "Cs") and character not in _KEPT_INVISIBLE else character


def _short_day(value: date, language: Language) -> str:
    return f"{value.day:02}/{value.month:02}" if language == "pt" else f"{value.day} {_MONTHS[value.month - 1]}"


def _places_apart(value: Decimal, other: Decimal | None, places: int) -> int:
    """The fewest decimals, from `places` on, at which two different numbers read differently."""
    if other is None or value == other:
        return places
    while places < _MOST_PLACES and _rounded(value, places) == _rounded(other, places):
        places += 1
    return places


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(_UNITS[places], ROUND_HALF_UP, Context(prec=60))


def _digits(value: Decimal, places: int, language: Language, *, trimmed: bool) -> str:
    text = f"{_rounded(value, places):,f}"
    if trimmed and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_TO_PORTUGUESE) if language == "pt" else text
