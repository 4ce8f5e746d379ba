"""Mutes: what is not announced for a while, because a person asked for that."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(days=90)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Mute:
    """campaign_id: None for the whole account; rule: None for every one, else `anomalies`, `suggestions`, a kind of
    anomaly (`spend_spike`), its metric (`ctr`) or a rule of suggestions (`cpa_above`)."""

    account_id: str
    until: datetime
    campaign_id: str | None = None
    rule: str | None = None
    reason: str | None = None


def duration(text: str) -> timedelta:
    """The length of 30m, 12h or 3d; raises ValueError with a sentence for anything else and for more than 90 days."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", text.strip())
    if not found:
        raise ValueError(f"{text!r} is no time such as 30m, 12h or 3d")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if length > LONGEST:
        raise ValueError("a mute lasts at most 90 days: what is never wanted is set in FBADS_RECIPIENTS")
    return length
