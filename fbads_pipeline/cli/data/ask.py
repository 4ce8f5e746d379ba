"""`fbads ask`: one question about the ads, answered from the marts of this home."""

import sys

import orjson

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.api.schemas.chat import answer_json
from fbads_pipeline.bootstrap.chat import chat
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.services.chat.answer_question import ChatUser, answer
from fbads_pipeline.settings import Settings

OWNER = ChatUser("owner")


def run_ask(settings: Settings, question: str, *, session: str | None, language: Language | None, as_json: bool) -> int:
    """Print the answer, and where its figures come from on stderr; 1 where it is a refusal or a question back."""
    with open_database(settings) as database:
        database.prepare()
        answerer = chat(settings, database)
        now = clock_from(settings.now).now()
        made = answer(answerer, question, user=OWNER, session_id=session, language=language, now=now)
    if as_json:
        sys.stdout.write(orjson.dumps(answer_json(made), option=orjson.OPT_INDENT_2, default=str).decode() + "\n")
    else:
        print(made.text)
        for citation in made.citations:
            read = f"{citation.as_of:%Y-%m-%d %H:%M %Z}" if citation.as_of else "-"
            zones = ", ".join(citation.timezones)
            print(
                f"[{citation.query_id}] {citation.source} · {citation.rows} rows · {zones} · as of {read}",
                file=sys.stderr,
            )
    return 0 if made.outcome == "answered" else 1
