"""A conversation in which each number opens its query: the whole of it, those of before, and files of its answers."""

import io
import re
import secrets
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.csv_writing import CsvStyle, CsvWriter, inert
from fbads_pipeline.adapters.postgres.metrics.campaigns import CampaignReader
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import CampaignsDep, ChatDep, ClockDep, ReadinessDep
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.chat.answer_view import answer_view
from fbads_pipeline.api.pages.frame.page_frame import frame_of
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PAGE_PATH, PageProblem, Visitor, own_path
from fbads_pipeline.api.rate_limits import CHAT_PER_MINUTE, count_of
from fbads_pipeline.domain.chat.memory import ConversationHead
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.services.chat.answer_question import answer, answer_again, replay, without_figures
from fbads_pipeline.services.chat.turn import Chat, ChatUser

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
AskerDep = Annotated[Principal, Depends(Visitor("chat:use"))]
# Of the earlier answers of a conversation so many are made again; of the others the question alone is shown.
_MADE_AGAIN, _MOST_LISTED = 4, 30
_CAMPAIGN = re.compile(r"^/campaigns/([0-9]{1,32})(/|$)")
_LONGEST_NAME = 300


@router.get("/chat")
def chat_page(
    request: Request,
    who: AskerDep,
    chat: ChatDep,
    clock: ClockDep,
    readiness: ReadinessDep,
    campaigns: CampaignsDep,
    session: Annotated[str, Query(pattern=r"^([0-9a-f]{16})?$")] = "",
    noted: Annotated[str, Query(pattern="^(yes)?$")] = "",
    about: Annotated[str, Query(pattern=PAGE_PATH)] = "",
) -> Response:
    """A conversation of before, or a new one. about: the page from which one asks; what it is about begins the
    question."""
    is_ready = readiness.missing() is None
    thread = _thread(request, chat, who, session, clock) if session and is_ready else []
    name = _subject(request, who, about, campaigns) if is_ready and not thread else ""
    shown = {"session": session or secrets.token_hex(8), "thread": thread, "noted": bool(noted)}
    return _chat(request, who, chat, clock, about=about, name=name, **shown)


@router.post("/chat")
def ask_here(
    request: Request,
    who: AskerDep,
    chat: ChatDep,
    clock: ClockDep,
    readiness: ReadinessDep,
    question: Annotated[str, Form(max_length=500)],
    session: Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")],
    about: Annotated[str, Form(pattern=PAGE_PATH)] = "",
) -> Response:
    """The conversation with the answer at its end, with the rows and the query of every number."""
    try:
        count_of(request, who, "chat", CHAT_PER_MINUTE)
    except ApiError as refused:
        raise PageProblem(refused.status) from None
    t, thread = page_localizer(request, who), []
    if readiness.missing() is None:
        thread = [{**one, "is_newest": False} for one in _thread(request, chat, who, session, clock)]
        made = answer(chat, question, user=_user(who), session_id=session, now=clock.now())
    else:
        made = without_figures(chat, question)
    newest = {"question": plain_line(question), "answer": answer_view(made, chat, t), "is_newest": True}
    newest["asked"] = newest["question"]
    return _chat(request, who, chat, clock, session=session, thread=[*thread, newest], noted=False, about=about)


@router.get("/chat/rows/{query_id}.csv")
def rows_file(
    request: Request, who: AskerDep, chat: ChatDep, query_id: Annotated[str, Path(pattern=r"^q_[0-9a-f]{16}$")]
) -> Response:
    """The rows of a table of an answer as they are now, as a file; of one's own questions alone."""
    found = replay(chat, query_id, user=_user(who))
    if found is None:
        raise PageProblem(404)
    t, out = page_localizer(request, who), io.StringIO()
    writer = CsvWriter(out, CsvStyle.BRAZILIAN if t.language == "pt" else CsvStyle.PLAIN)
    columns = [one.name for one in found.query.columns if one.role != "message"]
    writer.write(columns)
    for row in found.rows:
        writer.write([inert(value) if isinstance(value, str) else value for value in map(row.get, columns)])
    headers = {"Content-Disposition": f'attachment; filename="{query_id}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _user(who: Principal) -> ChatUser:
    return ChatUser(who.user_id, None if who.accounts is None else tuple(sorted(who.accounts)))


def _thread(request: Request, chat: Chat, who: Principal, session: str, clock: ClockDep) -> list[dict[str, Any]]:
    """What was asked before, with answers over the same days by the figures of now."""
    if chat.conversations is None:
        return []
    t = page_localizer(request, who)
    unkept = "pages.chat.not_kept" if request.app.state.settings.encryption_keys else "pages.chat.no_key"
    known = chat.conversations.exchanges(who.user_id, session, now=clock.now())
    shown = []
    for number, one in enumerate(known):
        made = answer_again(chat, one, user=_user(who)) if number >= len(known) - _MADE_AGAIN else None
        shown.append(
            {
                "question": plain_line(one.question) if one.question else t(unkept),
                "answer": None if made is None else answer_view(made, chat, t),
                "is_newest": number == len(known) - 1,
            }
        )
    return shown


def _subject(request: Request, who: Principal, about: str, campaigns: CampaignReader) -> str:
    """The name of the campaign that the page is about, else of the account that was chosen; empty without either, and
    where the name would leave no room for a question."""
    found = _CAMPAIGN.match(about)
    if found is not None and who.may("marts:read"):
        campaign = campaigns.campaign(found[1], who.accounts)
        name = None if campaign is None else campaign["name"]
    else:
        account = frame_of(request, who).account
        name = None if account is None else account["name"]
    whole = plain_line(name or "")
    return whole if len(whole) <= _LONGEST_NAME else ""


def _chat(
    request: Request, who: Principal, chat: Chat, clock: ClockDep, *, about: str, name: str = "", **shown: Any
) -> Response:
    t, frame = page_localizer(request, who), frame_of(request, who)
    examples = [t(f"pages.chat.example_{n}") for n in (1, 2, 3)]
    if name:
        examples = [t(f"pages.chat.about_{n}", name=name) for n in ("spend", "why", "days")]
    heads = (
        []
        if chat.conversations is None
        else chat.conversations.sessions(who.user_id, now=clock.now(), most=_MOST_LISTED)
    )
    zone = (frame.chosen[0]["timezone_name"] if frame.chosen else None) or "UTC"
    return render(
        request,
        "chat.html.j2",
        who,
        "chat",
        examples=examples,
        heads=[_head(one, zone, t) for one in heads],
        about=about,
        begun=t("pages.beside.begun", name=name) if name else "",
        back_to=frame.link(own_path(about)) if about else "",
        **shown,
    )


def _head(one: ConversationHead, zone: str, t: Localizer) -> dict[str, Any]:
    at = one.newest_at.astimezone(ZoneInfo(zone))
    return {
        "title": plain_line(one.question)[:80] if one.question else t("pages.chat.untitled", count=one.exchanges),
        "at": f"{t.formats.short_day(at.date())} {at:%H:%M}",
        "link": f"/chat?session={one.session_id}",
        "session": one.session_id,
    }
