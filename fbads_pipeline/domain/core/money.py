"""How Meta counts money: which currencies have no smaller unit than the unit itself."""

# As https://developers.facebook.com/docs/marketing-api/currencies lists them (VND is doubtful there).
CURRENCIES_WITHOUT_DECIMALS = frozenset(
    {"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"}
)  # fmt: skip


def minor_units(currency: str) -> int:
    """How many minor units make one unit of the currency (ISO 4217) at Meta: 100, or 1.

    The seed currency_minor_units of dbt says the same to the models; a test compares the two.
    """
    return 1 if currency in CURRENCIES_WITHOUT_DECIMALS else 100
