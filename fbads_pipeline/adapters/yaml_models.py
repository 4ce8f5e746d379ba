"""YAML files that people write, read into pydantic models: every error is one sentence with the file's name and the
line to correct."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from fbads_pipeline.settings import SettingsError


class Wrong(ValueError):
    """What is wrong with a value, without where."""


class YamlEntry(BaseModel):
    """One item of a list. Its validators raise Wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Entry = TypeVar("Entry", bound=YamlEntry)


def one_of(known: Callable[[], Collection[str]]) -> BeforeValidator:
    """A field that accepts the known texts."""
    return BeforeValidator(lambda value: check_one_of(value, known()))


def check_one_of(value: Any, known: Collection[str]) -> str:
    """The value, where it is known; raises Wrong."""
    if not isinstance(value, str) or value not in known:
        raise Wrong(f"{value!r} is none of {', '.join(known)}")
    return value


def account_ids(value: Any) -> frozenset[str]:
    """One id or a list of them, with or without act_; raises Wrong."""
    ids = [str(one).removeprefix("act_") for one in (value if isinstance(value, list | frozenset) else [value])]
    for one in ids:
        if not (one.isascii() and one.isdigit()):
            raise Wrong(f"{one!r} is not an ad account id: digits, with or without act_")
    return frozenset(ids)


def read_text(path: Path, setting: str) -> str:
    """The file's text; raises SettingsError that names the setting."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "it is no UTF-8 text"
        raise SettingsError(f"{setting}: {path} cannot be read: {reason}") from None


def read_entries(
    text: str, name: str, model: type[Entry], *, under: str, kind: str, context: object = None
) -> list[tuple[int, Entry]]:
    """Line and model of each item of the list `under:`. name: of the file; kind: what an item is called in a sentence;
    context: what the model's validators get as `info.context`. Raises SettingsError."""
    root = _composed(text, name)
    nodes: list[yaml.Node] = []
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == under and isinstance(value, yaml.SequenceNode):
                nodes = list(value.value)
    if not nodes:
        raise SettingsError(f"{name} line 1: begin with `{under}:` and list at least one below it")
    return [(node.start_mark.line + 1, _validated(node, name, model, kind, context)) for node in nodes]


def line_error(name: str, line: int, reason: str) -> SettingsError:
    """That sentence about that line."""
    return SettingsError(f"{name} line {line}: {reason}")


def _validated(node: yaml.Node, name: str, model: type[Entry], kind: str, context: object) -> Entry:
    line, keys = node.start_mark.line + 1, sorted(model.model_fields)
    if not isinstance(node, yaml.MappingNode):
        raise line_error(name, line, f"{kind} is a list of keys: {', '.join(keys)}")
    given: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        if key.value not in keys:
            raise line_error(name, key.start_mark.line + 1, f"{key.value!r} is none of {', '.join(keys)}")
        lines[key.value] = value.start_mark.line + 1
        try:
            given[key.value] = yaml.SafeLoader("").construct_object(value, deep=True)
        except (yaml.YAMLError, ValueError):
            raise line_error(name, lines[key.value], f"{key.value}: this value cannot be read") from None
    try:
        return model.model_validate({key: one for key, one in given.items() if one is not None}, context=context)
    except ValidationError as wrong:
        raise _first_error(wrong.errors(), name, line, lines) from None


def _first_error(errors: list[ErrorDetails], name: str, line: int, lines: Mapping[str, int]) -> SettingsError:
    """The first error as a sentence at the line of its key; of the whole item at the item's first line."""
    error = errors[0]
    key = str(error["loc"][0]) if error["loc"] else None
    if error["type"] == "missing":
        return line_error(name, line, f"{key} is missing")
    fault = error.get("ctx", {}).get("error")
    reason = str(fault) if isinstance(fault, Wrong) else f"{error['input']!r} is not usable"
    return line_error(name, line if key is None else lines[key], reason if key is None else f"{key}: {reason}")


def _composed(text: str, name: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise line_error(name, line, f"this is no YAML: {wrong.problem or wrong.context}") from None
    except yaml.YAMLError:
        raise line_error(name, 1, "this is no YAML") from None
