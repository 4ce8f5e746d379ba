"""Messages as people read them: the text of a catalogue, its placeholders filled with formatted facts."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import isnan
from pathlib import Path
from string import Formatter

from fbads_pipeline.adapters.translation.catalogues import LOCALE, Catalogues, languages
from fbads_pipeline.adapters.translation.formats import Formats
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.headlines import fitted
from fbads_pipeline.domain.core.messages import (
    Count,
    Day,
    Days,
    Headline,
    Instant,
    Joined,
    LegacyText,
    Message,
    Money,
    Name,
    Percent,
    Value,
)
from fbads_pipeline.domain.reports.report import NO_VALUE, Cell, Unit

_FORMATTER = Formatter()


class CatalogueTranslator:
    """The port CatalogueTranslator over the catalogues of a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._catalogues = {code: Catalogues(one) for code, one in languages(folder or LOCALE).items()}
        self._formats = {code: Formats(one) for code, one in self._catalogues.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages that have a catalogue, in order."""
        return tuple(self._catalogues)

    def locale(self, language: str) -> str:
        """The locale of a language's catalogue, such as pt_BR; its BCP 47 tag has a hyphen instead."""
        return str(self._formats[language].locale)

    def text(self, key: str, language: str, *, count: float | None = None, **values: Value) -> str:
        """The sentence of that key; raises MissingText for a key, and KeyError for a language, that is not there."""
        return self.render(Message(key, values, None if count is None else int(count)), language)

    def localizer(self, language: str) -> "Localizer":
        """That language alone; raises KeyError for one that is not there."""
        return Localizer(self, language, self._formats[language])

    def render(self, value: Value, language: str) -> str:
        """Any value of a message in that language."""
        formats = self._formats[language]
        match value:
            case str():
                return value
            case Message():
                return self._message(value, language)
            case Joined():
                return value.separator.join(self.render(one, language) for one in value.parts)
            case LegacyText():
                return value.in_language(language)
            case Name():
                return plain_name(value.name, self.render(value.instead, language))
            case Count():
                return formats.count(value.value)
            case Percent():
                return formats.percent(value.fraction, value.apart_from)
            case Money():
                return formats.money(value.amount, value.currency, value.apart_from, is_whole=value.is_whole)
            case Day():
                return formats.short_day(value.day) if value.is_short else formats.day(value.day)
            case Days():
                text = formats.days(value.first, value.last)
                return text[0].upper() + text[1:] if value.begins_sentence else text
            case Instant():
                return formats.instant(value.at, value.zone)
            case Headline():
                return fitted(value, lambda part: self.render(part, language))
        raise TypeError(f"{type(value).__name__} is no value of a message")

    def _message(self, message: Message, language: str) -> str:
        catalogues = self._catalogues[language]
        filled = {name: self.render(one, language) for name, one in message.values.items()}
        if message.count is None:
            return _FORMATTER.vformat(catalogues.text(message.key), (), filled)
        counted = {"count": self._formats[language].count(message.count)} | filled
        return _FORMATTER.vformat(catalogues.plural(message.key, float(message.count)), (), counted)


class Localizer:
    """Texts, figures and days in one language, for what a person reads as a whole: a page, a report.

    language: its code; tag: as HTML names it (BCP 47), such as pt-BR; name: as its own speakers call it.
    """

    def __init__(self, translations: CatalogueTranslator, language: str, formats: Formats) -> None:
        self._translations, self.language, self.formats = translations, language, formats
        self.tag = str(formats.locale).replace("_", "-")
        name = formats.locale.get_language_name() or language
        self.name = name[:1].upper() + name[1:]

    def __call__(self, key: str, *, count: Decimal | int | None = None, **values: Value) -> str:
        """The text of that key."""
        return self.render(Message(key, values, count))

    def render(self, value: Value) -> str:
        """Any value of a message."""
        return self._translations.render(value, self.language)

    def cell(self, value: Cell | float, unit: Unit, currency: str | None = None) -> str:
        """A cell of a table; a missing value is a dash, never a zero."""
        if value is None:
            return NO_VALUE
        if isinstance(value, date):
            return self.formats.day(value)
        if isinstance(value, float):  # a score, or another figure of double precision
            return NO_VALUE if isnan(value) else self.formats.cell(Decimal(str(value)), unit, currency)
        if isinstance(value, Decimal | int):
            return self.formats.cell(Decimal(value), unit, currency)
        return self.render(value)


def localizer(language: str) -> Localizer:
    """The program's own catalogues in that language."""
    return translator().localizer(language)


@lru_cache
def translator() -> CatalogueTranslator:
    """The translator of the program's own catalogues, one per process."""
    return CatalogueTranslator()
