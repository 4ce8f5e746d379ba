"""What the team taught the chat: its words, what it could not answer, and verified questions; forms for who decides."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ChatDep, ClockDep, ReadinessDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import PAGE_PATH, PageProblem, Visitor
from fbads_pipeline.api.routes.chat.vocabulary import of
from fbads_pipeline.domain.chat.taught import Synonym, SynonymKind, SynonymVersion, UnusableSynonym, meaning_of
from fbads_pipeline.domain.chat.verified import Miss
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.messages import Day, message
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.services.chat import teach
from fbads_pipeline.services.chat.answer_question import known_names, not_useful
from fbads_pipeline.services.chat.turn import Chat

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ReaderDep = Annotated[Principal, Depends(Visitor("marts:read"))]
TeacherDep = Annotated[Principal, Depends(Visitor("suggestions:decide"))]
AskerDep = Annotated[Principal, Depends(Visitor("chat:use"))]
Text = Annotated[str, Form(max_length=300)]
PATH = "/chat/vocabulary"
_HISTORY, _MOST_MISSES, _NEAR = 50, 50, 3


@router.get(PATH)
def vocabulary_page(
    request: Request,
    who: ReaderDep,
    chat: ChatDep,
    clock: ClockDep,
    readiness: ReadinessDep,
    why: Annotated[str, Query(max_length=300)] = "",
    done: Annotated[str, Query(pattern="^(yes)?$")] = "",
) -> Response:
    """Everything that holds, with its history; misses only for who sees every account."""
    t, user = page_localizer(request, who), of(who)
    is_ready = readiness.missing() is None
    may = who.may("suggestions:decide") and is_ready
    names = known_names(chat, user, now=clock.now()) if is_ready else None
    replayed = teach.replay_verified(chat, teach.verified(chat, user=user)) if is_ready else []
    misses = teach.misses(chat)[:_MOST_MISSES] if may and who.accounts is None else []

    def meaning(one: Synonym | None) -> str:
        found = None if one is None or names is None else meaning_of(one, names, chat.catalogue)
        return t("pages.vocabulary.nothing") if found is None else t.render(found)

    return render(
        request,
        "vocabulary.html.j2",
        who,
        "chat",
        synonyms=[{"phrase": one.phrase, "meaning": meaning(one)} for one in teach.taught(chat, user=user)],
        history=[_change(one, meaning(one.synonym), t) for one in teach.history(chat, user=user, most=_HISTORY)],
        misses=[_miss(one, chat, t) for one in misses],
        verified=[
            {
                "version": one.question.version,
                "asked": plain_line(one.question.asked),
                "state": t(f"pages.vocabulary.state_{one.state}"),
                "changed": ", ".join(one.changed),
            }
            for one in replayed
        ],
        metrics=sorted((t.render(message(f"metrics.{name}")), name) for name in chat.catalogue.metrics),
        may=may,
        notice=t("pages.vocabulary.not_kept", why=plain_line(why))
        if why
        else t("pages.vocabulary.kept")
        if done
        else "",
    )


@router.post(PATH)
def teach_here(
    request: Request,
    who: TeacherDep,
    chat: ChatDep,
    clock: ClockDep,
    phrase: Text,
    kind: Annotated[SynonymKind, Form()] = "metric",
    metric: Text = "",
    meaning: Text = "",
) -> Response:
    """Teach a word; what is wrong is said on the page."""
    meant = metric if kind == "metric" and metric else meaning
    try:
        teach.teach(chat, phrase, kind, meant, user=of(who), now=clock.now())
    except UnusableSynonym as wrong:
        return _back(why=page_localizer(request, who).render(wrong.message)[:300])
    return _back(done="yes")


@router.post(f"{PATH}/undo")
def undo_here(
    who: TeacherDep, chat: ChatDep, clock: ClockDep, version: Annotated[int, Form(ge=1, lt=2**63)]
) -> Response:
    """Put back what a word stood for before a change."""
    if teach.undo(chat, version, user=of(who), now=clock.now()) is None:
        raise PageProblem(404)
    return _back(done="yes")


@router.post(f"{PATH}/remove")
def remove_here(who: TeacherDep, chat: ChatDep, clock: ClockDep, phrase: Text) -> Response:
    """Let a word stand for nothing any more."""
    if not teach.forget(chat, phrase, user=of(who), now=clock.now()):
        raise PageProblem(404)
    return _back(done="yes")


@router.post(f"{PATH}/verify")
def verify_here(request: Request, who: TeacherDep, chat: ChatDep, clock: ClockDep, question: Text) -> Response:
    """Keep a question with its plan of now."""
    try:
        teach.verify(chat, question, user=of(who), language=None, now=clock.now())
    except UnusableSynonym as wrong:
        return _back(why=page_localizer(request, who).render(wrong.message)[:300])
    return _back(done="yes")


@router.post(f"{PATH}/unverify")
def unverify_here(
    who: TeacherDep, chat: ChatDep, clock: ClockDep, version: Annotated[int, Form(ge=1, lt=2**63)]
) -> Response:
    """Take a verified question back."""
    if not teach.unverify(chat, version, user=of(who), now=clock.now()):
        raise PageProblem(404)
    return _back(done="yes")


@router.post("/chat/not-useful")
def not_useful_here(
    who: AskerDep,
    chat: ChatDep,
    clock: ClockDep,
    asked: Annotated[str, Form(max_length=500)],
    session: Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")],
    about: Annotated[str, Form(pattern=PAGE_PATH)] = "",
) -> Response:
    """Keep that the answer was of no use, and go back to the conversation."""
    not_useful(chat, asked, user=of(who), now=clock.now())
    return RedirectResponse(f"/chat?{urlencode({'session': session, 'noted': 'yes', 'about': about})}", 303)


def _back(**said: str) -> Response:
    return RedirectResponse(f"{PATH}?{urlencode(said)}", 303)


def _change(one: SynonymVersion, meaning: str, t: Localizer) -> dict[str, Any]:
    at = t.render(Day(one.set_at.date()))
    return {"version": one.version, "phrase": one.phrase, "meaning": meaning, "by": one.set_by, "at": at}


def _miss(one: Miss, chat: Chat, t: Localizer) -> dict[str, Any]:
    """The metrics that its unknown word is nearest to are buttons."""
    near = chat.catalogue.near(one.words, count=_NEAR) if one.words else ()
    return {
        "text": plain_line(one.text),
        "words": plain_line(one.words),
        "times": one.times,
        "reason": t(f"pages.vocabulary.reason_{one.reason}"),
        "near": [{"name": name, "label": t.render(message(f"metrics.{name}"))} for name in near],
    }
