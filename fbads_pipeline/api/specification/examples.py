"""The OpenAPI document, completed: what each field means, an example of every body, and how to show who one is."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Json = Any
_DEPTH = 8
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key (`POST /api/v1/me/keys`, or `fbads users`), or an access token.",
}
# For fields whose name says nothing: the first that the field's pattern takes.
_TEXTS = ("text", "42", "9f86d081884c7d65", "9f86d081884c7d659f86d081884c7d65", "BRL", "#2457a6", "q_9f86d081884c7d65")
_FORMATS = {
    "date": "2026-11-26",
    "date-time": "2026-11-26T15:00:00Z",
    "time": "08:00:00",
    "email": "ana@agencia.example",
    "uri": "https://loja.example/verao",
    "binary": "",
    "password": "a long phrase of your own",
}


def completed(document: Mapping[str, Json]) -> dict[str, Json]:
    """The same with descriptions and examples where it has none."""
    schemas = document.get("components", {}).get("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            _describe(name, field)
    for operation in operations(document):
        _drop_unused(operation)
        for parameter in operation.get("parameters", ()):
            _describe(parameter["name"], parameter)
        for media in bodies(operation):
            if "example" not in media and "examples" not in media:
                media["example"] = example_of(media.get("schema", {}), schemas)
        if "401" in operation["responses"]:
            operation["security"] = [{"key": []}]
    done = dict(document)
    done["components"] = {**document.get("components", {}), "securitySchemes": {"key": _KEY}}
    return done


def _drop_unused(operation: Json) -> None:
    """FastAPI documents 422 wherever there are parameters: those that are not usable are 400 here."""
    if "HTTPValidationError" in str(operation["responses"].get("422")):
        del operation["responses"]["422"]


def operations(document: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """Each operation of the document."""
    for methods in document["paths"].values():
        yield from methods.values()


def bodies(operation: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """What an operation takes, and what it answers when all is well."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield from response.get("content", {}).values()


def example_of(schema: Mapping[str, Json], schemas: Mapping[str, Json], name: str = "", depth: int = 0) -> Json:
    """A value that the schema takes, as the field of that name usually looks."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth + 1)
    known = _known(schema, name)
    if known is not None:
        return known
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return _of_several(schema[key], schemas, name, depth)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _object(schema, schemas, depth)
    if "prefixItems" in schema:
        return [example_of(one, schemas, "", depth + 1) for one in schema["prefixItems"]]
    if kind == "array":
        items, least = schema.get("items", {}), schema.get("minItems", 0)
        return [example_of(items, schemas, name, depth + 1)] if depth < _DEPTH or least else []
    return _plain(schema, kind)


def _known(schema: Mapping[str, Json], name: str) -> Json:
    """What the schema itself, or the list of fields, gives as an example; None for nothing."""
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    listed = fields().get(name)
    return listed[1] if listed is not None and listed[1] is not None and fits(listed[1], schema) else None


def _of_several(options: list[Json], schemas: Mapping[str, Json], name: str, depth: int) -> Json:
    some = [one for one in options if one.get("type") != "null"]
    return None if not some or depth >= _DEPTH else example_of(some[0], schemas, name, depth + 1)


def _object(schema: Mapping[str, Json], schemas: Mapping[str, Json], depth: int) -> Json:
    needed = schema.get("required", ())
    return {
        name: example_of(field, schemas, name, depth + 1)
        for name, field in schema.get("properties", {}).items()
        if depth < _DEPTH or name in needed
    }


def _plain(schema: Mapping[str, Json], kind: Json) -> Json:
    if kind in ("integer", "number"):
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else 1)
        return int(least) if kind == "integer" else float(least)
    if kind == "boolean":
        return False
    if kind == "string":
        text = _FORMATS.get(schema.get("format", ""))
        return text if text is not None else next((one for one in _TEXTS if fits(one, schema)), "")
    return None if kind == "null" else {}


def fits(value: Json, schema: Mapping[str, Json]) -> bool:
    """Whether a listed example is one of a plain field: its kind, its length, its pattern."""
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return value in schema.get("enum", [schema.get("const")])
    match schema.get("type"):
        case "string":
            return isinstance(value, str) and _is_text(value, schema)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and _is_within(value, schema)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and _is_within(value, schema)
        case "array":
            items = schema.get("items", {})
            return (
                isinstance(value, list)
                and "$ref" not in items
                and all(fits(one, items) for one in value)
                and bool(value)
            )
    return False


def _is_text(value: str, schema: Mapping[str, Json]) -> bool:
    form = schema.get("format")
    if form in ("date", "date-time"):
        length = len(_FORMATS[form])
        return len(value) == length and value[:4].isdigit()
    is_long_enough = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    return is_long_enough and form in (None, *_FORMATS) and bool(re.search(schema.get("pattern", ""), value))


def _is_within(value: float, schema: Mapping[str, Json]) -> bool:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    above = schema.get("exclusiveMinimum", value - 1)
    return bool(least <= value <= most and value > above)


def _describe(name: str, field: dict[str, Json]) -> None:
    listed = fields().get(name)
    if listed is not None and not field.get("description"):
        field["description"] = listed[0]


@cache
def fields() -> Mapping[str, tuple[str, Json]]:
    """Field → what it means, and an example."""
    text = files(__package__).joinpath("fields.yml").read_text(encoding="utf-8")
    return {name: (meaning, example) for name, (meaning, example) in yaml.safe_load(text).items()}
