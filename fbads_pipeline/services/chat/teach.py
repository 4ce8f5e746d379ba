"""What a team teaches: synonyms that take effect at once, and questions whose plans are replayed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from fbads_pipeline.domain.chat.completeness import CompletePlan
from fbads_pipeline.domain.chat.plan import Plan, to_json
from fbads_pipeline.domain.chat.taught import (
    Synonym,
    SynonymKind,
    SynonymVersion,
    UnusableSynonym,
    checked,
    differences,
)
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext
from fbads_pipeline.domain.chat.understanding.language import DEFAULT_LANGUAGE, detect
from fbads_pipeline.domain.chat.understanding.normalise import normalise
from fbads_pipeline.domain.chat.verified import Miss, ReplayedQuestion, VerifiedQuestion, grouped_misses
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.ports.chat import ChatVocabulary
from fbads_pipeline.services.chat.answer_question import understood_plan
from fbads_pipeline.services.chat.turn import Chat, ChatUser


def teach(chat: Chat, phrase: str, kind: SynonymKind, meaning: str, *, user: ChatUser, now: datetime) -> SynonymVersion:
    """Check and keep what a phrase stands for; raises UnusableSynonym."""
    with _context(chat, user, now) as context:
        synonym = checked(phrase, kind, meaning, context)
    version = _vocabulary(chat).set(synonym.phrase, synonym, actor=user.user_id, now=now)
    return SynonymVersion(version, synonym.phrase, synonym, user.user_id, now)


def undo(chat: Chat, version: int, *, user: ChatUser, now: datetime) -> SynonymVersion | None:
    """Put back what the phrase of a change stood for before it; None for a change that the user does not see."""
    kept = _vocabulary(chat)
    found = kept.version(version)
    before = None if found is None else kept.before(version)
    if found is None or not all(_is_seen(one, user) for one in (found.synonym, before)):
        return None
    number = kept.set(found.phrase, before, actor=user.user_id, now=now)
    return SynonymVersion(number, found.phrase, before, user.user_id, now)


def forget(chat: Chat, phrase: str, *, user: ChatUser, now: datetime) -> bool:
    """Let a phrase stand for nothing any more; False for one that the user does not see."""
    kept = _vocabulary(chat)
    found = next((one for one in kept.synonyms() if one.phrase == phrase and _is_seen(one, user)), None)
    if found is None:
        return False
    kept.set(phrase, None, actor=user.user_id, now=now)
    return True


def taught(chat: Chat, *, user: ChatUser) -> list[Synonym]:
    """The synonyms that hold now, of the user's accounts, by phrase."""
    return [one for one in _vocabulary(chat).synonyms() if _is_seen(one, user)]


def history(chat: Chat, *, user: ChatUser, most: int) -> list[SynonymVersion]:
    """Every change, the newest first."""
    return [one for one in _vocabulary(chat).versions(most) if _is_seen(one.synonym, user)]


def misses(chat: Chat) -> list[Miss]:
    """What could not be answered, the most frequent first."""
    return grouped_misses(_vocabulary(chat).misses())


def verify(chat: Chat, question: str, *, user: ChatUser, language: str | None, now: datetime) -> VerifiedQuestion:
    """Keep the plan that the question has now; raises UnusableSynonym for one that is not answered with figures."""
    text = normalise(question)
    code = language or detect(text, chat.lexicon.vocabulary, otherwise=DEFAULT_LANGUAGE)
    found = understood_plan(chat, text, user=user, language=code, now=now)
    if not isinstance(found, CompletePlan):
        raise UnusableSynonym(message("chat.verified_not_answered"))
    accounts = user.account_ids
    keep = _vocabulary(chat).set_verified
    version = keep(text, found.plan, account_ids=accounts, language=code, as_of=now, actor=user.user_id, now=now)
    return VerifiedQuestion(version, text, found.plan, accounts, code, now, user.user_id, now)


def unverify(chat: Chat, version: int, *, user: ChatUser, now: datetime) -> bool:
    """Take a verified question back; False for one that the user does not see."""
    found = next((one for one in verified(chat, user=user) if one.version == version), None)
    if found is None:
        return False
    accounts, days = found.account_ids, found.as_of
    keep = _vocabulary(chat).set_verified
    keep(found.asked, None, account_ids=accounts, language=found.language, as_of=days, actor=user.user_id, now=now)
    return True


def verified(chat: Chat, *, user: ChatUser) -> list[VerifiedQuestion]:
    """The verified questions of the user's accounts, by their texts."""
    accounts = None if user.account_ids is None else frozenset(user.account_ids)
    return [one for one in _vocabulary(chat).verified() if one.is_seen_by(accounts)]


def replay_verified(chat: Chat, questions: Sequence[VerifiedQuestion]) -> list[ReplayedQuestion]:
    """Each question asked again as of its day and with its accounts: whether its plan is still the same."""
    return [_replayed(chat, one) for one in questions]


def _replayed(chat: Chat, question: VerifiedQuestion) -> ReplayedQuestion:
    user = ChatUser(question.set_by, question.account_ids)
    found = understood_plan(chat, question.asked, user=user, language=question.language, now=question.as_of)
    if not isinstance(found, CompletePlan):
        return ReplayedQuestion(question, "not_answered")
    changed = differences(to_json(question.plan), _kept(found.plan))
    return ReplayedQuestion(question, "changed" if changed else "same", changed)


def _kept(plan: Plan) -> dict[str, object]:
    return to_json(plan)


@contextmanager
def _context(chat: Chat, user: ChatUser, now: datetime) -> Iterator[PlanningContext]:
    with chat.database.reading() as figures:
        accounts = figures.accounts(user.account_ids, now=now)
        if not accounts:
            raise UnusableSynonym(message("chat.synonym_no_accounts"))
        names = figures.names(accounts)[0]
        today = max(one.today for one in accounts)
        yield PlanningContext(names, chat.catalogue, chat.lexicon, today, DEFAULT_LANGUAGE)


def _is_seen(synonym: Synonym | None, user: ChatUser) -> bool:
    if synonym is None or not synonym.account_id or user.account_ids is None:
        return True
    return synonym.account_id in user.account_ids


def _vocabulary(chat: Chat) -> ChatVocabulary:
    if chat.taught is None:
        raise UnusableSynonym(message("chat.synonym_no_accounts"))
    return chat.taught
