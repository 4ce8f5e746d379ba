"""The file of recipients (FBADS_RECIPIENTS): who hears what, where, in which language and when not.

```yaml
recipients:
  - name: Ana
    channel: email
    address: ana@agencia.com.br
    language: pt
    timezone: America/Sao_Paulo
    quiet: "22:00-07:00"
    severity: warning
    accounts: ["1234567890"]
    digest: "08:30"
```
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from fbads_pipeline.domain.routing import Recipient
from fbads_pipeline.settings import SettingsError

_ADDRESSES: Mapping[str, tuple[str, str]] = {
    "slack": (r"[CGDU][A-Z0-9]{1,20}", "a Slack channel id such as C0123456789"),
    "email": (r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.?[^@\s<>,;:\"]*", "an e-mail address"),
    "whatsapp": (r"\+[1-9][0-9]{7,14}", "a number with its country such as +5511999999999"),
    "n8n": (r".{0,100}", "a name for the webhook"),
    "dry_run": (r".{0,100}", "a name"),
}
_KEYS = frozenset(
    {"name", "channel", "address", "language", "timezone", "quiet", "severity", "accounts", "digest", "opt_in"}
)
_SEVERITIES = ("info", "warning", "critical")


class _Wrong(ValueError):
    """What is wrong, without where."""


def read_recipients(path: Path) -> list[Recipient]:
    """The recipients in the file; raises SettingsError with file, line and what to change."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "it is no UTF-8 text"
        raise SettingsError(f"FBADS_RECIPIENTS: {path} cannot be read: {reason}") from None
    return parse_recipients(text, path.name)


def parse_recipients(text: str, name: str) -> list[Recipient]:
    """As `read_recipients`; name: how the file is called in a sentence."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise SettingsError(f"{name} line {line}: this is no YAML: {wrong.problem or wrong.context}") from None
    except yaml.YAMLError:
        raise SettingsError(f"{name} line 1: this is no YAML") from None
    entries = _entries(root, name)
    made = [_recipient(node, name) for node in entries]
    seen: dict[tuple[str, str], int] = {}
    for one, node in zip(made, entries, strict=True):
        key, line = (one.channel, one.address), node.start_mark.line + 1
        if key in seen:
            raise SettingsError(f"{name} line {line}: {one.channel} {one.address} stands on line {seen[key]} already")
        seen[key] = line
    return made


def _entries(root: yaml.Node | None, name: str) -> list[yaml.Node]:
    """The items under `recipients:`."""
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == "recipients" and isinstance(value, yaml.SequenceNode) and value.value:
                return list(value.value)
    raise SettingsError(f"{name} line 1: begin with `recipients:` and list at least one below it")


def _recipient(node: yaml.Node, name: str) -> Recipient:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError(f"{name} line {line}: a recipient has a channel and an address")
    given: dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in _KEYS:
            known = ", ".join(sorted(_KEYS))
            raise SettingsError(f"{name} line {key.start_mark.line + 1}: {key.value!r} is none of {known}")
        given[key.value] = (yaml.SafeLoader("").construct_object(value, deep=True), value.start_mark.line + 1)
    read = _Reader(given, name, line)
    channel = read.of("channel", _channel, required=True)
    address = read.of("address", lambda value: _address(value, channel), required=channel not in ("n8n", "dry_run"))
    opted_in_on = read.of("opt_in", _day)
    if channel == "whatsapp" and opted_in_on is None:
        raise SettingsError(f"{name} line {line}: WhatsApp needs opt_in, the day on which that person agreed")
    digest = read.of("digest", lambda value: value if isinstance(value, bool) else _moment(value))
    zone, quiet = read.of("timezone", _zone), read.of("quiet", _hours)
    if zone is None and (quiet or isinstance(digest, time)):
        raise SettingsError(f"{name} line {line}: quiet hours and a digest's time need a timezone")
    return Recipient(
        channel=channel,
        address=address or channel,
        name=read.of("name", str) or "",
        language=read.of("language", lambda value: _one_of(value, ("pt", "en"))) or "pt",
        timezone=zone or "UTC",
        quiet=quiet,
        least_severity=read.of("severity", lambda value: _one_of(value, _SEVERITIES)) or "info",
        accounts=read.of("accounts", _accounts) or frozenset(),
        digest_at=digest if isinstance(digest, time) else None,
        hears_digest=digest is not False,
        opted_in_on=opted_in_on,
    )


class _Reader:
    """One recipient's keys, each with its line."""

    def __init__(self, given: Mapping[str, tuple[Any, int]], name: str, line: int) -> None:
        self._given, self._name, self._line = given, name, line

    def of(self, key: str, read: Callable[[Any], Any], *, required: bool = False) -> Any:
        """The value as `read` makes it; None where it is not given."""
        value, line = self._given.get(key, (None, self._line))
        if value is None:
            if required:
                raise SettingsError(f"{self._name} line {self._line}: {key} is missing")
            return None
        try:
            return read(value)
        except (_Wrong, ValueError, KeyError, OSError) as wrong:
            reason = str(wrong) if isinstance(wrong, _Wrong) else f"{value!r} is not usable"
            raise SettingsError(f"{self._name} line {line}: {key}: {reason}") from None


def _channel(value: Any) -> str:
    return _one_of(value, tuple(_ADDRESSES))


def _one_of(value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise _Wrong(f"{value!r} is none of {', '.join(known)}")
    return str(value)


def _address(value: Any, channel: str) -> str:
    pattern, form = _ADDRESSES[channel]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise _Wrong(f"{value!r} is not {form}")
    return value


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, KeyError):
        raise _Wrong(f"{value!r} is no time zone such as America/Sao_Paulo") from None


def _hours(value: Any) -> tuple[time, time]:
    first, dash, last = str(value).partition("-")
    if not dash or first.strip() == last.strip():
        raise _Wrong(f'{value!r} is not two times such as "22:00-07:00"')
    return _moment(first.strip()), _moment(last.strip())


def _moment(value: Any) -> time:
    # YAML 1.1 reads an unquoted 22:30 as a number of base sixty.
    text = f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) and 0 <= value < 1440 else str(value)
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise _Wrong(f'{value!r} is no time such as "08:30"')
    return time.fromisoformat(text)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _accounts(value: Any) -> frozenset[str]:
    ids = [str(one).removeprefix("act_") for one in (value if isinstance(value, list) else [value])]
    for one in ids:
        if not one.isdigit():
            raise _Wrong(f"{one!r} is not an ad account id: digits, with or without act_")
    return frozenset(ids)
