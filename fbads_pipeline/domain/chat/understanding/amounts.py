"""Numbers in a question: thresholds ("acima de R$ 50"), how many rows ("top 5"), age groups ("25-34")."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import cast

from fbads_pipeline.domain.chat.plan import Comparison
from fbads_pipeline.domain.core.formatting import Language

_OPERATORS: dict[Comparison, str] = {
    "at_least": r">=|pelo menos|no minimo|a partir de|at least|minimum of|de no minimo|igual ou maior que|no less than",
    "at_most": r"<=|no maximo|at most|up to|de no maximo|igual ou menor que|no more than",
    "above": r">|acima d[eo]s?|maior(?:es)? (?:do )?que|maior(?:es)? de|superior(?:es)? a|mais (?:do )?que|mais de|"
    r"passou de|passaram de|passando de|passa de|"
    r"over|above|greater than|higher than|more than|exceeding|exceeded|exceeds?|bigger than|larger than|"
    r"ultrapass\w+|superou|superaram|worth more than",
    "below": r"<|abaixo d[eo]s?|menor(?:es)? (?:do )?que|menor(?:es)? de|inferior(?:es)? a|menos (?:do )?que|menos "
    r"de|below|under|less than|lower than|fewer than|smaller than",
}
_CURRENCIES = {"r$": "BRL", "us$": "USD", "u$": "USD", "$": None, "€": "EUR", "£": "GBP", "¥": "JPY"}
_CURRENCIES |= {"brl": "BRL", "usd": "USD", "eur": "EUR", "reais": "BRL", "real": "BRL", "pila": "BRL", "conto": "BRL"}
_CURRENCIES |= {
    "contos": "BRL",
    "dolares": "USD",
    "dolar": "USD",
    "dollars": None,
    "dollar": None,
    "euros": "EUR",
    "euro": "EUR",
}
_CURRENCIES |= {"bucks": None, "jpy": "JPY", "gbp": "GBP"}
_SYMBOL = r"(?P<{0}s>r\$|us\$|u\$|\$|€|£|¥|brl|usd|eur|jpy|gbp)?"
_NUMBER = r"(?P<{0}n>\d+(?:[.,]\d+)*)"
_SUFFIX = (
    r"(?P<{0}x> ?(?:%|por cento|percent|per cent)|x\b| ?(?:k|mil)\b)?(?: ?(?P<{0}c>reais|real|pila|contos?|dolares|"
    r"dolar|dollars?|bucks|euros?|brl|usd|eur|jpy|gbp)\b)?"
)
_NOT_TIME = (
    r"(?![\d/.]*\d)(?! ?(?:dias|days|semanas|weeks|meses|months|anos|years|horas|hours|h\b|de [a-z]+eiro|de [a-z]+bro))"
)
_NO_VALUE = r"\d+ (?:campan|campaign|anunc|ads?\b|criativ|melhor|pior|conjunto)"
_WORDS = {
    comparison: re.compile(
        rf"(?<!\w)(?:{operators}) ?(?:a |de |of |the |um |uma )?(?!{_NO_VALUE})"
        + (_SYMBOL + " ?" + _NUMBER + _SUFFIX).replace("{0}", "a")
        + _NOT_TIME
    )
    for comparison, operators in _OPERATORS.items()
}
_BETWEEN = re.compile(
    r"\b(?:entre|between) "
    + (_SYMBOL + " ?" + _NUMBER + _SUFFIX).replace("{0}", "a")
    + " (?:e|and) "
    + (_SYMBOL + " ?" + _NUMBER + _SUFFIX).replace("{0}", "b")
    + r"(?![/\w])(?! (?:de|of) [a-z]{3,})"
)
_ORDER = (
    r"melhor(?:es)?|pior(?:es)?|maior(?:es)?|menor(?:es)?|best|worst|top|highest|lowest|largest|biggest|cheapest|"
    r"smallest|bottom|mais|menos|most|least|principais|primeir[oa]s|first"
)
_THINGS = (
    r"campanhas?|campaigns?|anuncios?|ads?|criativos?|creatives?|conjuntos?|ad ?sets?|contas?|accounts?|paises|"
    r"countries|posicionamentos|placements|publicos|faixas|age"
)
_COUNT = (
    r"\d{1,3}|um|uma|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|one|two|three|four|five|six|seven|eight|"
    r"nine|ten"
)
_LIMITS = (
    re.compile(rf"\b(?:which|what|quais|quais foram os|quais os) (?P<n>{_COUNT}) (?:days|dias)\b"),
    re.compile(rf"\b(?:{_ORDER}) (?P<n>{_COUNT})\b(?! ?(?:dias|days|semanas|weeks|meses|months|%|reais))"),
    re.compile(r"\btop ?(?P<n>\d{1,3})\b"),
    re.compile(rf"(?<!ultimos )(?<!ultimas )(?<!last )(?<!past )\b(?P<n>{_COUNT}) (?:{_ORDER})\b"),
    re.compile(rf"(?<!ultimos )(?<!ultimas )(?<!last )(?<!past )\b(?P<n>{_COUNT}) (?:{_THINGS})\b"),
)
_NUMERALS = {
    word: number
    for number, words in enumerate(
        (
            "um uma one",
            "dois duas two",
            "tres three",
            "quatro four",
            "cinco five",
            "seis six",
            "sete seven",
            "oito eight",
            "nove nine",
            "dez ten",
        ),
        start=1,
    )
    for word in words.split()
}
AGES = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
_AGES = tuple(
    (
        age,
        re.compile(
            rf"\b(?:(?:de|from|aged|ages|idade|faixa de|os de|between|entre) )*{pattern}(?: ?(?:anos|years old|"
            rf"years|yo|y/o)\b)?"
        ),
    )
    for age, pattern in (
        *((age, age.replace("-", r" ?(?:-|a|to|e|and|ate|/) ?") + r"\b") for age in AGES[:-1]),
        (
            "65+",
            r"(?:65 ?\+|(?:mais de|acima de|over|above|maiores de) 65|65 (?:ou mais|or older|and over|anos ou mais|"
            r"plus))",
        ),
    )
)


@dataclass(frozen=True)
class Amount:
    """A bound in a text; is_percent where it was said with %; the metric is not known yet."""

    start: int
    end: int
    comparison: Comparison
    value: Decimal
    is_percent: bool
    is_money: bool
    currency: str | None


@dataclass(frozen=True)
class Marked:
    """A number or an age group, and where it stands."""

    start: int
    end: int
    value: str


def find_amounts(text: str, language: Language) -> list[Amount]:
    """The bounds in a folded text; none overlaps another."""
    found: list[Amount] = []
    for match in _BETWEEN.finditer(text):
        for comparison, side in (("at_least", "a"), ("at_most", "b")):
            made = _amount(match, side, cast(Comparison, comparison), language)
            if made:
                found.append(made)
    for comparison, pattern in _WORDS.items():
        for match in pattern.finditer(text):
            if all(match.end() <= one.start or match.start() >= one.end for one in found):
                made = _amount(match, "a", comparison, language)
                if made:
                    found.append(made)
    return sorted(found, key=lambda one: one.start)


def find_limit(text: str) -> Marked | None:
    """The number of rows asked for; only the number counts as read."""
    for pattern in _LIMITS:
        match = pattern.search(text)
        if match:
            said = match["n"]
            return Marked(match.start("n"), match.end("n"), str(_NUMERALS.get(said) or int(said)))
    return None


def find_ages(text: str) -> list[Marked]:
    """Meta's age groups in a folded text."""
    found = []
    for age, pattern in _AGES:
        match = pattern.search(text)
        if match:
            found.append(Marked(match.start(), match.end(), age))
    return found


def number(words: str, language: Language) -> Decimal | None:
    """1.000,50 or 1,000.50; one separator before three digits divides thousands where the language does so."""
    commas, dots = words.count(","), words.count(".")
    if commas and dots:
        decimal = "," if words.rfind(",") > words.rfind(".") else "."
    else:
        separator = "," if commas else "."
        thousands = "." if language == "pt" else ","
        grouped = re.fullmatch(rf"\d{{1,3}}(?:\{separator}\d{{3}})+", words) is not None
        decimal = "" if grouped and (separator == thousands or commas + dots > 1) else separator
    cleaned = "".join("." if one == decimal else one for one in words if one.isdigit() or one == decimal)
    try:
        return Decimal(cleaned)
    except InvalidOperation:
        return None


def _amount(match: re.Match[str], side: str, comparison: Comparison, language: Language) -> Amount | None:
    value = number(match[f"{side}n"], language)
    if value is None:
        return None
    suffix = (match[f"{side}x"] or "").strip()
    if suffix in ("k", "mil"):
        value *= 1000
    symbol = match[f"{side}s"] or match[f"{side}c"]
    percent = suffix in ("%", "por cento", "percent", "per cent")
    return Amount(
        match.start(), match.end(), comparison, value, percent, symbol is not None, _CURRENCIES.get(symbol or "")
    )
