"""What a team taught the chat, what it could not answer, and which questions are verified."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.identity import audit
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.chat.plan import Plan, from_json, to_json
from fbads_pipeline.domain.chat.taught import Synonym, SynonymVersion
from fbads_pipeline.domain.chat.verified import Miss, MissReason, VerifiedQuestion
from fbads_pipeline.settings import SettingsError

_SQL = Statements(__package__, "vocabulary.sql")
_MOST_MISSES = 2000


class PostgresChatVocabulary:
    """Implements the port ChatVocabulary. Without a key nothing is kept of questions."""

    def __init__(self, owner: sa.Engine, cipher: Cipher | None) -> None:
        self._owner, self._cipher = owner, cipher
        self._known: tuple[int, tuple[Synonym, ...]] = (-1, ())

    def synonyms(self) -> tuple[Synonym, ...]:
        """Those that hold now; read anew once somebody changed one, in whatever process."""
        with reading(self._owner) as connection:
            newest = int(connection.execute(_SQL["newest"]).scalar() or 0)
            if newest != self._known[0]:
                rows = connection.execute(_SQL["current"]).mappings().all()
                kept = [_version(row).synonym for row in rows]
                self._known = (newest, tuple(one for one in kept if one is not None))
        return self._known[1]

    def versions(self, most: int) -> list[SynonymVersion]:
        """What was taught and taken back, the newest first."""
        with reading(self._owner) as connection:
            return [_version(row) for row in connection.execute(_SQL["versions"], {"most": most}).mappings()]

    def version(self, version: int) -> SynonymVersion | None:
        """One change; None where there is none."""
        with reading(self._owner) as connection:
            row = connection.execute(_SQL["version"], {"version": version}).mappings().first()
        return None if row is None else _version(row)

    def before(self, version: int) -> Synonym | None:
        """What the phrase of that change stood for before it."""
        with reading(self._owner) as connection:
            row = connection.execute(_SQL["one_before"], {"version": version}).mappings().first()
            phrase = connection.execute(_SQL["version"], {"version": version}).mappings().one()["phrase"]
        return None if row is None or row["kind"] is None else Synonym(phrase, **row)

    def set(self, phrase: str, synonym: Synonym | None, *, actor: str, now: datetime) -> int:
        """A new version of what the phrase stands for; None: nothing any more. Its number."""
        means = {"kind": None, "meaning": None, "account_id": ""} if synonym is None else _means(synonym)
        with self._owner.begin() as connection:
            values = {"phrase": phrase, **means, "actor": actor, "now": now}
            version = int(connection.execute(_SQL["set"], values).scalar_one())
            action = "chat.synonym_removed" if synonym is None else "chat.synonym_set"
            audit.append(connection, at=now, actor=actor, action=action, subject=str(version), details=means)
        return version

    def keep_miss(
        self, user_id: str, text: str, words: str, *, reason: MissReason, kind: str, language: str, now: datetime
    ) -> None:
        """A question without names and amounts, encrypted; nothing without a key, or where its user refuses it."""
        if self._cipher is None:
            return
        question = self._cipher.encrypt(json.dumps({"text": text, "words": words}))
        values = {"user_id": user_id, "reason": reason, "kind": kind, "language": language, "now": now}
        with self._owner.begin() as connection:
            connection.execute(_SQL["keep_miss"], values | {"question": question})

    def misses(self) -> list[Miss]:
        """The newest ones that a key still opens."""
        with reading(self._owner) as connection:
            rows = connection.execute(_SQL["misses"], {"most": _MOST_MISSES}).mappings().all()
        opened = [(row, self._opened(row["question"])) for row in rows]
        return [
            Miss(kept["text"], kept["words"], row["reason"], row["kind"], row["language"], row["at"])
            for row, kept in opened
            if kept is not None
        ]

    def verified(self) -> list[VerifiedQuestion]:
        """Those that hold now, by their texts."""
        with reading(self._owner) as connection:
            rows = connection.execute(_SQL["verified"]).mappings().all()
        return [_verified(row) for row in rows if row["plan"] is not None]

    def set_verified(
        self,
        asked: str,
        plan: Plan | None,
        *,
        account_ids: tuple[str, ...] | None,
        language: str,
        as_of: datetime,
        actor: str,
        now: datetime,
    ) -> int:
        """Keep the plan of a question, or take it back (None). The number of the version."""
        values = {
            "asked": asked,
            "plan": None if plan is None else json.dumps(to_json(plan)),
            "account_ids": None if account_ids is None else list(account_ids),
            "language": language,
            "as_of": as_of,
            "actor": actor,
            "now": now,
        }
        with self._owner.begin() as connection:
            version = int(connection.execute(_SQL["set_verified"], values).scalar_one())
            action = "chat.question_unverified" if plan is None else "chat.question_verified"
            audit.append(connection, at=now, actor=actor, action=action, subject=str(version), details={})
        return version

    def _opened(self, question: memoryview | bytes) -> Mapping[str, str] | None:
        if self._cipher is None:
            return None
        try:
            found: Mapping[str, str] = json.loads(self._cipher.decrypt(bytes(question), name="question"))
        except SettingsError:
            return None
        return found


def _means(synonym: Synonym) -> dict[str, Any]:
    return {"kind": synonym.kind, "meaning": synonym.meaning, "account_id": synonym.account_id}


def _version(row: Mapping[Any, Any]) -> SynonymVersion:
    made = None
    if row["kind"] is not None:
        made = Synonym(row["phrase"], row["kind"], row["meaning"], row["account_id"])
    return SynonymVersion(row["version"], row["phrase"], made, row["set_by"], row["set_at"])


def _verified(row: Mapping[Any, Any]) -> VerifiedQuestion:
    accounts = None if row["account_ids"] is None else tuple(row["account_ids"])
    kept = {name: row[name] for name in ("version", "asked", "language", "as_of", "set_by", "set_at")}
    return VerifiedQuestion(plan=from_json(row["plan"]), account_ids=accounts, **kept)
