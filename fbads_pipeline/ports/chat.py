"""What the services ask of the chat. Adapters implement these; the fakes of the tests do too."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.chat.coverage import AnswerCoverage, CoveredFigures
from fbads_pipeline.domain.chat.memory import ConversationHead, Exchange
from fbads_pipeline.domain.chat.plan import Dimension, Level, Plan, Understanding
from fbads_pipeline.domain.chat.result import ChatAccount, Query, Result
from fbads_pipeline.domain.chat.taught import Synonym, SynonymVersion
from fbads_pipeline.domain.chat.understanding.entities import ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext
from fbads_pipeline.domain.chat.verified import Miss, MissReason, VerifiedQuestion
from fbads_pipeline.domain.delivery.funds import MoneyFacts
from fbads_pipeline.domain.delivery.problems import StoredProblem


class ChatDatabase(Protocol):
    """Where the chat reads."""

    def reading(self) -> AbstractContextManager["ChatFigures"]:
        """What one answer reads, to be closed after it."""


class ChatFigures(Protocol):
    """What one answer may read. Every result is limited to the accounts that are given."""

    def pause(self) -> None:
        """Hold nothing of the database until the next question to it."""

    def accounts(self, account_ids: Sequence[str] | None, *, now: datetime) -> list[ChatAccount]:
        """The user's accounts, each with its local today; None means every account."""

    def names(self, accounts: Sequence[ChatAccount]) -> tuple[ObjectNames, tuple[str, ...]]:
        """What may be named, and which breakdowns are collected."""

    def name_dimensions(self, accounts: Sequence[ChatAccount]) -> tuple[str, ...]:
        """The dimensions that some campaign of the accounts has in its name."""

    def first_day(self, accounts: Sequence[ChatAccount]) -> date | None:
        """The first day that was read of any of the accounts."""

    def figures(self, plan: Plan, accounts: Sequence[ChatAccount], level: Level | None = None) -> CoveredFigures:
        """The rows of a plan, and how far its days are read at their level: the highest that has them, or `level`."""

    def run_figures(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """The rows of a plan whose days are read in another way than day by day."""

    def averages(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """The mean of the plan's metric over its groups, one row per account and currency."""

    def coverage(self, plan: Plan, accounts: Sequence[ChatAccount], level: Level) -> AnswerCoverage:
        """How far the days of a plan are read at one level."""

    def hour_days(self, plan: Plan, accounts: Sequence[ChatAccount], asked: int) -> Result:
        """How many of the plan's days were read hour by hour, per account; asked: how many days they have in all."""

    def clocks(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result:
        """Until which minutes of its day each account was read, of the plan's day and of what it is compared with."""

    def contributions(self, plan: Plan, dimension: Dimension, accounts: Sequence[ChatAccount]) -> Result: ...

    def edits(self, plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Result: ...

    def actors(self, plan: Plan, accounts: Sequence[ChatAccount], first: date, last: date) -> Result: ...

    def listed(self, plan: Plan, accounts: Sequence[ChatAccount]) -> Result: ...

    def run(self, query: Query) -> Result:
        """A query once more, with the parameters that it had."""


class Conversations(Protocol):
    """The chat's memory per user and session: plans, not words."""

    def last_plan(self, user_id: str, session_id: str, *, now: datetime) -> Plan | None: ...

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
    ) -> None: ...

    def query(self, user_id: str, query_id: str) -> Query | None:
        """A query that answered this user; None for one that answered nobody, or somebody else."""

    def sessions(self, user_id: str, *, now: datetime, most: int) -> list[ConversationHead]:
        """The user's conversations that are kept, the newest first."""

    def exchanges(self, user_id: str, session_id: str, *, now: datetime) -> list[Exchange]:
        """The latest exchanges of one of them, the oldest first; none of somebody else's."""


class ChatVocabulary(Protocol):
    """What a team taught: synonyms in versions, questions without an answer, verified questions."""

    def synonyms(self) -> Sequence[Synonym]:
        """Those that hold now, whoever taught them."""

    def versions(self, most: int) -> list[SynonymVersion]:
        """Every change, the newest first."""

    def version(self, version: int) -> SynonymVersion | None: ...

    def before(self, version: int) -> Synonym | None:
        """What the phrase of that change stood for before it."""

    def set(self, phrase: str, synonym: Synonym | None, *, actor: str, now: datetime) -> int: ...

    def keep_miss(
        self, user_id: str, text: str, words: str, *, reason: MissReason, kind: str, language: str, now: datetime
    ) -> None: ...

    def misses(self) -> list[Miss]: ...

    def verified(self) -> list[VerifiedQuestion]: ...

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
    ) -> int: ...


class DetectorLearning(Protocol):
    """From when on accounts are watched."""

    def learning(self, account_ids: Collection[str] | None = None) -> list[AccountLearning]:
        """How many days each kind of detector knows of these accounts."""


class AccountMoneyReader(Protocol):
    """Money that is left. money_statement: the query of the readings that it comes from."""

    money_statement: str

    def money(self, accounts: frozenset[str] | None, *, now: datetime) -> list[MoneyFacts]:
        """The newest reading of each account's money."""


class LanguagePlanner(Protocol):
    """A model that turns a question into a plan. It sees placeholders for names, and never a figure."""

    def plan(self, question: str, context: PlanningContext) -> Understanding | None:
        """None where it fails, takes too long, or says nothing usable: the grammar's answer stands."""


class OpenProblems(Protocol):
    """What keeps ads from delivering: rejections, issues, balances that end. listed_statement: its query."""

    listed_statement: str

    def listed(self, accounts: frozenset[str] | None, *, ended_since: datetime) -> list[StoredProblem]:
        """Those that are open, and those that ended since; the gravest first."""
