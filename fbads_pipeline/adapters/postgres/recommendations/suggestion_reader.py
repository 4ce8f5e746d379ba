"""Suggestions as people and programs read them."""

from datetime import datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, Row, bound, rows_of
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.adapters.translation.texts import texts_of, with_texts

SQL = Statements(__package__, "suggestion_reader.sql")


class SuggestionReader:
    """Suggestions, and campaigns that are only observed."""

    def __init__(self, owner: sa.Engine) -> None:
        self._owner = owner

    def suggestions(
        self,
        *,
        status: str | None,
        account_id: str | None,
        accounts: Accounts,
        after: tuple[datetime, str] | None,
        limit: int,
        suggestion_id: str | None = None,
        by_rank: bool = False,
        ranked_to: int | None = None,
        skipped: int = 0,
        has_texts: bool = True,
    ) -> list[Row]:
        """The newest first; by_rank: by account, the greatest gain first. accounts: that the caller sees; ranked_to: of
        each account only its first ones; skipped: so many of the list's beginning are left out; has_texts:
        whether the messages come as texts in every language, too."""
        values = {
            "accounts": bound(accounts),
            "suggestion_id": suggestion_id,
            "status": status,
            "account_id": account_id,
            "after_at": after[0] if after else None,
            "after_id": after[1] if after else None,
            "most": limit,
            "by_rank": by_rank,
            "ranked_to": ranked_to,
            "skipped": skipped,
        }
        rows = rows_of(self._owner, SQL["suggestions"], values)
        return [_suggestion(row, has_texts=has_texts) for row in rows]

    def decided_before(self, suggestion_id: str) -> Row | None:
        """The last other one of the same object that a person decided, with its outcome. For whoever sees the one that
        is named."""
        found = rows_of(self._owner, SQL["decided_before"], {"suggestion_id": suggestion_id})
        return found[0] if found else None

    def counts(self, accounts: Accounts, account_id: str | None) -> dict[str, int]:
        """Status → how many there are; those without any are left out."""
        values = {"accounts": bound(accounts), "account_id": account_id}
        return {row["status"]: int(row["suggestions"]) for row in rows_of(self._owner, SQL["counts"], values)}

    def by_account(self, *, status: str, account_id: str | None, accounts: Accounts) -> dict[str, int]:
        """Account → how many it has of that status; those without any are left out."""
        values = {"accounts": bound(accounts), "account_id": account_id, "status": status}
        return {row["account_id"]: int(row["suggestions"]) for row in rows_of(self._owner, SQL["by_account"], values)}

    def held_back(self, accounts: Accounts, account_id: str | None) -> int:
        """Open suggestions that wait their turn."""
        values = {"accounts": bound(accounts), "account_id": account_id}
        return int(rows_of(self._owner, SQL["held_back"], values)[0]["held_back"])

    def hit_rate(self, accounts: Accounts, account_id: str | None) -> tuple[int, int]:
        """Accepted suggestions that were judged, and those of them whose interval was right."""
        (row,) = rows_of(self._owner, SQL["hit_rate"], {"accounts": bound(accounts), "account_id": account_id})
        return int(row["judged"]), int(row["hits"])

    def observations(
        self, *, account_id: str | None, accounts: Accounts, after: tuple[str, str] | None, limit: int
    ) -> list[Row]:
        """Of the last review, ordered by account and campaign. accounts: that the caller sees."""
        values = {
            "accounts": bound(accounts),
            "account_id": account_id,
            "after_account": after[0] if after else None,
            "after_campaign": after[1] if after else None,
            "most": limit,
        }
        return [with_texts(row, "reason") for row in rows_of(self._owner, SQL["observations"], values)]


def _suggestion(row: Row, *, has_texts: bool) -> Row:
    """With the texts of its messages. decision_reason: a person's, or in English why it could not be applied or why a
    review superseded it."""
    stored = row["failure"] or row["closing"]
    system = None if stored is None else texts_of("reason", stored)["reason_en"]
    shown = with_texts(row, "reason", "note") if has_texts else dict(row)
    return shown | {"decision_reason": system or row["decision_reason"]}
