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
_BETWEEN = rf"\b(?:{{between}}) {_FIRST} (?:{{and}}) {_SECOND}(?![/\w])(?! (?:{{of}}) [a-z]{{3,}})"
_LIMITS = (
    r"\b(?:{which_days}) (?P<n>{count}) (?:{days})\b",
    r"\b(?:{ranking_words}) (?P<n>{count})\b(?! ?(?:%|{not_rows}))",
    r"\btop ?(?P<n>\d{1,3})\b",
    r"(?<!LAST )\b(?P<n>{count}) (?:{ranking_words})\b(?! (?:{not_rows}))",
    r"(?<!LAST )\b(?P<n>{count}) (?:\x00+(?:'s)? )?(?:{ranked_things})\b",
)
AGES = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
_AGE = r"\b(?:(?:{before_age}) )*PATTERN(?: ?(?:{after_age})\b)?"
_AGES = {age: age.replace("-", r" ?(?:-|/|{between_ages}) ?") + r"\b" for age in AGES[:-1]}
# "Gente abaixo de 35", "menores de 35", "under-35s", "over 55 years": every group on that side.
_SIDES = (
    r"\b(?:(?:{people}) (?:\w+ ){0,1}?)?(?:{SIDE_than})[ -](?P<n>\d\d)(?:s\b|(?: |-)?(?:{after_age})\b)",
    r"\b(?:{people}) (?:\w+ ){0,2}?(?:{SIDE_than})[ -](?P<n>\d\d)\b(?!\d| ?%)",
    r"(?:(?<=men )|(?<=homens )|(?<=mulheres ))(?:{SIDE_than})[ -](?P<n>\d\d)\b(?!\d| ?%)",
    r"\b(?:{for_people}) (?:{SIDE_of_age}) (?P<n>\d\d)\b",
)
# "People 55 and up", "mulheres 45+", "quem tem 35 ou mais".
_OLDEST = r"(?:(?:{before_age}|\w+) ){0,2}?(?P<n>\d\d)(?: (?:{after_age}))?(?: ?\+| (?:{or_older}|{or_more})\b)"
_FROM_AN_AGE = (rf"(?P<of>)\b(?:{{people}}) {_OLDEST}", rf"\b(?P<of>{{of_gender}}) {_OLDEST}")
_AGES["65+"] = r"(?:65 ?\+|(?:{older_than}) 65|65 (?:{or_older}))"


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


def find_ages(text: str, vocabulary: Vocabulary) -> list[FoundValue]:
    """Meta's age groups in a folded text."""
    found = []
    for age, pattern in _AGES.items():
        match = vocabulary.expression(_AGE.replace("PATTERN", pattern)).search(text)
        if match:
            found.append(FoundValue(match.start(), match.end(), age))
    return found or _ages_on_a_side(text, vocabulary)


def _ages_on_a_side(text: str, vocabulary: Vocabulary) -> list[FoundValue]:
    """The groups below or above an age that one of them begins with; none where the age lies within a group, as do
    "under 24", which leaves those of 24 out of theirs, and "up to 25"."""
    for side in ("younger", "older"):
        for template in _SIDES:
            match = vocabulary.expression(template.replace("SIDE", side)).search(text)
            if match is None:
                continue
            age, begins = int(match["n"]), [int(one[:2]) for one in AGES]
            ends_with_it = vocabulary.has("up_to_age", match[0]) or (side == "older" and age not in begins)
            bound = age + 1 if ends_with_it else age
            if bound not in begins:
                continue
            groups = [one for one in AGES if (int(one[:2]) < bound) == (side == "younger")]
            return [FoundValue(match.start(), match.end(), one) for one in groups]
    for template in _FROM_AN_AGE:
        match = vocabulary.expression(template).search(text)
        if match is not None and int(match["n"]) in [int(one[:2]) for one in AGES]:
            return [FoundValue(match.end("of"), match.end(), one) for one in AGES if int(one[:2]) >= int(match["n"])]
    return []


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
