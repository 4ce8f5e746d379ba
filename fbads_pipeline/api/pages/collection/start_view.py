"""The first steps as plain texts for the template."""

from collections.abc import Sequence
from typing import Any

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.collection.collect_requests import ReadingProgress
from fbads_pipeline.domain.collection.tokens import ENVIRONMENT, TokenEntry
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.formatting import plain_line, plain_name


def token_rows(has_environment: bool, stored: Sequence[TokenEntry], t: Localizer) -> list[dict[str, str]]:
    """Each token with what Meta last said of it."""
    given = [{"name": ENVIRONMENT, "state": t("pages.start.token_of_environment"), "tone": "good"}]
    return [*(given if has_environment else []), *(_token(one, t) for one in stored)]


def _token(one: TokenEntry, t: Localizer) -> dict[str, str]:
    facts = None if one.last_check is None else one.last_check.facts
    if facts is None:
        return {"name": one.name, "state": t("pages.start.token_unchecked"), "tone": ""}
    if not facts.is_valid:
        return {"name": one.name, "state": t("pages.start.token_refused", reason=facts.error or "–"), "tone": "bad"}
    ends = facts.ends_at
    until = t("pages.start.token_until", day=t.formats.day(ends.date())) if ends else t("pages.start.token_lasting")
    return {"name": one.name, "state": until, "tone": "good"}


def progress_rows(asked: Sequence[ReadingProgress], t: Localizer) -> list[dict[str, Any]]:
    """How far each account is read."""
    return [
        {
            "name": plain_name(one.name, one.account_id),
            "read": one.read,
            "days": one.days,
            "is_done": one.is_done,
            "text": t("pages.start.read_days", read=str(one.read), days=str(one.days))
            if one.is_taken or one.read
            else t("pages.start.waits"),
        }
        for one in asked
    ]


def account_choices(found: Sequence[Account], configured: Sequence[str], t: Localizer) -> list[dict[str, Any]]:
    """By name; chosen are all, or those of FBADS_ACCOUNT_IDS. One that cannot be read says why."""
    rows = [
        {
            "account_id": one.account_id,
            "name": plain_name(one.name, one.account_id),
            "about": " · ".join(part for part in (one.account_id, one.currency, one.timezone_name) if part),
            "fault": plain_line(one.fault) if one.fault else "",
            "is_chosen": one.fault is None and (not configured or one.account_id in configured),
        }
        for one in found
    ]
    return sorted(rows, key=lambda row: str(row["name"]).casefold())


def channel_rows(recipients: Sequence[Recipient], t: Localizer) -> list[dict[str, str]]:
    """Whom alerts reach; the dry run says that it sends nothing."""
    return [
        {
            "name": t("pages.start.dry_run") if one.channel == "dry_run" else one.channel,
            "to": "" if one.channel == "dry_run" else plain_line(one.address),
        }
        for one in recipients
    ]
