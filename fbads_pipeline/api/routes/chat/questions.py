"""Questions about the ads. Every number of an answer comes from a query that the answer cites."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ChatDep, ClockDep, ReadinessDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import KnownLanguage
from fbads_pipeline.api.rate_limits import CHAT_PER_MINUTE, each_at_most
from fbads_pipeline.api.schemas.chat import answer_json, table_json
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.services.chat.answer_question import answer, replay
from fbads_pipeline.services.chat.turn import ChatUser

router = APIRouter(prefix="/api/v1/chat", tags=["chat"], dependencies=[Depends(each_at_most("chat", CHAT_PER_MINUTE))])


async def asking(who: Annotated[Principal, Depends(Needs("chat:use"))]) -> ChatUser:
    """Whoever asks, with the accounts that they see."""
    return ChatUser(who.user_id, None if who.accounts is None else tuple(sorted(who.accounts)))


UserDep = Annotated[ChatUser, Depends(asking)]
QueryId = Annotated[str, Path(pattern=r"^q_[0-9a-f]{16}$", description="As a citation names it.")]


class Question(BaseModel):
    """What is asked, and in which session: its last ten exchanges are remembered."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(
        min_length=1,
        max_length=2000,
        examples=["quanto gastei ontem?"],
        validation_alias=AliasChoices("question", "message"),
    )
    session_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    language: KnownLanguage | None = Field(None, description="The question's own without it.")


class ChatAnswer(BaseModel):
    """The answer. Amounts are strings with every digit."""

    outcome: Literal["answered", "asked", "refused"]
    kind: str
    language: str
    text: str
    choices: list[str]
    tables: list[dict[str, Any]]
    citations: list[dict[str, Any]]
    chart: dict[str, Any] | None
    coverage: dict[str, Any] | None = Field(
        description="Account-days asked for and read well, and those missing; null of an answer about no days."
    )


@router.post("", responses=documented(422, 429), response_model=ChatAnswer)
def ask(
    request: Request, asked: Question, chat: ChatDep, user: UserDep, clock: ClockDep, readiness: ReadinessDep
) -> Response:
    """Ask in any language that has a lexicon; an answer, a question back, or a refusal that says what can be asked."""
    return _json(_answered(request, asked, chat, user, clock, readiness))


@router.post(
    "/stream",
    responses={
        **documented(422, 429),
        200: {"content": {"text/event-stream": {}}, "description": "Events text, table, citation and done."},
    },
    response_class=StreamingResponse,
)
def stream(
    request: Request, asked: Question, chat: ChatDep, user: UserDep, clock: ClockDep, readiness: ReadinessDep
) -> StreamingResponse:
    """The same answer as server-sent events: the text line by line, then tables and citations."""
    made = _answered(request, asked, chat, user, clock, readiness)
    return StreamingResponse(_events(made), media_type="text/event-stream")


@router.get("/queries/{query_id}", responses=documented(404, 429))
def run_again(query_id: QueryId, chat: ChatDep, user: UserDep) -> Response:
    """The rows that a cited query finds now, under the same parameters."""
    found = replay(chat, query_id, user=user)
    if found is None:
        raise ApiError(404, "not_found", "no_query", id=query_id)
    return _json(table_json(found))


def _answered(
    request: Request, asked: Question, chat: ChatDep, user: UserDep, clock: ClockDep, readiness: ReadinessDep
) -> dict[str, Any]:
    missing = readiness.missing()
    if missing:
        raise ApiError(503, "not_ready", f"not_ready.{missing}")
    made = answer(
        chat, asked.question, user=user, session_id=asked.session_id, language=asked.language, now=clock.now()
    )
    request.app.state.metrics.asked(made.outcome)
    return answer_json(made)


def _events(made: dict[str, Any]) -> Iterator[bytes]:
    for line in made["text"].splitlines():
        yield _event("text", {"line": line})
    for table in made["tables"]:
        yield _event("table", table)
    for citation in made["citations"]:
        yield _event("citation", citation)
    yield _event("done", {name: made[name] for name in ("outcome", "kind", "language", "choices", "chart", "coverage")})


def _event(name: str, content: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(content, default=str) + b"\n\n"


def _json(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content, default=str), media_type="application/json")
