"""Chat: the grammar always, a language model where one is configured."""

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.chat.conversations import PostgresConversations
from fbads_pipeline.adapters.postgres.chat.queries import ChatQueries
from fbads_pipeline.adapters.postgres.chat.vocabulary import PostgresChatVocabulary
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.translation.chat_lexicon import vocabulary
from fbads_pipeline.bootstrap.anomalies import anomaly_store
from fbads_pipeline.bootstrap.calendar import calendar_events
from fbads_pipeline.bootstrap.core import translator
from fbads_pipeline.bootstrap.delivery import delivery_problems
from fbads_pipeline.bootstrap.identity import preferences
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.understanding.tags import Lexicon
from fbads_pipeline.domain.metrics.declared import METRICS, ORDER_METRICS
from fbads_pipeline.ports.chat import LanguagePlanner
from fbads_pipeline.services.chat.turn import Chat
from fbads_pipeline.settings import Settings


def chat(settings: Settings, database: Database) -> Chat:
    """Answers questions about the ads; questions are kept only where they can be encrypted."""
    catalogue = Catalogue({**METRICS, **ORDER_METRICS})
    cipher = Cipher(settings.encryption_keys) if settings.encryption_keys else None
    return Chat(
        database=ChatQueries(database.analyst, database.owner, catalogue),
        catalogue=catalogue,
        lexicon=Lexicon(vocabulary(), catalogue),
        translator=translator(),
        conversations=PostgresConversations(database.owner, cipher),
        model=_language_model(settings),
        calendar=calendar_events(settings, database),
        attribution=settings.attribution_windows,
        learning=anomaly_store(database),
        money=delivery_problems(database),
        money_of=lambda user_id: preferences(database).of(user_id).money,
        levels=settings.levels,
        problems=delivery_problems(database),
        taught=PostgresChatVocabulary(database.owner, cipher),
    )


def _language_model(settings: Settings) -> LanguagePlanner | None:
    if not settings.llm_base_url or not settings.llm_model:
        return None
    # langchain is an optional extra, and takes seconds to import.
    from fbads_pipeline.adapters.llm.planner import ChatModelPlanner

    return ChatModelPlanner(settings.llm_base_url, settings.llm_model, settings.llm_api_key)
