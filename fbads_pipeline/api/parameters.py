"""Parameters that several routes share, and the opaque cursors of their pages."""

import base64
import binascii
import json
from typing import Annotated, Any

from fastapi import Path, Query

from fbads_pipeline.api.errors import ApiError

Limit = Annotated[int, Query(ge=1, le=500, description="Rows of a page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]
AccountId = Annotated[str | None, Query(pattern=r"^[0-9]{1,32}$", description="Digits, without `act_`.")]
CampaignId = Annotated[str, Path(pattern=r"^[0-9]{1,32}$", description="Digits.")]


def to_cursor(*values: str) -> str:
    """An opaque cursor that says after which row to go on."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def from_cursor(cursor: str, length: int) -> list[str]:
    """The values of a cursor; raises ApiError 400 for one that we did not make."""
    try:
        values: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != length or not all(map(_is_plain, values)):
        raise ApiError(400, "unusable_cursor", "unusable_cursor", hint="restart_list")
    return values


def _is_plain(value: object) -> bool:
    """Text that PostgreSQL takes: no NUL, no half of a surrogate pair."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)
