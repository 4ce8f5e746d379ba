"""A question about the user's ads → an answer whose every number comes from a query that it cites."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from fbads_pipeline.domain.chat.answers import replies
from fbads_pipeline.domain.chat.answers.explanations import explanation_answer
from fbads_pipeline.domain.chat.answers.figures import figures_answer, filters
from fbads_pipeline.domain.chat.answers.lists import list_answer
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import LEVELS, TIMES, Clarification, Plan, Refusal, Understanding
from fbads_pipeline.domain.chat.result import ChatAccount, Citation, Result
from fbads_pipeline.domain.chat.understanding import grammar
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext
from fbads_pipeline.domain.chat.understanding.language import detect
from fbads_pipeline.domain.chat.understanding.normalise import is_too_long, normalise
from fbads_pipeline.domain.chat.understanding.tags import Lexicon
from fbads_pipeline.domain.chat.validator import validate
from fbads_pipeline.domain.core.messages import Day, Joined, Value, lines
from fbads_pipeline.ports.calendar import EventsBetween
from fbads_pipeline.ports.chat import ChatFigures, Conversations, LanguagePlanner
from fbads_pipeline.ports.core import Translator

Outcome = Literal["answered", "asked", "refused"]
_CONTRIBUTIONS, _ANOMALIES, _EVENTS, _EVENTS_PER_ACCOUNT = 5, 3, 5, 3
# A ratio moves with these; each is a ratio of sums of its own.
_DRIVERS = {
    "cpa": ("cpc", "conversion_rate"),
    "roas": ("average_order_value", "conversion_rate", "cpc"),
    "cpc": ("cpm", "ctr"),
    "spend": ("impressions", "cpm"),
    "conversions": ("clicks", "conversion_rate"),
    "purchases": ("clicks", "conversion_rate"),
    "purchase_value": ("purchases", "average_order_value"),
    "clicks": ("impressions", "ctr"),
}


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
    """What the user gets. text: in the language of the question; tables: the results that it was made of."""

    outcome: Outcome
    kind: str
    text: str
    language: str
    choices: tuple[str, ...] = ()
    tables: tuple[Result, ...] = ()
    citations: tuple[Citation, ...] = ()
    chart: ChartSpec | None = None
    plan: Plan | None = None


@dataclass(frozen=True)
class Chat:
    """Everything that answering needs, put together once. attribution: the windows that conversions are counted in."""

    figures: ChatFigures
    catalogue: Catalogue
    lexicon: Lexicon
    translator: Translator
    conversations: Conversations | None = None
    model: LanguagePlanner | None = None
    calendar: EventsBetween | None = None
    attribution: tuple[str, ...] = ()


@dataclass
class _Turn:
    """One question under way: what was read for it so far."""

    chat: Chat
    language: str
    accounts: Sequence[ChatAccount]
    tables: list[Result] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def render(self, value: Value) -> str:
        """The value in the language of the answer."""
        return self.chat.translator.render(value, self.language)

    def cite(self, plan: Plan, result: Result) -> Result:
        self.tables.append(result)
        self.citations.append(_citation(plan, result, self))
        return result


def answer(
    chat: Chat,
    question: str,
    *,
    user: ChatUser,
    session_id: str | None = None,
    language: str | None = None,
    now: datetime,
) -> Answer:
    """Answer one question of a user; with a session the last ten exchanges are remembered as plans.

    Never raises for what a person may type. Database faults of the queries pass through.
    """
    text = normalise(question)
    language = language or detect(text, chat.lexicon.vocabulary)
    accounts = chat.figures.accounts(user.account_ids, now=now)
    last = (
        chat.conversations.last_plan(user.user_id, session_id, now=now) if chat.conversations and session_id else None
    )
    understood = _understand(chat, text, accounts, language, last, is_cut=is_too_long(question))
    inside = _inside(chat, understood, accounts) if isinstance(understood, Plan) else accounts
    made = _answer(_Turn(chat, language, inside), understood)
    if chat.conversations and session_id:
        chat.conversations.keep(
            user.user_id,
            session_id,
            question=text,
            plan=made.plan,
            outcome=made.outcome,
            queries=[table.query for table in made.tables],
            now=now,
        )
    return made


def replay(chat: Chat, query_id: str, *, user: ChatUser) -> Result | None:
    """The rows that a cited query finds now; None where it answered nobody, or somebody else."""
    query = chat.conversations.query(user.user_id, query_id) if chat.conversations else None
    if query is None:
        return None
    allowed = user.account_ids
    if allowed is not None and not set(query.parameters["account_ids"]) <= set(allowed):
        return None
    return chat.figures.run(query)


def _inside(chat: Chat, plan: Plan, accounts: Sequence[ChatAccount]) -> Sequence[ChatAccount]:
    """The accounts that the plan's objects belong to: their calendar makes the days, not that of the others."""
    names, _ = chat.figures.names(accounts)
    kept = list(accounts)
    for one in plan.objects:
        owners = set(one.ids) if one.level == "account" else names.accounts_of(one.ids)
        kept = [account for account in kept if account.account_id in owners]
    return kept or accounts


def _understand(
    chat: Chat, text: str, accounts: Sequence[ChatAccount], language: str, last: Plan | None, *, is_cut: bool
) -> Understanding:
    if not accounts:
        return Refusal("unknown_object", "")
    if is_cut:
        return Refusal("not_understood", text[:60])
    names, breakdowns = chat.figures.names(accounts)
    today = max(one.today for one in accounts)
    context = PlanningContext(names, chat.catalogue, chat.lexicon, today, language, last)
    understood = grammar.plan(text, context)
    if chat.model is not None and isinstance(understood, Refusal) and understood.kind == "not_understood":
        understood = chat.model.plan(text, context) or understood
    if isinstance(understood, Plan):
        return validate(understood, chat.catalogue, accounts, breakdowns=breakdowns)
    return understood


def _answer(turn: _Turn, understood: Understanding) -> Answer:
    catalogue = turn.chat.catalogue
    if isinstance(understood, Refusal):
        text = turn.render(replies.refusal_answer(understood, catalogue))
        return Answer("refused", understood.kind, text, turn.language, understood.near)
    if isinstance(understood, Clarification):
        text = turn.render(replies.clarification_answer(understood, catalogue))
        return Answer("asked", understood.kind, text, turn.language, understood.choices, plan=_pending(understood))
    text = turn.render(_planned(turn, understood))
    refused = understood.intent == "change_request"
    return Answer(
        "refused" if refused else "answered",
        understood.intent,
        text,
        turn.language,
        tables=tuple(turn.tables),
        citations=tuple(turn.citations),
        chart=_chart(understood, turn.tables),
        plan=None if understood.intent in ("greeting", "help", "definition", "change_request") else understood,
    )


def _pending(asked: Clarification) -> Plan | None:
    """What was understood already, so that the answer to the question back completes it."""
    plan = asked.plan
    return plan if plan is not None and plan.intent in ("figures", "why") else None


def _planned(turn: _Turn, plan: Plan) -> Value:
    """The answer to a validated plan."""
    catalogue = turn.chat.catalogue
    match plan.intent:
        case "greeting":
            return replies.greeting()
        case "help":
            return replies.help_answer(catalogue)
        case "definition":
            return replies.definition(plan.metrics, catalogue)
        case "change_request":
            return replies.change_refused()
        case "why":
            return _why(turn, plan)
        case "figures":
            return _figures(turn, plan)
    result = turn.cite(plan, turn.chat.figures.listed(plan, turn.accounts))
    return list_answer(plan, result, catalogue)


def _figures(turn: _Turn, plan: Plan) -> Value:
    """The rows; of a plain breakdown the whole too, for "nas campanhas ativas" can mean either."""
    result, text = _read_figures(turn, plan)
    if not _has_whole(plan, turn.chat.catalogue) or not result.rows:
        return text
    return lines(_read_figures(turn, replace(plan, dimensions=()))[1], text)


def _read_figures(turn: _Turn, plan: Plan) -> tuple[Result, Value]:
    result = turn.cite(plan, turn.chat.figures.figures(plan, turn.accounts))
    return result, figures_answer(plan, result, turn.accounts, turn.chat.catalogue)


def _has_whole(plan: Plan, catalogue: Catalogue) -> bool:
    is_plain = bool(plan.dimensions) and plan.rank is None and not plan.thresholds and "account" not in plan.dimensions
    return is_plain and not any(catalogue[name].needs_one_row for name in plan.metrics)


def _why(turn: _Turn, plan: Plan) -> Value:
    """Contributions by campaign and placement, drivers, edits, anomalies and calendar days of the same days."""
    figures, metric = turn.chat.figures, plan.metrics[0]
    change, text = _read_figures(turn, plan)
    if not change.rows:
        return text
    texts = [text]
    if metric in _DRIVERS:
        texts.append(_read_figures(turn, replace(plan, metrics=_DRIVERS[metric]))[1])
    top = replace(plan, limit=_CONTRIBUTIONS)
    below = any(one.level in ("campaign", "adset", "ad") for one in plan.objects)
    parts = [turn.cite(top, figures.contributions(top, "adset" if below else "campaign", turn.accounts))]
    if not any(one.level in ("adset", "ad") for one in plan.objects):
        parts.append(turn.cite(top, figures.contributions(top, "placement", turn.accounts)))
    return explanation_answer(texts, parts, *_coinciding(turn, plan), turn.chat.catalogue)


def _coinciding(turn: _Turn, plan: Plan) -> tuple[Result, Result, list[Value]]:
    """Edits, anomalies and calendar days of the plan's days."""
    assert plan.period is not None
    today = max(one.today for one in turn.accounts)
    first, last = resolve(plan.period, today)
    before = resolve(plan.compare, today)[0] if plan.compare else first
    edits = turn.cite(plan, turn.chat.figures.edits(plan, turn.accounts, min(first, before), last))
    listed = replace(plan, intent="anomalies", limit=_ANOMALIES)
    anomalies = turn.cite(listed, turn.chat.figures.listed(listed, turn.accounts))
    return edits, anomalies, _calendar_days(turn, first, last)


def _calendar_days(turn: _Turn, first: date, last: date) -> list[Value]:
    calendar = turn.chat.calendar
    if calendar is None:
        return []
    found: dict[str, Value] = {}
    for account in turn.accounts:
        for event in calendar.between(account.account_id, first, last)[:_EVENTS_PER_ACCOUNT]:
            line = Joined((event.title, Day(event.starts_on)), ", ")
            found.setdefault(turn.render(line), line)
    return list(found.values())[:_EVENTS]


def _chart(plan: Plan, tables: Sequence[Result]) -> ChartSpec | None:
    if plan.intent != "figures" or len(plan.dimensions) != 1 or not tables or len(tables[0].rows) < 2:
        return None
    dimension = plan.dimensions[0]
    x = f"{dimension}_name" if dimension in LEVELS else dimension
    return ChartSpec("line" if dimension in TIMES[:3] else "bar", x, plan.metrics, 0)


def _citation(plan: Plan, result: Result, turn: _Turn) -> Citation:
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
