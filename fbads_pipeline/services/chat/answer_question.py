"""A question about the user's ads → an answer whose every number comes from a query that it cites."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fbads_pipeline.domain.chat.answers import replies
from fbads_pipeline.domain.chat.answers.figures import days_of, filters
from fbads_pipeline.domain.chat.completeness import WITHOUT_FIGURES, CompletePlan, LostMentions
from fbads_pipeline.domain.chat.masking import kept_text
from fbads_pipeline.domain.chat.memory import Exchange, left_behind
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import (
    BEGINNING,
    LEVELS,
    NAME_DIMENSIONS,
    TIMES,
    Clarification,
    Plan,
    Refusal,
    Understanding,
    to_json,
)
from fbads_pipeline.domain.chat.result import ChatAccount, Result
from fbads_pipeline.domain.chat.taught import applied, differences
from fbads_pipeline.domain.chat.understanding import grammar
from fbads_pipeline.domain.chat.understanding.entities import ObjectNames
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext
from fbads_pipeline.domain.chat.understanding.language import DEFAULT_LANGUAGE, detect
from fbads_pipeline.domain.chat.understanding.normalise import is_too_long, normalise
from fbads_pipeline.domain.chat.understanding.offers import chosen
from fbads_pipeline.domain.chat.understanding.tags import words_of
from fbads_pipeline.domain.chat.understanding.taxes import Money
from fbads_pipeline.domain.chat.validator import validate
from fbads_pipeline.domain.chat.verified import TEACHABLE, MissReason
from fbads_pipeline.domain.core.formatting import fold
from fbads_pipeline.domain.core.messages import Joined, Name, Value, lines, message
from fbads_pipeline.services.chat.balances import answer_balances
from fbads_pipeline.services.chat.explanations import explain
from fbads_pipeline.services.chat.figures import answer_figures, answer_overview
from fbads_pipeline.services.chat.lists import answer_facts, answer_list
from fbads_pipeline.services.chat.turn import Answer, ChartSpec, Chat, ChatUser, Turn


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
    last = (
        chat.conversations.last_plan(user.user_id, session_id, now=now) if chat.conversations and session_id else None
    )
    with chat.database.reading() as figures:
        accounts = figures.accounts(user.account_ids, now=now)
        spoken = figures.names(accounts)[0].without_names(text) if accounts else text
        language = language or _language(text, spoken, last, chat)
        turn = Turn(chat, figures, language, accounts)
        if turn.accounts:
            context = _context(turn, text, last, chat.money_of(user.user_id))
            understood = _understand(turn, text, context, is_cut=is_too_long(question))
            _keep_miss(turn, text, context, understood, user.user_id, now)
        else:
            understood = Refusal("nothing_read" if user.account_ids is None else "no_account")
        if isinstance(understood, CompletePlan):
            turn.accounts = _inside(turn, understood.plan)
            turn.left_behind = _left_behind(turn, last, understood.plan, text)
        made = None
        if isinstance(understood, Refusal) and understood.kind == "balance":
            made = answer_balances(turn, text, now=now)
        made = made or _answer(turn, understood)
    if chat.conversations and session_id:
        chat.conversations.keep(
            user.user_id,
            session_id,
            question=text,
            plan=replace(made.plan, language=language) if made.plan else None,
            outcome=made.outcome,
            queries=[table.query for table in made.tables],
            now=now,
        )
    return made


def _language(text: str, spoken: str, last: Plan | None, chat: Chat) -> str:
    """The question's own; the session's where the question has none ("CTR?", "2"), or takes a choice offered in it.

    spoken: the question without the names in it, which may be of another language.
    """
    vocabulary, known = chat.lexicon.vocabulary, last.language if last else ""
    if known and chosen(text, last, vocabulary):
        return known
    return detect(spoken, vocabulary, otherwise=known or detect(text, vocabulary, otherwise=DEFAULT_LANGUAGE))


def without_figures(chat: Chat, question: str, *, language: str | None = None) -> Answer:
    """The answer to any question while there are no marts yet: what to do first."""
    language = language or detect(normalise(question), chat.lexicon.vocabulary)
    text = chat.translator.render(replies.refusal_answer(Refusal("nothing_read"), chat.catalogue), language)
    return Answer("refused", "nothing_read", text, language)


def replay(chat: Chat, query_id: str, *, user: ChatUser) -> Result | None:
    """The rows that a cited query finds now; None where it answered nobody, or somebody else."""
    query = chat.conversations.query(user.user_id, query_id) if chat.conversations else None
    if query is None:
        return None
    allowed = user.account_ids
    if allowed is not None and not set(query.parameters["account_ids"]) <= set(allowed):
        return None
    with chat.database.reading() as figures:
        return figures.run(query)


def answer_again(chat: Chat, exchange: Exchange, *, user: ChatUser) -> Answer | None:
    """What the question was answered with, by the figures of now over the days that it meant then; None of an exchange
    without figures, or one whose accounts the user does not see any more."""
    plan = exchange.plan
    if plan is None or exchange.outcome != "answered":
        return None
    with chat.database.reading() as figures:
        turn = Turn(
            chat, figures, plan.language or DEFAULT_LANGUAGE, figures.accounts(user.account_ids, now=exchange.at)
        )
        understood = _complete(plan) if turn.accounts else None
        if not isinstance(understood, CompletePlan):
            return None
        turn.accounts = _inside(turn, plan)
        return _answer(turn, understood)


def answer_plan(chat: Chat, plan: Plan, *, user: ChatUser, now: datetime) -> Answer:
    """The answer to a plan that a program made, in the plan's language; nothing is remembered of it."""
    with chat.database.reading() as figures:
        accounts = figures.accounts(user.account_ids, now=now)
        turn = Turn(chat, figures, plan.language or DEFAULT_LANGUAGE, accounts)
        if not accounts:
            return _answer(turn, Refusal("nothing_read" if user.account_ids is None else "no_account"))
        understood = _validated(turn, plan, figures.names(accounts)[1])
        if isinstance(understood, CompletePlan):
            turn.accounts = _inside(turn, plan)
        return _answer(turn, understood)


def _inside(turn: Turn, plan: Plan) -> Sequence[ChatAccount]:
    """The accounts that the plan's objects belong to: their calendar makes the days, not that of the others."""
    names, _ = turn.figures.names(turn.accounts)
    kept = list(turn.accounts)
    for one in plan.objects:
        owners = set(one.ids) if one.level == "account" else names.accounts_of(one.ids)
        kept = [account for account in kept if account.account_id in owners]
    if plan.currency is not None:
        kept = [account for account in kept if account.currency == plan.currency]
    without = {one for some in plan.excluded if some.level == "account" for one in some.ids}
    return [account for account in kept if account.account_id not in without] or turn.accounts


def understood_plan(
    chat: Chat, text: str, *, user: ChatUser, language: str, now: datetime
) -> CompletePlan | Clarification | Refusal:
    """What the grammar makes of a normalised question without a session; no model is asked and nothing is kept."""
    with chat.database.reading() as figures:
        turn = Turn(chat, figures, language, figures.accounts(user.account_ids, now=now))
        if not turn.accounts:
            return Refusal("no_account")
        context = _context(turn, text, None, chat.money_of(user.user_id))
        return _understand(turn, text, context, is_cut=False, with_model=False)


def not_useful(chat: Chat, question: str, *, user: ChatUser, now: datetime) -> None:
    """Keep a question whose answer was of no use, without its names and amounts."""
    text = normalise(question)
    with chat.database.reading() as figures:
        accounts = figures.accounts(user.account_ids, now=now)
        if not accounts or chat.taught is None or not text:
            return
        language = detect(text, chat.lexicon.vocabulary, otherwise=DEFAULT_LANGUAGE)
        context = _context(Turn(chat, figures, language, accounts), text, None, "spend")
        masked, words = kept_text(text, context)
    chat.taught.keep_miss(
        user.user_id, masked, words, reason="not_useful", kind="not_useful", language=language, now=now
    )


def _left_behind(turn: Turn, last: Plan | None, plan: Plan, text: str) -> tuple[Value, ...]:
    """Limits and days of the session that the question neither has nor takes off: the answer names them."""
    tags = turn.chat.lexicon.tags([word.text for word in words_of(fold(text))])
    if any(tag.kind == "reset" for tag in tags):
        return ()
    behind = left_behind(last, plan)
    days: list[Value] = []
    if behind.period is not None and plan.period is not None and turn.accounts:
        today = turn.accounts[0].today
        if resolve(behind.period, today) != resolve(plan.period, today):
            days.append(days_of(behind.period, turn.accounts))
    return (*filters(behind, turn.chat.catalogue), *days)


def known_names(chat: Chat, user: ChatUser, *, now: datetime) -> ObjectNames:
    """The names of everything that the user may name."""
    with chat.database.reading() as figures:
        return figures.names(figures.accounts(user.account_ids, now=now))[0]


def _context(turn: Turn, text: str, last: Plan | None, money: Money) -> PlanningContext:
    chat = turn.chat
    today = max(one.today for one in turn.accounts)
    names = turn.figures.names(turn.accounts)[0]
    return PlanningContext(names, chat.catalogue, chat.lexicon, today, turn.language, last, money)


def _keep_miss(
    turn: Turn,
    text: str,
    context: PlanningContext,
    understood: CompletePlan | Clarification | Refusal,
    user_id: str,
    now: datetime,
) -> None:
    """What a word that is taught could have answered is kept, without names and amounts."""
    if turn.chat.taught is None or isinstance(understood, CompletePlan) or understood.kind not in TEACHABLE:
        return
    masked, words = kept_text(text, context)
    reason: MissReason = "refused" if isinstance(understood, Refusal) else "asked"
    if masked:
        turn.chat.taught.keep_miss(
            user_id, masked, words, reason=reason, kind=understood.kind, language=turn.language, now=now
        )


def _understand(
    turn: Turn, text: str, context: PlanningContext, *, is_cut: bool, with_model: bool = True
) -> CompletePlan | Clarification | Refusal:
    """What is asked for. What lost a part of the question is no plan: it ends in a refusal that names the part."""
    chat = turn.chat
    if is_cut:
        return Refusal("not_understood", text[:60])
    breakdowns = turn.figures.names(turn.accounts)[1]
    if chat.taught is not None:
        text = applied(text, chat.taught.synonyms(), context.names, chat.lexicon, chat.catalogue)
    understood = grammar.plan(text, context)
    if (
        with_model
        and chat.model is not None
        and not isinstance(understood, Plan)
        and understood.kind in ("not_understood", "word")
    ):
        turn.figures.pause()  # a model may take seconds
        understood = _with_model(turn, understood, chat.model.plan(text, context))
    return _validated(turn, understood, breakdowns) if isinstance(understood, Plan) else understood


def _with_model(turn: Turn, read: Clarification | Refusal, planned: Understanding | None) -> Understanding:
    """The model's plan where the grammar has none, which the answer says; where both have one and differ, or the model
    does not answer, what the grammar asks back stands."""
    if not isinstance(planned, Plan):
        return planned or read
    if not isinstance(read, Clarification) or read.plan is None:
        turn.is_by_model = True
        return planned
    waiting = replace(read.plan, offers=(), mentions=())
    return read if differences(to_json(waiting), to_json(planned)) else replace(waiting, mentions=planned.mentions)


def _validated(turn: Turn, plan: Plan, breakdowns: Sequence[str]) -> CompletePlan | Clarification | Refusal:
    """The plan, if the catalogue's rules allow it. breakdowns: those that are collected."""
    plan = _since_first_day(turn, plan)
    if any(one in NAME_DIMENSIONS for one in plan.dimensions):
        breakdowns = (*breakdowns, *turn.figures.name_dimensions(turn.accounts))
    found = validate(plan, turn.chat.catalogue, _inside(turn, plan), breakdowns=breakdowns)
    return _complete(found) if isinstance(found, Plan) else found


def _since_first_day(turn: Turn, plan: Plan) -> Plan:
    """ "Desde sempre" begins on the first day that was read."""
    if plan.period is None or plan.period.first != BEGINNING:
        return plan
    first = turn.figures.first_day(_inside(turn, plan))
    return plan if first is None else replace(plan, period=replace(plan.period, first=first))


def _complete(plan: Plan) -> CompletePlan | Refusal:
    try:
        return CompletePlan(plan)
    except LostMentions as lost:
        return Refusal("lost", ", ".join(dict.fromkeys(one.said for one in lost.lost)))


def _answer(turn: Turn, understood: CompletePlan | Clarification | Refusal) -> Answer:
    catalogue = turn.chat.catalogue
    if isinstance(understood, Refusal):
        text = turn.render(replies.refusal_answer(understood, catalogue))
        return Answer("refused", understood.kind, text, turn.language, understood.near)
    if isinstance(understood, Clarification):
        understood = _labelled(turn, understood)
        text = turn.render(replies.clarification_answer(understood))
        return Answer("asked", understood.kind, text, turn.language, understood.choices, plan=_pending(understood))
    plan = understood.plan
    said = _planned(turn, understood)
    if plan.ignored:
        said = lines(said, message("chat.ignored", words=Name(", ".join(plan.ignored), "?")))
    if turn.left_behind:
        said = lines(said, message("chat.left_behind", limits=Joined(turn.left_behind, ", ")))
    if turn.is_by_model:
        said = lines(said, message("chat.by_model"))
    text = turn.render(said)
    is_unread = turn.coverage is not None and not turn.tables
    if turn.coverage is not None and not turn.coverage.is_complete:
        turn.cite(plan, turn.coverage.result)
    return Answer(
        "refused" if is_unread or plan.intent == "change_request" else "answered",
        "not_read" if is_unread else plan.intent,
        text,
        turn.language,
        tables=tuple(turn.tables),
        citations=tuple(turn.citations),
        chart=_chart(plan, turn.tables),
        plan=None if plan.intent in WITHOUT_FIGURES else plan,
        coverage=turn.coverage,
    )


def _labelled(turn: Turn, asked: Clarification) -> Clarification:
    """The question back, its metrics and dimensions as people read them, so that they can be taken in those words."""
    if asked.choices:
        return asked
    offers = tuple(replace(one, said=turn.render(replies.offer_label(one))) for one in asked.offers)
    return replace(asked, offers=offers, choices=tuple(one.said for one in offers))


def _pending(asked: Clarification) -> Plan | None:
    """What was understood already, so that the answer to the question back completes it."""
    plan = asked.plan
    return None if plan is None or plan.intent in WITHOUT_FIGURES else replace(plan, offers=asked.offers)


def _planned(turn: Turn, complete: CompletePlan) -> Value:
    """The answer to a plan that holds all that was said."""
    catalogue, plan = turn.chat.catalogue, complete.plan
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
            return explain(turn, complete)
        case "figures":
            return answer_figures(turn, complete)
        case "overview":
            return answer_overview(turn, complete)
        case "facts":
            return answer_facts(turn, complete)
    return answer_list(turn, complete)


def _chart(plan: Plan, tables: Sequence[Result]) -> ChartSpec | None:
    if plan.intent != "figures" or len(plan.dimensions) != 1 or not tables or len(tables[0].rows) < 2:
        return None
    dimension = plan.dimensions[0]
    x = f"{dimension}_name" if dimension in LEVELS else dimension
    return ChartSpec("line" if dimension in TIMES[:3] else "bar", x, plan.metrics, 0)
