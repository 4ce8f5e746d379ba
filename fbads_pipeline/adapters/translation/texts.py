"""Stored messages in JSON and rows as texts: `reason` becomes `reason_pt`, `reason_en`, … one per catalogue.

What other programs read (REST, webhooks) has a field per language, whoever the reader is.
"""

from collections.abc import Mapping
from typing import Any

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.messages import from_json


def texts_of(name: str, stored: Any) -> dict[str, str | None]:
    """`<name>_<language>` → the stored message; None for each where nothing is stored."""
    value = None if stored is None else from_json(stored)
    return {
        f"{name}_{code}": None if value is None else translator().render(value, code) for code in translator().languages
    }


def with_texts(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The row, with the texts of the stored messages of those names beside them."""
    return dict(row) | {key: text for name in names for key, text in texts_of(name, row[name]).items()}


def rendered(stored: Any, language: str | None = None) -> Any:
    """The same JSON with texts for its messages and lists of messages: `<name>_<language>` for every language, and
    `<name>` itself in `language` where that is given."""
    if isinstance(stored, Mapping):
        return {key: text for name, part in stored.items() for key, text in _rendered(name, part, language).items()}
    return [rendered(one, language) for one in stored] if isinstance(stored, list | tuple) else stored


def _rendered(name: str, part: Any, language: str | None) -> dict[str, Any]:
    if _is_message(part):
        texts: dict[str, Any] = dict(texts_of(name, part))
    elif isinstance(part, list | tuple) and part and all(map(_is_message, part)):
        values = [from_json(one) for one in part]
        texts = {
            f"{name}_{code}": [translator().render(one, code) for one in values] for code in translator().languages
        }
    else:
        return {name: rendered(part, language)}
    return texts if language is None else {name: texts[f"{name}_{language}"], **texts}


def _is_message(part: Any) -> bool:
    if not isinstance(part, Mapping):
        return False
    try:
        from_json(part)
    except ValueError:
        return False
    return True
