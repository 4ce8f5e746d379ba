"""Numbers in a question: thresholds ("acima de R$ 50"), how many rows ("top 5"), age groups ("25-34")."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from fbads_pipeline.domain.chat.lexicon.vocabulary import LanguageLexicon, Vocabulary
from fbads_pipeline.domain.chat.plan import Comparison

_SIGNS: dict[Comparison, str] = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
# What stands after a number that is a bound: "5 ou mais".
_AFTER: dict[Comparison, str] = {"at_least": "or_more", "at_most": "or_less"}
_SYMBOLS = {"r$": "BRL", "us$": "USD", "u$": "USD", "$": None, "€": "EUR", "£": "GBP", "¥": "JPY"}
_SYMBOLS |= {code: code.upper() for code in ("brl", "usd", "eur", "jpy", "gbp")}
_AMOUNT = (
    r"(?P<SIDEs>r\$|us\$|u\$|\$|€|£|¥|brl|usd|eur|jpy|gbp)? ?(?P<SIDEn>\d+(?:[.,]\d+)*)"
    r"(?P<SIDEx> ?(?:%|{percent})|x\b| ?(?:k|{thousand})\b)?(?: ?(?P<SIDEc>{currency_word}|brl|usd|eur|jpy|gbp)\b)?"
)
_FIRST, _SECOND = _AMOUNT.replace("SIDE", "a"), _AMOUNT.replace("SIDE", "b")
_NOT_TIME = r"(?![\d/.]*\d)(?! ?(?:h\b|{time_after_number}))(?!(?:{day_ending})\b)"
_BETWEEN = rf"\b(?:{{between}}) {_FIRST} (?:{{and}}) {_SECOND}(?![/\w])(?! (?:{{of}}) [a-z]{{3,}})(?! {{month}})"
_LIMITS = (
    r"\b(?:{which_days}) (?P<n>{count}) (?:{days})\b",
    r"\b(?:{ranking_words}) (?P<n>{count})\b(?! ?(?:%|{not_rows}))",
    r"\btop ?(?P<n>\d{1,3})\b",
    r"(?<!LAST )\b(?P<n>{count}) (?:{days_ordered})\b",
    r"(?<!LAST )\b(?P<n>{count}) (?:{ranking_words})\b(?! (?:{not_rows}))",
    r"(?<!LAST )\b(?P<n>{count}) (?:\x00+(?:'s)? )?(?:{ranked_things})\b",
)


@dataclass(frozen=True)
class AmountBound:
    """A bound in a text; is_percent where it was written with %; the metric is not known yet."""

    start: int
    end: int
    comparison: Comparison
    value: Decimal
    is_percent: bool
    is_money: bool
    currency: str | None


@dataclass(frozen=True)
class FoundValue:
    """A number or an age group, and its first and last character (not included) in the text."""

    start: int
    end: int
    value: str


def find_amounts(text: str, language: str, vocabulary: Vocabulary) -> list[AmountBound]:
    """The bounds in a folded text, in its order; none overlaps another."""
    found: list[AmountBound] = []
    sides: tuple[tuple[Comparison, str], ...] = (("at_least", "a"), ("at_most", "b"))
    for match in vocabulary.expression(_BETWEEN).finditer(text):
        for comparison, side in sides:
            found += _amount(match, side, comparison, language, vocabulary)
    for comparison, words in _AFTER.items():
        for match in vocabulary.expression(rf"(?<![\w/.,-]){_FIRST} (?:{{{words}}})\b").finditer(text):
            found += _amount(match, "a", comparison, language, vocabulary)
    for comparison, sign in _SIGNS.items():
        for match in vocabulary.expression(_compared(comparison, sign)).finditer(text):
            if all(match.end() <= one.start or match.start() >= one.end for one in found):
                found += _amount(match, "a", comparison, language, vocabulary)
    return sorted(found, key=lambda one: one.start)


def find_limit(text: str, vocabulary: Vocabulary) -> FoundValue | None:
    """How many rows the question wants; only the number counts as read."""
    last = vocabulary.alternatives("last_before_number")
    for template in _LIMITS:
        behind = "".join(f"(?<!{word} )" for word in last)
        match = vocabulary.expression(template.replace("(?<!LAST )", behind)).search(text)
        if match:
            number = vocabulary.numerals.get(match["n"]) or int(match["n"])
            return FoundValue(match.start("n"), match.end("n"), str(number))
    return None


def number(text: str, lexicon: LanguageLexicon) -> Decimal | None:
    """1.000,50 or 1,000.50; one separator before three digits divides thousands where the language does so."""
    commas, dots = text.count(","), text.count(".")
    if commas and dots:
        decimal = "," if text.rfind(",") > text.rfind(".") else "."
    else:
        separator = "," if commas else "."
        grouped = re.fullmatch(rf"\d{{1,3}}(?:\{separator}\d{{3}})+", text) is not None
        decimal = "" if grouped and (separator == lexicon.thousands_separator or commas + dots > 1) else separator
    cleaned = "".join("." if one == decimal else one for one in text if one.isdigit() or one == decimal)
    try:
        return Decimal(cleaned)
    except InvalidOperation:
        return None


def _compared(comparison: Comparison, sign: str) -> str:
    return (
        rf"(?<!\w)(?:{sign}|{{{comparison}}}) ?(?:(?:{{after_comparison}}) )?"
        rf"(?!\d+ (?:{{counted_things}})){_FIRST}{_NOT_TIME}"
    )


def _amount(
    match: re.Match[str], side: str, comparison: Comparison, language: str, vocabulary: Vocabulary
) -> list[AmountBound]:
    """The bound on that side of a match, or nothing where it is no number."""
    value = number(match[f"{side}n"], vocabulary.of(language))
    if value is None:
        return []
    suffix = (match[f"{side}x"] or "").strip()
    if suffix == "k" or vocabulary.expression("(?:{thousand})").fullmatch(suffix):
        value *= 1000
    currency = match[f"{side}s"] or match[f"{side}c"]
    is_percent = suffix == "%" or vocabulary.expression("(?:{percent})").fullmatch(suffix) is not None
    code = _SYMBOLS.get(currency, vocabulary.currencies.get(currency)) if currency else None
    return [AmountBound(match.start(), match.end(), comparison, value, is_percent, currency is not None, code)]
