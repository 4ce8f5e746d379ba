"""Which columns of `ops` hold something about a person, and what becomes of them when that person is erased.

A test fails on a column that nobody has classified. Everything else of a person is what they wrote into campaigns at
Meta, which is the advertiser's.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Literal
from urllib.parse import quote

# delete: the row goes; replace: another text takes its place; pseudonym: a random id that means nothing once the
# address is gone, kept as evidence of who decided (LGPD art. 16, I; five years).
Treatment = Literal["delete", "replace", "pseudonym"]

OF_USERS: Mapping[str, Mapping[str, Treatment]] = {
    "users": {
        "user_id": "pseudonym",
        "email": "replace",
        "name": "replace",
        "password_hash": "replace",
        "totp_secret": "replace",
        "slack_id": "replace",
    },
    "account_grants": {"user_id": "delete"},
    "sessions": {"user_id": "delete"},
    "refresh_tokens": {"user_id": "delete"},
    "api_keys": {"user_id": "delete", "name": "delete"},
    "login_links": {"user_id": "delete"},
    "recovery_codes": {"user_id": "delete"},
    "preferences": {"user_id": "delete"},
    "column_sets": {"user_id": "delete"},
    "conversations": {"user_id": "delete", "question": "delete"},
    "idempotency_keys": {"user_id": "delete"},
    "report_requests": {"user_id": "delete", "reason": "delete"},
    "report_links": {"made_by": "pseudonym"},
    "report_templates": {"set_by": "pseudonym"},
    "reports": {"approved_by": "pseudonym"},
    "deliveries": {"recipient": "replace"},
    "unsubscribed": {"address_digest": "pseudonym"},
    "decisions": {"user_id": "pseudonym", "reason": "pseudonym"},
    "suggestions": {"decided_by": "pseudonym", "decision_reason": "pseudonym"},
    # Under keyed pseudonyms; without the key, which is deleted, nobody can tell whose they are.
    "audit_log": {"actor": "pseudonym", "subject": "pseudonym", "details": "pseudonym"},
    "audit_keys": {"person": "delete", "key_encrypted": "delete", "key_plain": "delete"},
    "audit_originals": {"actor": "replace", "subject": "replace", "details": "replace"},
    "delivery_problems": {"acknowledged_by": "pseudonym"},
    "mutes": {"made_by": "pseudonym", "reason": "pseudonym"},
    "collect_requests": {"asked_by": "pseudonym"},
    "targets": {"set_by": "pseudonym"},
    "client_grants": {"user_id": "delete"},
    "clients": {"set_by": "pseudonym"},
    "client_versions": {"set_by": "pseudonym"},
    "client_budgets": {"set_by": "pseudonym"},
    "tax_settings": {"set_by": "pseudonym"},
    "order_sources": {"set_by": "pseudonym"},
    "naming_rules": {"set_by": "pseudonym"},
    "feedback": {"user_id": "pseudonym"},
    "chat_synonyms": {"set_by": "pseudonym"},
    # A question without names, amounts and whoever asked it: no row of it is one person's.
    "chat_misses": {"question": "pseudonym"},
    "chat_verified_questions": {"set_by": "pseudonym"},
    "consents": {"user_id": "delete"},
    "deletion_requests": {"subject_hash": "pseudonym"},
}
# Views over tables that are classified.
VIEWS = frozenset({"hit_rates", "user_accounts", "naming_of_accounts"})
# Columns about the person to talk to at a client's, who has no login: they go when the client is removed, or set
# without a contact; the history of the client does not have them.
OF_CONTACTS: Mapping[str, frozenset[str]] = {
    "clients": frozenset({"contact_name", "contact_email", "contact_phone", "channels"}),
}
# Tables in which no column is about a person.
OF_NOBODY = frozenset(
    {
        *("collect_runs", "alerts", "api_quotas", "request_strategies", "api_warnings", "tokens", "account_tokens"),
        *("token_checks", "incidents", "job_outcomes", "rule_hits", "webhook_receipts", "table_changes"),
        *("client_accounts", "client_logos", "tax_periods", "creative_pictures", "campaign_goals"),
        # Of an order only what, when, how much and from which link; of a click id a hash. Nothing about the buyer.
        *("orders", "order_refunds", "order_coverage", "order_source_accounts", "link_checks"),
    }
)
# Columns whose names promise a person; each has to be classified above.
TELLING = frozenset(
    {
        *(
            "user_id",
            "email",
            "recipient",
            "actor",
            "person",
            "decided_by",
            "approved_by",
            "made_by",
            "acknowledged_by",
            "asked_by",
            "set_by",
            "slack_id",
            "subject_hash",
        ),
        *("question", "reason", "decision_reason", "password_hash", "totp_secret"),
    }
)
# Columns of such a name that hold facts about a campaign or one of the program's own words, written by the program.
OF_THE_PROGRAM = frozenset({("suggestions", "reason"), ("chat_misses", "reason")})
# What lies in FBADS_HOME, for its owner alone, and what of a person may stand in it.
FILES: Mapping[str, str] = {
    "postgres": "the database: the tables above",
    "dagster": "Dagster's settings and what runs printed; whom an error names is replaced there",
    "logs": "of the processes: user ids in lines about changes, no address, no secret",
    "outbox": "messages of the dry run, with the address of whoever would have received them",
    "exports": "reports; a person only in a comment of a manager's; files that name whom is erased are deleted",
    "erasures.jsonl": "ids of erased persons, which name nobody: erased again after a backup was restored",
    "analyst.password": "a secret of this home",
    "jwt.secret": "a secret of this home",
    "local.secret": "a secret of this home",
    "up.lock": "which process runs",
    "demo-anchor": "the demo's day",
    "dbt": "dbt's compiled models; no person",
}


@dataclass(frozen=True)
class RetentionRule:
    """Rows of a table of `ops` that go once their instant is older than that; where there is none, they stay.

    replaced: the column that becomes `forgotten-` and the row's key, while the row stays.
    """

    table: str
    instant: str
    kept: timedelta
    replaced: str | None = None
    key: str | None = None


# What people write themselves, and may name somebody in.
FREE_TEXT: Mapping[str, tuple[str, ...]] = {
    "decisions": ("reason",),
    "suggestions": ("decision_reason",),
    "mutes": ("reason",),
    "report_requests": ("reason",),
    "reports": ("comment",),
    "report_links": ("name",),
    "clients": ("contact_name",),
    "api_keys": ("name",),
}
# Where a name of a single word is replaced; one of several stands for nobody else, and is replaced in every text.
WORDS_OF_A_FULL_NAME = 2


def is_full_name(name: str) -> bool:
    """Whether the name can stand for that person alone, and not for a campaign or a word."""
    return len(name.split()) >= WORDS_OF_A_FULL_NAME


def spellings(text: str) -> tuple[str, ...]:
    """How a text may stand in a database or a file: in capitals, decomposed, in JSON, in an address, in a page."""
    cases = (text, text.lower(), text.upper(), text.title())
    written = (
        one for case in cases for one in (unicodedata.normalize("NFC", case), unicodedata.normalize("NFD", case))
    )
    encoded = ((one, json.dumps(one)[1:-1], quote(one, safe=""), escape(one)) for one in written)
    return tuple(dict.fromkeys(one for several in encoded for one in several))


def squeezed(text: str) -> str:
    """A text to look for somebody in, or who is looked for: without the spaces and breaks that lines of a page put
    between letters, in small letters, however they are composed."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


# The audit log is a chain of hashes and stays whole: it holds keyed pseudonyms, no address and no name.
RETENTION: tuple[RetentionRule, ...] = (
    RetentionRule("sessions", "expires_at", timedelta(days=90)),
    RetentionRule("refresh_tokens", "expires_at", timedelta(days=90)),
    RetentionRule("login_links", "expires_at", timedelta(days=90)),
    RetentionRule("api_keys", "expires_at", timedelta(days=365)),
    RetentionRule("conversations", "at", timedelta(days=30)),
    RetentionRule("chat_misses", "at", timedelta(days=90)),
    RetentionRule("idempotency_keys", "made_at", timedelta(days=30)),
    RetentionRule("report_requests", "asked_at", timedelta(days=365)),
    RetentionRule("report_links", "expires_at", timedelta(days=365)),
    RetentionRule("deliveries", "settled_at", timedelta(days=180), replaced="recipient", key="delivery_id"),
    RetentionRule("deletion_requests", "asked_at", timedelta(days=5 * 365)),
)
