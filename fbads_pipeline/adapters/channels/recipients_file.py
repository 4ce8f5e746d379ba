"""The file of recipients (FBADS_RECIPIENTS): who receives what, where, in which language and when not.

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
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_validator

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.adapters.yaml_models import (
    Wrong,
    YamlEntry,
    account_ids,
    check_one_of,
    line_error,
    one_of,
    read_entries,
    read_text,
)
from fbads_pipeline.domain.alerts.alerts import Severity
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.reports.report import KINDS

_ADDRESSES: Mapping[str, tuple[str, str]] = {
    "slack": (r"[CGDU][A-Z0-9]{1,20}", "a Slack channel id such as C0123456789"),
    "email": (r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+", "an e-mail address"),
    "whatsapp": (r"\+[1-9][0-9]{7,14}", "a number with its country such as +5511999999999"),
    "n8n": (r".{0,100}", "a name for the webhook"),
    "telegram": (r"-?\d{1,20}|@\w{5,32}", "a chat's id such as -1001234567890, or @name of a channel"),
    "teams": (r".{0,100}", "a name for the workflow"),
    "google_chat": (r".{0,100}", "a name for the space"),
    "dry_run": (r".{0,100}", "a name"),
}
_WITHOUT_ADDRESS = ("n8n", "teams", "google_chat", "dry_run")


def read_recipients(path: Path) -> list[Recipient]:
    """The recipients in the file; raises SettingsError with file, line and what to change."""
    return parse_recipients(read_text(path, "FBADS_RECIPIENTS"), path.name)


def parse_recipients(text: str, name: str) -> list[Recipient]:
    """As `read_recipients`; name: how the file is called in a sentence."""
    made: list[Recipient] = []
    seen: dict[tuple[str, str], int] = {}
    for line, entry in read_entries(text, name, _RecipientEntry, under="recipients", kind="a recipient"):
        one = entry.recipient()
        key = (one.channel, one.address)
        if key in seen:
            raise line_error(name, line, f"{one.channel} {one.address} is on line {seen[key]} already")
        seen[key] = line
        made.append(one)
    return made


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


def _kinds(value: Any) -> frozenset[str]:
    """Kinds of reports; an empty list for none."""
    return frozenset(check_one_of(one, KINDS) for one in (value if isinstance(value, list) else [value]))


class _RecipientEntry(YamlEntry):
    channel: Annotated[str, one_of(lambda: _ADDRESSES)]
    address: str | None = None
    name: Annotated[str, BeforeValidator(str)] = ""
    language: Annotated[str, one_of(lambda: translator().languages)] = "pt"
    timezone: Annotated[str, BeforeValidator(_zone)] | None = None
    quiet: Annotated[tuple[time, time], BeforeValidator(_hours)] | None = None
    severity: Annotated[Severity, one_of(lambda: ("info", "warning", "critical"))] = "info"
    accounts: Annotated[frozenset[str], BeforeValidator(account_ids)] = frozenset()
    digest: Annotated[
        bool | time, BeforeValidator(lambda value: value if isinstance(value, bool) else _moment(value))
    ] = True
    opt_in: date | None = None
    reports: Annotated[frozenset[str], BeforeValidator(_kinds)] = frozenset(KINDS)

    @field_validator("address", mode="before")
    @classmethod
    def _is_of_channel(cls, value: Any, info: ValidationInfo) -> str:
        pattern, form = _ADDRESSES[info.data.get("channel", "dry_run")]
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Wrong(f"{value!r} is not {form}")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.address is None and self.channel not in _WITHOUT_ADDRESS:
            raise Wrong("address is missing")
        if self.channel == "whatsapp" and self.opt_in is None:
            raise Wrong("WhatsApp needs opt_in, the day on which that person agreed")
        if self.timezone is None and (self.quiet or isinstance(self.digest, time)):
            raise Wrong("quiet hours and a digest's time need a timezone")
        return self

    def recipient(self) -> Recipient:
        return Recipient(
            channel=self.channel,
            address=self.address or self.channel,
            name=self.name,
            language=self.language,
            timezone=self.timezone or "UTC",
            quiet=self.quiet,
            least_severity=self.severity,
            accounts=self.accounts,
            digest_at=self.digest if isinstance(self.digest, time) else None,
            receives_digest=self.digest is not False,
            opted_in_on=self.opt_in,
            reports=self.reports,
        )
