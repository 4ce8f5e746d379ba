"""What a team teaches the chat: synonyms in versions, what could not be answered, and verified questions."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ChatDep, ClockDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import KnownLanguage
from fbads_pipeline.api.routes.chat.questions import asking
from fbads_pipeline.domain.chat.taught import LONGEST_PHRASE, SynonymKind, SynonymVersion, UnusableSynonym
from fbads_pipeline.domain.chat.verified import MissReason, ReplayedQuestion, VerifiedQuestion, VerifiedState
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.services.chat import teach
from fbads_pipeline.services.chat.answer_question import not_useful
from fbads_pipeline.services.chat.turn import ChatUser

router = APIRouter(prefix="/api/v1/chat", tags=["chat"])

ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
TeacherDep = Annotated[Principal, Depends(Needs("suggestions:decide"))]
Version = Annotated[int, Path(ge=1, lt=2**63)]
HISTORY = 200


class _WordBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSynonym(_WordBody):
    """phrase: what people say. meaning: a metric by name, label or synonym; an object by id or whole name; or words for
    days ("20/11 a 30/11"). The phrase has a word that means nothing yet."""

    phrase: str = Field(min_length=1, max_length=LONGEST_PHRASE)
    kind: SynonymKind
    meaning: str = Field(min_length=1, max_length=300)


class ShownSynonym(BaseModel):
    """kind, meaning: null where the phrase was taken back; account_id: of an object."""

    version: int
    phrase: str
    kind: SynonymKind | None
    meaning: str | None
    account_id: str | None
    set_by: str
    set_at: datetime


class ShownMiss(BaseModel):
    """C1 stands for a name, V1 for an amount, P1 for days, # for a number; words: those without a meaning."""

    text: str
    words: str
    reason: MissReason
    kind: str
    language: str
    newest_at: datetime
    times: int


class AskedQuestion(_WordBody):
    """A question as somebody asks it."""

    question: str = Field(min_length=1, max_length=500)
    language: KnownLanguage | None = None


class ShownQuestion(BaseModel):
    """state: as the last replay found it: of the plan that was verified, of the day on which it was. changed: parts of
    the plan that are another now."""

    version: int
    question: str
    language: str
    set_by: str
    set_at: datetime
    state: VerifiedState
    changed: list[str]


@router.get("/synonyms", responses=documented())
def list_synonyms(chat: ChatDep, who: ReaderDep) -> list[ShownSynonym]:
    """What holds now, by phrase; of objects those of the caller's accounts."""
    user = of(who)
    holds = {one.phrase for one in teach.taught(chat, user=user)}
    newest: dict[str, SynonymVersion] = {}
    for one in teach.history(chat, user=user, most=10_000):
        newest.setdefault(one.phrase, one)
    return [_shown(newest[phrase]) for phrase in sorted(holds & newest.keys())]


@router.get("/synonyms/history", responses=documented())
def synonym_history(chat: ChatDep, who: ReaderDep) -> list[ShownSynonym]:
    """The newest 200 changes, the newest first: who, when, what."""
    return [_shown(one) for one in teach.history(chat, user=of(who), most=HISTORY)]


@router.post("/synonyms", status_code=201, responses=documented(422))
def add_synonym(given: NewSynonym, chat: ChatDep, clock: ClockDep, who: TeacherDep) -> ShownSynonym:
    """Teach what a phrase stands for; it holds from the next question on."""
    try:
        made = teach.teach(chat, given.phrase, given.kind, given.meaning, user=of(who), now=clock.now())
    except UnusableSynonym as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    return _shown(made)


@router.post("/synonyms/{version}/undo", responses=documented(404))
def undo_synonym(version: Version, chat: ChatDep, clock: ClockDep, who: TeacherDep) -> ShownSynonym:
    """Put back what the phrase of that change stood for before it, as a new change."""
    made = teach.undo(chat, version, user=of(who), now=clock.now())
    if made is None:
        raise ApiError(404, "not_found", "not_found")
    return _shown(made)


@router.delete("/synonyms/{phrase}", status_code=204, responses=documented(404))
def remove_synonym(
    phrase: Annotated[str, Path(max_length=LONGEST_PHRASE)], chat: ChatDep, clock: ClockDep, who: TeacherDep
) -> None:
    """Let a phrase stand for nothing any more."""
    if not teach.forget(chat, phrase, user=of(who), now=clock.now()):
        raise ApiError(404, "not_found", "not_found")


@router.get("/misses", responses=documented())
def list_misses(chat: ChatDep, who: TeacherDep) -> list[ShownMiss]:
    """What could not be answered or was of no use in the last 90 days, without names and amounts, the most frequent
    first; only for who sees every account, for words without a meaning may be names."""
    if who.accounts is not None:
        raise ApiError(403, "forbidden", "needs_every_account")
    return [ShownMiss(**vars(one)) for one in teach.misses(chat)]


@router.post("/not-useful", status_code=204, responses=documented(422))
def say_not_useful(
    asked: AskedQuestion, chat: ChatDep, clock: ClockDep, user: Annotated[ChatUser, Depends(asking)]
) -> None:
    """Say that an answer was of no use: the question is kept without names and amounts."""
    not_useful(chat, asked.question, user=user, now=clock.now())


@router.get("/verified", responses=documented())
def list_verified(chat: ChatDep, who: ReaderDep) -> list[ShownQuestion]:
    """Verified questions of the caller's accounts, each asked again now."""
    return [_replayed(one) for one in teach.replay_verified(chat, teach.verified(chat, user=of(who)))]


@router.post("/verified", status_code=201, responses=documented(422))
def verify_question(given: AskedQuestion, chat: ChatDep, clock: ClockDep, who: TeacherDep) -> ShownQuestion:
    """Say that the chat understands this question right: its plan of now is what every replay is compared with."""
    try:
        made = teach.verify(chat, given.question, user=of(who), language=given.language, now=clock.now())
    except UnusableSynonym as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    return _replayed(ReplayedQuestion(made, "same"))


@router.delete("/verified/{version}", status_code=204, responses=documented(404))
def unverify_question(version: Version, chat: ChatDep, clock: ClockDep, who: TeacherDep) -> None:
    """Take a verified question back."""
    if not teach.unverify(chat, version, user=of(who), now=clock.now()):
        raise ApiError(404, "not_found", "not_found")


def of(who: Principal) -> ChatUser:
    """The caller as the chat knows them."""
    return ChatUser(who.user_id, None if who.accounts is None else tuple(sorted(who.accounts)))


def _shown(one: SynonymVersion) -> ShownSynonym:
    kept = one.synonym
    return ShownSynonym(
        version=one.version,
        phrase=one.phrase,
        kind=None if kept is None else kept.kind,
        meaning=None if kept is None else kept.meaning,
        account_id=kept.account_id or None if kept is not None else None,
        set_by=one.set_by,
        set_at=one.set_at,
    )


def _replayed(one: ReplayedQuestion) -> ShownQuestion:
    question: VerifiedQuestion = one.question
    return ShownQuestion(
        version=question.version,
        question=question.asked,
        language=question.language,
        set_by=question.set_by,
        set_at=question.set_at,
        state=one.state,
        changed=list(one.changed),
    )
