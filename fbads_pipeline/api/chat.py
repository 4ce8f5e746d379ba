"""The chat as the settings want it, and an answer as JSON holds it."""

from dataclasses import asdict
from typing import Any

from fbads_pipeline.adapters.calendar.configured import country_of_account
from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.calendar.events import PostgresCalendarEvents
from fbads_pipeline.adapters.postgres.chat.conversations import PostgresConversations
from fbads_pipeline.adapters.postgres.chat.queries import ChatQueries
from fbads_pipeline.adapters.postgres.metrics.catalogue import catalogue_path, read_metrics
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.translation.chat_lexicon import vocabulary
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline.domain.chat.understanding.tags import Lexicon
from fbads_pipeline.ports.chat import LanguagePlanner
from fbads_pipeline.services.chat.answer_question import Answer, Chat
from fbads_pipeline.settings import Settings


def chat_of(settings: Settings, database: Database) -> Chat:
    """The grammar always, a model where one is configured; questions are kept only where they can be encrypted."""
    catalogue = read_metrics(catalogue_path())
    cipher = Cipher(settings.encryption_keys) if settings.encryption_keys else None
    return Chat(
        figures=ChatQueries(database.analyst, database.owner, catalogue),
        catalogue=catalogue,
        lexicon=Lexicon(vocabulary(), catalogue),
        conversations=PostgresConversations(database.owner, cipher),
        model=_model(settings),
        calendar=PostgresCalendarEvents(database.owner, lambda zone: country_of_account(settings, zone)),
        attribution=settings.attribution_windows,
    )


def answer_json(made: Answer) -> dict[str, Any]:
    """Text, tables, citations; decimals stay as they are for the writer to make strings of."""
    return {
        "outcome": made.outcome,
        "kind": made.kind,
        "language": made.language,
        "text": made.text,
        "choices": list(made.choices),
        "tables": [table_json(table) for table in made.tables],
        "citations": [asdict(citation) for citation in made.citations],
        "chart": asdict(made.chart) if made.chart else None,
    }


def table_json(table: Result) -> dict[str, Any]:
    """Columns and rows of one query."""
    columns = table.query.columns
    return {
        "query_id": table.query.query_id,
        "columns": [asdict(column) for column in columns],
        "rows": [{column.name: row.get(column.name) for column in columns} for row in table.rows],
    }


def _model(settings: Settings) -> LanguagePlanner | None:
    if not settings.llm_base_url or not settings.llm_model:
        return None
    from fbads_pipeline.adapters.llm.planner import ChatModelPlanner

    return ChatModelPlanner(settings.llm_base_url, settings.llm_model, settings.llm_api_key)
