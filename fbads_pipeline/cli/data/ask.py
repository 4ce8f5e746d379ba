"""`fbads ask`: one question about the ads, answered from the marts of this home."""

import sys
from typing import Annotated

import orjson
import typer

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.schemas.chat import answer_json
from fbads_pipeline.bootstrap.chat import chat
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.metrics import readiness
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import AnyLanguage
from fbads_pipeline.domain.core.errors import DONE, PARTLY, WrongUse
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.services.chat.answer_question import answer, without_figures
from fbads_pipeline.services.chat.teach import replay_verified
from fbads_pipeline.services.chat.teach import verified as taught_questions
from fbads_pipeline.services.chat.turn import Answer, ChatUser
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False)

OWNER = ChatUser("owner")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in Portuguese or English.")] = "",
    session: Annotated[str | None, typer.Option(help="Remember the exchange under this name, for follow-ups.")] = None,
    lang: AnyLanguage = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object: text, rows, citations.")] = False,
    verified: Annotated[
        bool, typer.Option("--verified", help="Ask every verified question again, and print which changed.")
    ] = False,
) -> None:
    """Ask about your ads; every number comes from a query, which the answer names.

    The sources go to stderr. Without --lang the answer is in the question's language. Exits with 1 where the question
    was refused or needs another one, and with --verified where one is understood differently.
    """
    if verified == bool(question):
        raise WrongUse("give a question, or --verified")
    if verified:
        raise typer.Exit(run_verified(load_settings()))
    raise typer.Exit(run_ask(load_settings(), question, session=session, language=lang, as_json=as_json))


def run_verified(settings: Settings) -> int:
    """Print each verified question with what became of it; returns the exit code."""
    with prepared_database(settings) as database:
        made = chat(settings, database)
        replayed = replay_verified(made, taught_questions(made, user=OWNER))
    for one in replayed:
        changed = f" ({', '.join(one.changed)})" if one.changed else ""
        print(f"{one.state}{changed}: {one.question.asked}")
    print(f"{len(replayed)} verified questions", file=sys.stderr)
    return DONE if all(one.state == "same" for one in replayed) else PARTLY


def _answered(
    settings: Settings, database: Database, question: str, session: str | None, language: Language | None
) -> Answer:
    if readiness(database).missing() is not None:
        return without_figures(chat(settings, database), question, language=language)
    now = clock(settings).now()
    return answer(chat(settings, database), question, user=OWNER, session_id=session, language=language, now=now)


def run_ask(settings: Settings, question: str, *, session: str | None, language: Language | None, as_json: bool) -> int:
    """Print the answer; returns the exit code."""
    with prepared_database(settings) as database:
        made = _answered(settings, database, question, session, language)
    if as_json:
        sys.stdout.write(orjson.dumps(answer_json(made), option=orjson.OPT_INDENT_2, default=str).decode() + "\n")
    else:
        print(made.text)
        for one in made.citations:
            as_of = f"{one.as_of:%Y-%m-%d %H:%M %Z}" if one.as_of else "-"
            source = f"[{one.query_id}] {one.source} · {one.rows} rows · {', '.join(one.timezones)} · as of {as_of}"
            print(source, file=sys.stderr)
    return DONE if made.outcome == "answered" else PARTLY
