"""One cell of a result as people read it. Every number that an answer shows passes through here."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import Dimension
from fbads_pipeline.domain.chat.result import Column
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language

_NOTHING = {
    "conversions": ("sem conversões", "no conversions"),
    "clicks": ("sem cliques", "no clicks"),
    "impressions": ("sem impressões", "no impressions"),
    "spend": ("sem investimento", "no spend"),
    "purchases": ("sem compras", "no purchases"),
}
_WEEKDAYS = {
    "pt": ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_GENDERS = {
    "pt": {"female": "mulheres", "male": "homens", "unknown": "gênero desconhecido"},
    "en": {"female": "women", "male": "men", "unknown": "unknown gender"},
}


def cell(column: Column, row: Mapping[str, Any], language: Language, catalogue: Catalogue) -> str:
    """The value of a figure's column in the row's currency; words where a ratio has nothing to divide by."""
    value = row.get(column.name)
    if value is None:
        return _nothing(column, language, catalogue)
    number = Decimal(str(value))
    if column.unit == "money":
        return words.money(number, str(row.get("currency") or ""), language)
    if column.role == "change_ratio" or (column.unit == "ratio" and column.metric != "roas"):
        return words.percent(number, language)
    return words.count(number, language)


def signed(column: Column, row: Mapping[str, Any], language: Language, catalogue: Catalogue) -> str:
    """A change with its sign; of a rate in percentage points."""
    text = cell(column, row, language, catalogue)
    value = row.get(column.name)
    if column.role == "change" and column.unit == "ratio" and column.metric != "roas":
        text = text.removesuffix("%") + ("p.p." if language == "pt" else "pp")
    return f"+{text}" if value is not None and value > 0 else text


def group(dimension: Dimension, row: Mapping[str, Any], language: Language) -> str:
    """What a row is about: a name on one line, a day, a weekday, a part of a breakdown."""
    value = row.get(dimension)
    if f"{dimension}_name" in row:
        return words.plain_name(row[f"{dimension}_name"], instead=str(value))
    if value is None:
        return "desconhecido" if language == "pt" else "unknown"
    if dimension == "weekday":
        return _WEEKDAYS[language][int(value) - 1]
    if dimension == "gender":
        return _GENDERS[language].get(str(value), words.plain_line(str(value)))
    if isinstance(value, date):
        shown = words.day(value, language)
        if dimension == "month":
            return f"{value:%m/%Y}" if language == "pt" else f"{value:%Y-%m}"
        if dimension == "week":
            return f"semana de {shown}" if language == "pt" else f"week of {shown}"
        return shown
    return words.plain_line(str(value))


def _nothing(column: Column, language: Language, catalogue: Catalogue) -> str:
    metric = catalogue[column.metric] if column.metric and column.metric in catalogue else None
    if metric is not None and metric.is_ratio and column.role in ("value", "before"):
        missing = _NOTHING.get(metric.columns[1])
        if missing:
            return missing[0 if language == "pt" else 1]
    if column.role in ("change", "change_ratio"):
        return "sem comparação" if language == "pt" else "nothing to compare"
    return "sem dados" if language == "pt" else "no data"
