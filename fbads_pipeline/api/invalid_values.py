"""What is wrong with a value of a request: pydantic's kinds of errors as messages of the catalogue."""

from collections.abc import Mapping
from typing import Any

from fbads_pipeline.domain.core.messages import Message, message

_OWN = frozenset(
    {
        *("missing", "extra_forbidden", "string_pattern_mismatch", "string_too_long", "string_too_short"),
        *("greater_than_equal", "less_than_equal", "greater_than", "literal_error", "too_long", "too_short"),
        *("json_invalid", "unknown_language", "account_id_form"),
    }
)
_NUMBER = "number"
# Kinds that read alike to a person.
_ALIKE = {
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size", "finite_number"), _NUMBER),
    **dict.fromkeys(("decimal_parsing", "decimal_type", "decimal_max_digits", "decimal_max_places"), _NUMBER),
    **dict.fromkeys(("decimal_whole_digits", "float_parsing", "float_type"), _NUMBER),
    **dict.fromkeys(("date_from_datetime_parsing", "date_from_datetime_inexact", "date_parsing", "date_type"), "day"),
    **dict.fromkeys(("datetime_parsing", "datetime_from_date_parsing", "datetime_type"), "instant"),
    **dict.fromkeys(("time_parsing", "time_type"), "time"),
    **dict.fromkeys(("string_type", "string_unicode"), "text"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "boolean"),
    **dict.fromkeys(("model_attributes_type", "model_type", "dict_type"), "object"),
    "list_type": "list",
}


def invalid_value(error: Mapping[str, Any]) -> Message:
    """The message of one entry of `ValidationError.errors()`."""
    kind = error["type"]
    if kind == "time_zone":
        return message("api.time_zone")
    if kind in _OWN:
        return Message(f"api.invalid.{kind}", {name: _listed(value) for name, value in error.get("ctx", {}).items()})
    return message(f"api.invalid.{_ALIKE.get(kind, 'other')}")


def _listed(value: object) -> str:
    """pydantic joins choices in English: 'a', 'b' or 'c'."""
    return str(value).replace("' or '", "', '").replace("'", "")
