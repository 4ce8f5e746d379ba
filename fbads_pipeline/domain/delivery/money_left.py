"""What is left of an account's prepaid money, read from the text in which Meta names it, and never guessed.

Meta gives no field for it: `balance` is the open bill. The text stands in `funding_source_details.display_string`, in
the account's language: "Saldo disponível (R$278,60 BRL)".
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from fbads_pipeline.domain.core.formatting import plain_line

_LONGEST_SHAPE = 80
# What names the money, and what may stand beside it; one other word and the text says something else, as in
# "saldo devedor" or "saldo não disponível". Without accents.
_MONEY_WORDS = frozenset({
    *("saldo", "balance", "fundos", "fondos", "funds", "disponivel", "disponiveis", "disponible"),
    *("disponibles", "available"),
})  # fmt: skip
_BESIDE = frozenset({
    *("pre", "pago", "pagos", "prepago", "prepagos", "prepagado", "prepagados", "prepaid", "restante"),
    *("restantes", "remaining", "atual", "actual", "current", "valor", "importe", "monto", "amount"),
    *("conta", "cuenta", "account", "anuncios", "ads", "ad", "da", "de", "do", "del", "la", "na", "en"),
    *("el", "em", "in", "the", "of", "for", "para", "seu", "tu", "su", "your"),
})  # fmt: skip
# Kept in a shape beside those: what tells a card from a balance.
_OF_OTHER_FUNDING = frozenset({
    *("visa", "mastercard", "amex", "elo", "hipercard", "paypal", "pix", "boleto", "cartao", "card"),
    *("tarjeta", "credit", "credito", "debito", "debit"),
})  # fmt: skip
_SYMBOLS: Mapping[str, tuple[str, ...]] = {
    "BRL": ("R$",),
    "USD": ("US$", "$", "U$S"),
    "EUR": ("€",),
    "GBP": ("£",),
    "JPY": ("JP¥", "¥", "円"),
    "CNY": ("CN¥", "¥"),
    "MXN": ("MX$", "$"),
    "ARS": ("AR$", "$"),
    "CLP": ("CLP$", "CL$", "$"),
    "COP": ("COL$", "CO$", "$"),
    "UYU": ("$U", "UY$", "$"),
    "PEN": ("S/.", "S/"),
    "BOB": ("Bs.", "Bs"),
    "PYG": ("₲", "Gs.", "Gs"),
    "CRC": ("₡",),
    "GTQ": ("Q",),
    "HNL": ("L",),
    "DOP": ("RD$", "$"),
    "NIO": ("C$",),
    "CAD": ("CA$", "C$", "$"),
    "AUD": ("AU$", "A$", "$"),
    "NZD": ("NZ$", "$"),
    "HKD": ("HK$", "$"),
    "SGD": ("S$", "$"),
    "TWD": ("NT$", "$"),
    "INR": ("₹",),
    "KRW": ("₩",),
    "ILS": ("₪",),
    "TRY": ("₺",),
    "PHP": ("₱",),
    "THB": ("฿",),
    "VND": ("₫",),
    "IDR": ("Rp",),
    "MYR": ("RM",),
    "PLN": ("zł",),
    "CZK": ("Kč",),
    "HUF": ("Ft",),
    "RON": ("lei",),
    "SEK": ("kr",),
    "NOK": ("kr",),
    "DKK": ("kr.", "kr"),
    "CHF": ("SFr.", "Fr."),
    "ZAR": ("R",),
    "NGN": ("₦",),
}
_CURRENCY_WORDS = frozenset(_SYMBOLS) | {
    word for symbols in _SYMBOLS.values() for one in symbols for word in re.findall(r"\w+", one)
}
# A lone separator before three digits is a decimal one here as likely as not.
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NUMBER = r"\d(?:[\d.,'’ ]*\d)?"
_MINUS = r"[-−]"


def read_money_left(text: str, currency: str) -> Decimal | None:
    """The amount in major units; None where the text is of no known form, or of another currency than the account's.

    >>> read_money_left("Saldo disponível (R$278,60 BRL)", "BRL")
    Decimal('278.60')
    >>> read_money_left("Available balance: 1,234.56 USD", "USD")
    Decimal('1234.56')
    >>> read_money_left("Saldo devedor (R$278,60 BRL)", "BRL") is None
    True
    """
    if len(currency) != 3 or len(text) > 200:
        return None
    found = _form_of(currency).fullmatch(_plain(text))
    if found is None or not (found["before"] or found["after"]) or found["open"] and not found["close"]:
        return None
    if not _names_the_money(f"{found['label']} {found['behind']}"):
        return None
    signs = [found[name] for name in ("sign", "inner_sign", "end_sign") if found[name]]
    number = _number(found["number"], currency)
    if number is None or len(signs) > 1:
        return None
    return -number if signs else number


def shape_of(text: str) -> str:
    """The form of a text of Meta's without what it says of anybody: digits are 9, unknown words x.

    >>> shape_of("Saldo disponível (R$278,60 BRL)"), shape_of("PayPal (maria@exemplo.com.br)")
    ('Saldo disponível (R$999,99 BRL)', 'PayPal (xxxxx@xxxxxxx.xxx.xx)')
    """
    known = _MONEY_WORDS | _BESIDE | _OF_OTHER_FUNDING

    def masked(word: re.Match[str]) -> str:
        is_kept = _bare(word[0]) in known or word[0] in _CURRENCY_WORDS
        return word[0] if is_kept else "x" * len(word[0])

    digits_gone = re.sub(r"\d", "9", _plain(text))
    return re.sub(r"[^\W\d_]+", masked, digits_gone)[:_LONGEST_SHAPE]


def _plain(text: str) -> str:
    """Every blank a space, no invisible character, full-width characters as the plain ones."""
    return plain_line(unicodedata.normalize("NFKC", text))


def _bare(text: str) -> str:
    """In small letters without accents."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))


@cache
def _form_of(currency: str) -> re.Pattern[str]:
    """Label, amount with its currency before or behind it, perhaps in brackets, and what may stand behind."""
    symbols = sorted((*_SYMBOLS.get(currency, ()), currency), key=len, reverse=True)
    one = "|".join(map(re.escape, symbols))
    dollar = r"|\$(?=[^$]*\b" + currency + r"\b)" if any("$" in symbol for symbol in symbols) else ""
    before = rf"(?<!\w)(?P<before>{one}{dollar})"
    after = rf"(?P<after>(?:{one})(?: ?{currency})?)(?!\w)"
    amount = (
        rf"(?P<sign>{_MINUS})? ?(?:{before})? ?(?P<inner_sign>{_MINUS})?(?P<number>{_NUMBER})"
        rf"(?P<end_sign>{_MINUS})?(?: ?{after})?"
    )
    return re.compile(
        rf"(?P<label>[^\d(]*?)(?: ?[:–—]| -(?= ))? ?(?P<open>\()? ?{amount} ?(?P<close>\))?(?P<behind>[^\d()]*)",
        re.ASCII,
    )


def _names_the_money(words: str) -> bool:
    """Whether the words say that it is what is left; no words do, in the text that names an account's own money."""
    found = re.findall(r"[^\W\d_]+", _bare(words))
    rest = re.sub(r"[\w\s.\-]", "", words)
    return not rest and set(found) <= _MONEY_WORDS | _BESIDE and (not found or bool(_MONEY_WORDS & set(found)))


def _number(text: str, currency: str) -> Decimal | None:
    """The number that separators of either habit leave no doubt about."""
    parts = re.split(r"([.,'’ ])", text)
    digits, separators = parts[::2], parts[1::2]
    if not all(digits):
        return None
    last, others = (separators or [""])[-1], set(separators[:-1])
    if len(separators) > 1 and last in others:  # one and the same: nothing but groups
        return _whole(digits) if len(set(separators)) == 1 else None
    if not separators:
        return Decimal(digits[0])
    if last in ".,":
        return _with_decimals(digits, separators, currency)
    return _whole(digits) if len(separators) == 1 else None


def _with_decimals(digits: list[str], separators: list[str], currency: str) -> Decimal | None:
    """Of a text whose last separator occurs once."""
    is_lone, places = len(separators) == 1, len(digits[-1])
    if is_lone and places == 3:
        return None if currency in _THREE_DECIMALS else _whole(digits)
    if places not in (1, 2) and not (places == 3 and currency in _THREE_DECIMALS):
        return None
    whole = Decimal(digits[0]) if is_lone else _whole(digits[:-1]) if len(set(separators[:-1])) == 1 else None
    return None if whole is None else Decimal(f"{whole}.{digits[-1]}")


def _whole(groups: list[str]) -> Decimal | None:
    """Groups of three digits, or, as in India, of two before the last."""
    first, *middle, end = groups
    sizes = {len(one) for one in middle}
    is_grouped = (
        len(end) == 3 and first != "0" and ((len(first) <= 3 and sizes <= {3}) or (len(first) <= 2 and sizes == {2}))
    )
    return Decimal("".join(groups)) if is_grouped else None
