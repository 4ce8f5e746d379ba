"""YAML files that people write: every error is one sentence with the file's name and the line to change."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from fbads_pipeline.domain.core.accounts import InvalidAccountId, parse_account_id
from fbads_pipeline.settings import SettingsError


class Wrong(ValueError):
    """What is wrong with a value, without where."""


class Entry:
    """One item of a list: its keys, each with its line."""

    def __init__(self, given: Mapping[str, tuple[Any, int]], name: str, line: int) -> None:
        self._given, self._name, self.line = given, name, line

    def of(self, key: str, read: Callable[[Any], Any], *, required: bool = False) -> Any:
        """The value as `read` makes it; None where it is not given. `read` raises Wrong, or what its parsing raises."""
        value, line = self._given.get(key, (None, self.line))
        if value is None:
            if required:
                raise self.error(f"{key} is missing")
            return None
        try:
            return read(value)
        except (Wrong, ValueError, KeyError, ArithmeticError, OSError) as wrong:
            reason = str(wrong) if isinstance(wrong, Wrong) else f"{value!r} is not usable"
            raise SettingsError(f"{self._name} line {line}: {key}: {reason}") from None

    def error(self, reason: str) -> SettingsError:
        """That sentence, at the line where the item begins."""
        return SettingsError(f"{self._name} line {self.line}: {reason}")

    def __contains__(self, key: str) -> bool:
        return key in self._given


def read_text(path: Path, setting: str) -> str:
    """The file's text; raises SettingsError that names the setting."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "it is no UTF-8 text"
        raise SettingsError(f"{setting}: {path} cannot be read: {reason}") from None


def entries(text: str, name: str, *, under: str, keys: Collection[str], kind: str) -> list[Entry]:
    """The items of the list `under:`, whose keys are among those. name: of the file; kind: what an item is called."""
    root = _composed(text, name)
    found: list[yaml.Node] = []
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == under and isinstance(value, yaml.SequenceNode):
                found = list(value.value)
    if not found:
        raise SettingsError(f"{name} line 1: begin with `{under}:` and list at least one below it")
    return [_entry(node, name, keys, kind) for node in found]


def one_of(value: Any, known: Collection[str]) -> str:
    """The value, where it is known; raises Wrong."""
    if not isinstance(value, str) or value not in known:
        raise Wrong(f"{value!r} is none of {', '.join(known)}")
    return value


def account_ids(value: Any) -> frozenset[str]:
    """One id or a list of them, with or without act_; raises Wrong."""
    try:
        return frozenset(parse_account_id(one) for one in (value if isinstance(value, list) else [value]))
    except InvalidAccountId as wrong:
        raise Wrong(str(wrong)) from None


def _composed(text: str, name: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise SettingsError(f"{name} line {line}: this is no YAML: {wrong.problem or wrong.context}") from None
    except yaml.YAMLError:
        raise SettingsError(f"{name} line 1: this is no YAML") from None


def _entry(node: yaml.Node, name: str, keys: Collection[str], kind: str) -> Entry:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError(f"{name} line {line}: {kind} is a list of keys: {', '.join(sorted(keys))}")
    given: dict[str, tuple[Any, int]] = {}
    for key, value in node.value:
        if key.value not in keys:
            known = ", ".join(sorted(keys))
            raise SettingsError(f"{name} line {key.start_mark.line + 1}: {key.value!r} is none of {known}")
        at = value.start_mark.line + 1
        try:
            given[key.value] = (yaml.SafeLoader("").construct_object(value, deep=True), at)
        except (yaml.YAMLError, ValueError):
            raise SettingsError(f"{name} line {at}: {key.value}: this value cannot be read") from None
    return Entry(given, name, line)
