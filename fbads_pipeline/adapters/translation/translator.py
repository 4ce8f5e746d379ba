"""Messages as people read them: the text of a catalogue, its placeholders filled with formatted facts."""

from functools import lru_cache
from pathlib import Path
from string import Formatter

from fbads_pipeline.adapters.translation.catalogues import LOCALE, Catalogues, languages
from fbads_pipeline.adapters.translation.formats import SentenceFormats
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import (
    Count,
    Day,
    Days,
    Instant,
    Joined,
    LegacyText,
    Message,
    Money,
    Name,
    Percent,
    Value,
)

_FORMATTER = Formatter()


class Translator:
    """The port Translator over the catalogues of a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._catalogues = {code: Catalogues(one) for code, one in languages(folder or LOCALE).items()}
        self._formats = {code: SentenceFormats(one) for code, one in self._catalogues.items()}

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
                return formats.money(value.amount, value.currency, value.apart_from)
            case Day():
                return formats.day(value.day)
            case Days():
                return formats.days(value.first, value.last)
            case Instant():
                return formats.instant(value.at, value.zone)

    def _message(self, message: Message, language: str) -> str:
        catalogues = self._catalogues[language]
        filled = {name: self.render(one, language) for name, one in message.values.items()}
        if message.count is None:
            return _FORMATTER.vformat(catalogues.text(message.key), (), filled)
        counted = {"count": self._formats[language].count(message.count)} | filled
        return _FORMATTER.vformat(catalogues.plural(message.key, float(message.count)), (), counted)


@lru_cache
def translator() -> Translator:
    """The translator of the program's own catalogues, one per process."""
    return Translator()
