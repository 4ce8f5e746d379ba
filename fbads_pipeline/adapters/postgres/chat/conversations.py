"""The chat's memory: the plans of a session, and the queries behind each answer; questions only encrypted."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.chat.memory import REMEMBERED_EXCHANGES, ConversationHead, Exchange, oldest_kept
from fbads_pipeline.domain.chat.plan import Plan, from_json, to_json
from fbads_pipeline.domain.chat.result import Query, ResultColumn
from fbads_pipeline.settings import SettingsError

_SQL = Statements(__package__, "conversations.sql")


class PostgresConversations:
    """Implements the port Conversations."""

    def __init__(self, owner: sa.Engine, cipher: Cipher | None) -> None:
        self._owner, self._cipher = owner, cipher

    def last_plan(self, user_id: str, session_id: str, *, now: datetime) -> Plan | None:
        """The plan of the latest of the last ten exchanges that has one."""
        values = {"user_id": user_id, "session_id": session_id, "remembered": REMEMBERED_EXCHANGES}
        values["oldest"] = oldest_kept(now)
        with reading(self._owner) as connection:
            plans = connection.execute(_SQL["last_plans"], values).scalars().all()
        return next((from_json(plan) for plan in plans if plan), None)

    def keep(
        self,
        user_id: str,
        session_id: str,
        *,
        question: str,
        plan: Plan | None,
        outcome: str,
        queries: Sequence[Query],
        now: datetime,
    ) -> None:
        """Write one exchange; what is older than 30 days goes."""
        values = {
            "user_id": user_id,
            "session_id": session_id,
            "plan": json.dumps(to_json(plan)) if plan else None,
            "outcome": outcome,
            "queries": json.dumps([_written(query) for query in queries]),
            "question": self._cipher.encrypt(question) if self._cipher else None,
            "at": now,
        }
        with self._owner.begin() as connection:
            connection.execute(_SQL["forget_older"], {"oldest": oldest_kept(now)})
            connection.execute(_SQL["lock_session"], {"user_id": user_id, "session_id": session_id})
            connection.execute(_SQL["keep"], values)

    def query(self, user_id: str, query_id: str) -> Query | None:
        """A query that answered this user, ready to be run again."""
        wanted = json.dumps([{"query_id": query_id}])
        with reading(self._owner) as connection:
            values = {"user_id": user_id, "wanted": wanted, "query_id": query_id}
            found = connection.execute(_SQL["query"], values).scalar()
        return _read(found) if found else None

    def sessions(self, user_id: str, *, now: datetime, most: int) -> list[ConversationHead]:
        """The user's conversations of the last thirty days, the newest first."""
        values = {"user_id": user_id, "oldest": oldest_kept(now), "most": most}
        with reading(self._owner) as connection:
            rows = connection.execute(_SQL["sessions"], values).all()
        return [
            ConversationHead(row.session_id, row.newest_at, row.exchanges, self._opened(row.question)) for row in rows
        ]

    def exchanges(self, user_id: str, session_id: str, *, now: datetime) -> list[Exchange]:
        """The latest exchanges of a conversation, the oldest first."""
        values = {"user_id": user_id, "session_id": session_id, "most": REMEMBERED_EXCHANGES}
        with reading(self._owner) as connection:
            rows = connection.execute(_SQL["exchanges"], {**values, "oldest": oldest_kept(now)}).all()
        return [
            Exchange(self._opened(row.question), from_json(row.plan) if row.plan else None, row.outcome, row.at)
            for row in rows
        ]

    def _opened(self, question: memoryview | bytes | None) -> str | None:
        """None where it was not kept, or no key opens it any more."""
        if question is None or self._cipher is None:
            return None
        try:
            return self._cipher.decrypt(bytes(question), name="question")
        except SettingsError:
            return None

    def forget(self, user_id: str) -> int:
        """Erase everything that a user asked; returns how many exchanges there were."""
        with self._owner.begin() as connection:
            erased = connection.execute(_SQL["forget_user"], {"user_id": user_id})
        return int(erased.rowcount)


def _written(query: Query) -> Mapping[str, Any]:
    parameters = {name: _plain(value) for name, value in query.parameters.items()}
    columns = [vars(column) for column in query.columns]
    return {
        "query_id": query.query_id,
        "sql": query.sql,
        "parameters": parameters,
        "columns": columns,
        "source": query.source,
    }


def _read(kept: Mapping[str, Any]) -> Query:
    parameters = {name: _typed(value) for name, value in kept["parameters"].items()}
    return Query(kept["sql"], parameters, tuple(ResultColumn(**one) for one in kept["columns"]), kept["source"])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _typed(value: Any) -> Any:
    if isinstance(value, list):
        return [_typed(one) for one in value]
    if isinstance(value, dict):
        return date.fromisoformat(value["date"]) if "date" in value else Decimal(value["decimal"])
    return value
