"""Numbers, money and days as a language writes them, through Babel."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.report import Unit, Value

LOCALES: dict[Language, str] = {"pt": "pt_BR", "en": "en_US"}
NO_VALUE = "–"


class Formats:
    """One language. A missing value is a dash, never a zero."""

    def __init__(self, language: Language) -> None:
        self.locale = LOCALES[language]

    def show(self, value: Value, unit: Unit, currency: str | None = None) -> str:
        """A cell as people read it."""
        if value is None:
            return NO_VALUE
        if isinstance(value, str):
            return value
        if isinstance(value, date):
            return self.day(value)
        number = Decimal(value)
        if unit == "money" and currency:
            return format_currency(number, currency, locale=self.locale)
        if unit == "ratio":
            return format_percent(number, "#,##0.00%", locale=self.locale)
        if unit == "change":
            number = number.quantize(Decimal("0.01"), ROUND_HALF_UP) + 0
            return format_percent(number, "+#,##0%;-#,##0%" if number else "0%", locale=self.locale)
        if unit == "factor":
            return format_decimal(number, "#,##0.00", locale=self.locale)
        if unit == "score":
            return format_decimal(number.quantize(Decimal(1), ROUND_HALF_UP), locale=self.locale)
        return format_decimal(number, "#,##0.##", locale=self.locale)

    def tick(self, value: Decimal, unit: Unit, currency: str | None) -> str:
        """A mark on an axis: no decimals where it has none."""
        if unit == "money" and currency and value == value.to_integral_value():
            return format_currency(value, currency, "¤ #,##0", locale=self.locale, currency_digits=False)
        return self.show(value, unit, currency)

    def day(self, value: date) -> str:
        """22/11/2026 or Nov 22, 2026."""
        return format_date(value, "dd/MM/yyyy" if self.locale == "pt_BR" else "MMM d, yyyy", locale=self.locale)

    def short_day(self, value: date) -> str:
        """22/11 or Nov 22."""
        return format_date(value, "dd/MM" if self.locale == "pt_BR" else "MMM d", locale=self.locale)
