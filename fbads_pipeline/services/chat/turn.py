"""One question under way: what was read for it so far, and what it becomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fbads_pipeline.domain.chat.answers.figures import filters
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.coverage import AnswerCoverage
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Citation, Result
from fbads_pipeline.domain.chat.understanding.tags import Lexicon
from fbads_pipeline.domain.chat.understanding.taxes import Money
from fbads_pipeline.domain.collection.levels import LEVELS, Level
from fbads_pipeline.domain.core.messages import Value
from fbads_pipeline.ports.calendar import EventsBetween
from fbads_pipeline.ports.chat import (
    AccountMoneyReader,
    ChatDatabase,
    ChatFigures,
    ChatVocabulary,
    Conversations,
    DetectorLearning,
    LanguagePlanner,
    OpenProblems,
)
from fbads_pipeline.ports.core import Translator

Outcome = Literal["answered", "asked", "refused"]


@dataclass(frozen=True)
class ChatUser:
    """Who asks. account_ids: the accounts that this user may see; None means all."""

    user_id: str
    account_ids: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ChartSpec:
    """What to draw: one point per row of a table; series are its value columns."""

    kind: Literal["line", "bar"]
    x: str
    series: tuple[str, ...]
    table: int


@dataclass(frozen=True)
class Answer:
    """What the user gets. text: in the language of the question; tables: the results that it was made of.

    coverage: how far the days that it is about are read; None of an answer about no days.
    """

    outcome: Outcome
    kind: str
    text: str
    language: str
    choices: tuple[str, ...] = ()
    tables: tuple[Result, ...] = ()
    citations: tuple[Citation, ...] = ()
    chart: ChartSpec | None = None
    plan: Plan | None = None
    coverage: AnswerCoverage | None = None


@dataclass(frozen=True)
class Chat:
    """Everything that answering needs, put together once.

    attribution: the windows that conversions are counted in; learning: what the detectors know of each account;
    money: what is left of balances and limits; money_of: whether
    a user counts in spend or in cost where a question does not say; levels: those at which insights are collected;
    taught: what the team taught, None for nothing; problems: what keeps ads from delivering.
    """

    database: ChatDatabase
    catalogue: Catalogue
    lexicon: Lexicon
    translator: Translator
    conversations: Conversations | None = None
    model: LanguagePlanner | None = None
    calendar: EventsBetween | None = None
    attribution: tuple[str, ...] = ()
    learning: DetectorLearning | None = None
    money: AccountMoneyReader | None = None
    money_of: Callable[[str], Money] = lambda user_id: "spend"
    levels: tuple[Level, ...] = LEVELS
    taught: ChatVocabulary | None = None
    problems: OpenProblems | None = None


@dataclass
class Turn:
    """One question under way: what was read for it so far.

    coverage: of the days that the answer is about; of several queries that which lacks days; is_by_model: whether a
    model, not the grammar, read the question; left_behind: limits of the session that it does not have; visible: every
    account of the user, also where the answer is about some of them.
    """

    chat: Chat
    figures: ChatFigures
    language: str
    accounts: Sequence[ChatAccount]
    tables: list[Result] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    coverage: AnswerCoverage | None = None
    is_by_model: bool = False
    left_behind: tuple[Value, ...] = ()
    visible: Sequence[ChatAccount] = ()

    def __post_init__(self) -> None:
        self.visible = self.visible or self.accounts

    def render(self, value: Value) -> str:
        """The value in the language of the answer."""
        return self.chat.translator.render(value, self.language)

    def covered_by(self, coverage: AnswerCoverage) -> None:
        """Remember how far the days of one query are read."""
        if self.coverage is None or self.coverage.is_complete:
            self.coverage = coverage

    def cite(self, plan: Plan, result: Result) -> Result:
        """The result, which from now on belongs to the answer."""
        self.tables.append(result)
        self.citations.append(_citation(plan, result, self))
        return result


def _citation(plan: Plan, result: Result, turn: Turn) -> Citation:
    days: dict[str, Any] = {}
    for period, names in (
        (plan.period, ("first_day", "last_day")),
        (plan.compare, ("compared_first_day", "compared_last_day")),
    ):
        if period is not None:
            each = [resolve(period, one.today) for one in turn.accounts]
            days |= dict(zip(names, (min(first for first, _ in each), max(last for _, last in each)), strict=True))
    catalogue = turn.chat.catalogue
    metrics = {name: catalogue[name].expression for name in plan.metrics if name in catalogue}
    return Citation(
        query_id=result.query.query_id,
        sql=result.query.sql,
        parameters=result.query.parameters,
        source=result.query.source,
        metrics=metrics,
        filters=tuple(turn.render(one) for one in filters(plan, catalogue)),
        timezones=tuple(sorted({one.timezone_name for one in turn.accounts})),
        currencies=tuple(sorted({str(row["currency"]) for row in result.rows if row.get("currency")})),
        attribution=turn.chat.attribution,
        as_of=result.as_of,
        is_provisional=result.is_provisional,
        rows=len(result.rows),
        groups=result.groups,
        is_truncated=result.is_truncated,
        **days,
    )
