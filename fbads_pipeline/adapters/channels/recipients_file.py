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
    reports: [weekly, executive]
```
"""

import re
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fbads_pipeline.adapters.yaml_lines import Entry, Wrong, account_ids, entries, one_of, read_text
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.reports.report import KINDS

_ADDRESSES: Mapping[str, tuple[str, str]] = {
    "slack": (r"[CGDU][A-Z0-9]{1,20}", "a Slack channel id such as C0123456789"),
    "email": (r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+", "an e-mail address"),
    "whatsapp": (r"\+[1-9][0-9]{7,14}", "a number with its country such as +5511999999999"),
    "n8n": (r".{0,100}", "a name for the webhook"),
    "dry_run": (r".{0,100}", "a name"),
}
_KEYS = (
    "name",
    "channel",
    "address",
    "language",
    "timezone",
    "quiet",
    "severity",
    "accounts",
    "digest",
    "opt_in",
    "reports",
)
_SEVERITIES = ("info", "warning", "critical")


def read_recipients(path: Path) -> list[Recipient]:
    """The recipients in the file; raises SettingsError with file, line and what to change."""
    return parse_recipients(read_text(path, "FBADS_RECIPIENTS"), path.name)


def parse_recipients(text: str, name: str) -> list[Recipient]:
    """As `read_recipients`; name: how the file is called in a sentence."""
    made: list[Recipient] = []
    seen: dict[tuple[str, str], int] = {}
    for entry in entries(text, name, under="recipients", keys=_KEYS, kind="a recipient"):
        one = _recipient(entry)
        key = (one.channel, one.address)
        if key in seen:
            raise entry.error(f"{one.channel} {one.address} stands on line {seen[key]} already")
        seen[key] = entry.line
        made.append(one)
    return made


def _recipient(entry: Entry) -> Recipient:
    channel = entry.of("channel", lambda value: one_of(value, tuple(_ADDRESSES)), required=True)
    address = entry.of("address", lambda value: _address(value, channel), required=channel not in ("n8n", "dry_run"))
    opted_in_on = entry.of("opt_in", _day)
    if channel == "whatsapp" and opted_in_on is None:
        raise entry.error("WhatsApp needs opt_in, the day on which that person agreed")
    digest = entry.of("digest", lambda value: value if isinstance(value, bool) else _moment(value))
    reports = entry.of("reports", _reports)
    zone, quiet = entry.of("timezone", _zone), entry.of("quiet", _hours)
    if zone is None and (quiet or isinstance(digest, time)):
        raise entry.error("quiet hours and a digest's time need a timezone")
    return Recipient(
        channel=channel,
        address=address or channel,
        name=entry.of("name", str) or "",
        language=entry.of("language", lambda value: one_of(value, ("pt", "en"))) or "pt",
        timezone=zone or "UTC",
        quiet=quiet,
        least_severity=entry.of("severity", lambda value: one_of(value, _SEVERITIES)) or "info",
        accounts=entry.of("accounts", account_ids) or frozenset(),
        digest_at=digest if isinstance(digest, time) else None,
        receives_digest=digest is not False,
        opted_in_on=opted_in_on,
        **{} if reports is None else {"reports": reports},
    )


def _address(value: Any, channel: str) -> str:
    pattern, form = _ADDRESSES[channel]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise Wrong(f"{value!r} is not {form}")
    return value


def _reports(value: Any) -> frozenset[str]:
    """Kinds of reports; an empty list for none."""
    return frozenset(one_of(one, KINDS) for one in (value if isinstance(value, list) else [value]))


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, KeyError):
        raise Wrong(f"{value!r} is no time zone such as America/Sao_Paulo") from None


def _hours(value: Any) -> tuple[time, time]:
    first, dash, last = str(value).partition("-")
    if not dash or first.strip() == last.strip():
        raise Wrong(f'{value!r} is not two times such as "22:00-07:00"')
    return _moment(first.strip()), _moment(last.strip())


def _moment(value: Any) -> time:
    # YAML 1.1 reads an unquoted 22:30 as a number of base sixty.
    text = f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) and 0 <= value < 1440 else str(value)
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise Wrong(f'{value!r} is no time such as "08:30"')
    return time.fromisoformat(text)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
