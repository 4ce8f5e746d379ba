"""A conversation in which each number opens its query."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.api.dependencies import ChatDep, ClockDep, ReadinessDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.api.rate_limits import CHAT_PER_MINUTE, count_of
from fbads_pipeline.domain.chat.answers.cells import cell, group, metric_label
from fbads_pipeline.domain.chat.result import Result, ResultColumn
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Value, from_json, message
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.services.chat.answer_question import answer, without_figures
from fbads_pipeline.services.chat.turn import Chat, ChatUser

_MOST_ROWS = 50
_COMPARED = ("before", "change", "change_ratio")

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/chat")
def chat_page(request: Request, who: Annotated[Principal, Depends(Visitor("chat:use"))]) -> Response:
    """An empty conversation."""
    return _chat(request, who, session=secrets.token_hex(8))


@router.post("/chat")
def ask_here(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("chat:use"))],
    chat: ChatDep,
    clock: ClockDep,
    readiness: ReadinessDep,
    question: Annotated[str, Form(max_length=500)],
    session: Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")],
) -> Response:
    """The answer, with the rows and the query of every number."""
    try:
        count_of(request, who, "chat", CHAT_PER_MINUTE)
    except ApiError as refused:
        raise PageProblem(refused.status) from None
    user = ChatUser(who.user_id, None if who.accounts is None else tuple(sorted(who.accounts)))
    if readiness.missing() is None:
        made = answer(chat, question, user=user, session_id=session, now=clock.now())
    else:
        made = without_figures(chat, question)
    tables = [_table(table, made.language, chat) for table in made.tables]
    citations = [{"facts": _facts(vars(one)), "sql": one.sql} for one in made.citations]
    shown = {"text": made.text, "tables": tables, "citations": citations, "choices": made.choices}
    return _chat(request, who, session=session, question=plain_line(question), answer=shown)


def _chat(request: Request, who: Principal, **shown: Any) -> Response:
    t = page_localizer(request, who)
    examples = [t(f"pages.chat.example_{n}") for n in (1, 2, 3)]
    blank: dict[str, Any] = {"question": None, "answer": None}
    return render(request, "chat.html.j2", who, "chat", examples=examples, **{**blank, **shown})


def _table(table: Result, language: str, chat: Chat) -> dict[str, Any]:
    """Headings and cells, without the columns that only name or explain what another one shows."""
    columns = [one for one in table.query.columns if one.role not in ("label", "unreported")]

    def shown(value: Value) -> str:
        return chat.translator.render(value, language)

    return {
        "columns": [shown(_heading(column, chat)) for column in columns],
        "rows": [[shown(_cell(column, row, chat)) for column in columns] for row in table.rows[:_MOST_ROWS]],
    }


def _heading(column: ResultColumn, chat: Chat) -> Value:
    """A metric as the catalogue calls it; a group by its own name."""
    if column.metric is None or column.metric not in chat.catalogue:
        return column.name.replace("_", " ")
    label = metric_label(column.metric)
    return message(f"chat.column_{column.role}", metric=label) if column.role in _COMPARED else label


def _cell(column: ResultColumn, row: Mapping[str, Any], chat: Chat) -> Value:
    """A figure as the answer writes it, a group as it is called."""
    if column.metric:
        return cell(column, row, chat.catalogue)
    if column.role == "message":
        return from_json(row[column.name])
    return group(column.dimension, row) if column.dimension else plain_line(str(row.get(column.name, "")))


def _facts(citation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a citation says, but for the query itself."""
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, tuple) else plain_line(str(value)))
        for name, value in citation.items()
        if name not in ("sql", "parameters") and value not in (None, (), {}, "")
    ]
