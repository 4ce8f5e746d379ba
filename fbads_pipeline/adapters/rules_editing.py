"""The file of users' own rules, changed by a program: what stands in it stays as it is written, comments too."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from fbads_pipeline.adapters.rules_file import parse_rules
from fbads_pipeline.domain.alerts.rules import UserRule
from fbads_pipeline.settings import SettingsError

# In the home, where FBADS_RULES names no other.
RULES_FILE = "rules.yml"
_EMPTY = "rules:\n"


class RuleFile:
    """A rule file. units: metric → unit. Every change is read as the program reads it before it is kept: a rule that
    is wrong raises SettingsError, and the file stays as it was."""

    def __init__(self, path: Path, units: Mapping[str, str]) -> None:
        self._path, self._units = path.expanduser(), units

    def rules(self) -> list[UserRule]:
        """In the order of the file; none where there is no file, or no rule in it."""
        text = self._text()
        return [] if not _items(text) else parse_rules(text, self._path.name, self._units)

    def given(self, key: str) -> dict[str, object] | None:
        """The keys of that rule as the file has them; None where there is none."""
        keys, items = [one.key for one in self.rules()], _items(self._text())
        return None if key not in keys else dict(yaml.safe_load(yaml.serialize(items[keys.index(key)])))

    def with_rule(self, given: Mapping[str, object], key: str = "") -> UserRule:
        """The rule as it would stand in the file, in the place of that key where one is named; nothing is kept."""
        number = self._number(key) if key else -1
        text = self._text()
        return self._parsed(_changed(text, number, given) if key else _added(text, given))[number]

    def change(self, key: str, given: Mapping[str, object]) -> UserRule:
        """Write other keys in the place of that rule's: raises KeyError where there is none."""
        with self._locked():
            number, text = self._number(key), self._text()
            text = _changed(text, number, given)
            rules = self._parsed(text)
            self._write(text)
        return rules[number]

    def add(self, given: Mapping[str, object]) -> UserRule:
        """Add a rule at the end. given: its keys as the file has them."""
        with self._locked():
            text = _added(self._text(), given)
            rules = self._parsed(text)
            self._write(text)
        return rules[-1]

    def remove(self, key: str) -> bool:
        """Take the rule of that key away; False where there is none."""
        with self._locked():
            text = self._text()
            kept = _without(text, [one.key for one in self.rules()], key)
            if kept is None:
                return False
            if _items(kept):
                self._parsed(kept)
            self._write(kept)
        return True

    def _number(self, key: str) -> int:
        keys = [one.key for one in self.rules()]
        if key not in keys:
            raise KeyError(key)
        return keys.index(key)

    def _parsed(self, text: str) -> list[UserRule]:
        return parse_rules(text, self._path.name, self._units)

    def _text(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return _EMPTY
        except (OSError, UnicodeDecodeError) as fault:
            reason = getattr(fault, "strerror", None) or "it is no UTF-8 text"
            raise SettingsError(f"{self._path} cannot be read: {reason}") from None

    def _write(self, text: str) -> None:
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            fresh.write_text(text, encoding="utf-8")
            if self._path.exists():
                fresh.chmod(self._path.stat().st_mode & 0o777)
            fresh.replace(self._path)
        except OSError as fault:
            raise SettingsError(f"{self._path} cannot be written: {fault.strerror}") from None
        finally:
            fresh.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two people may change it at once: one after the other."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as fault:
            raise SettingsError(f"{self._path} cannot be written: {fault.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _items(text: str) -> list[yaml.Node]:
    """The nodes of the rules."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return [yaml.ScalarNode("", "")]
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == "rules" and isinstance(value, yaml.SequenceNode):
                return list(value.value)
    return []


def _added(text: str, given: Mapping[str, object]) -> str:
    items = _items(text)
    indent = items[-1].start_mark.column - 2 if items else 2
    return text.rstrip("\n") + "\n" + "".join(_written(given, indent))


def _written(given: Mapping[str, object], indent: int) -> list[str]:
    lines = yaml.safe_dump([dict(given)], allow_unicode=True, sort_keys=False, width=1000).splitlines()
    return [f"{' ' * max(indent, 0)}{line}\n" for line in lines]


def _changed(text: str, number: int, given: Mapping[str, object]) -> str:
    """The text with other lines for that rule; comments between it and the next stay."""
    items, lines = _items(text), text.splitlines(keepends=True)
    first = items[number].start_mark.line
    last = items[number + 1].start_mark.line if number + 1 < len(items) else len(lines)
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return "".join([*lines[:first], *_written(given, items[number].start_mark.column - 2), *lines[last:]])


def _without(text: str, keys: list[str], key: str) -> str | None:
    """The text without the lines of that rule; None where there is none."""
    if key not in keys:
        return None
    number, items, lines = keys.index(key), _items(text), text.splitlines(keepends=True)
    first = items[number].start_mark.line
    last = items[number + 1].start_mark.line if number + 1 < len(items) else len(lines)
    return "".join([*lines[:first], *lines[last:]])
