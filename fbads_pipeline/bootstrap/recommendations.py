"""Recommendations: the review, people's decisions, and carrying them out at Meta."""

from fbads_pipeline.adapters.meta_ads.transport import Transport
from fbads_pipeline.adapters.meta_ads.writer import GraphWriter
from fbads_pipeline.adapters.postgres.recommendations.approved_changes import PostgresApprovedChanges
from fbads_pipeline.adapters.postgres.recommendations.decisions import PostgresDecisionStore
from fbads_pipeline.adapters.postgres.recommendations.feedback import PostgresFeedback
from fbads_pipeline.adapters.postgres.recommendations.meta_recommendations import MetaRecommendationReader
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.collection import named_tokens, token_store, transport
from fbads_pipeline.settings import Settings


def review_store(database: Database) -> PostgresReviews:
    """What the review reads and writes."""
    return PostgresReviews(database.owner)


def decision_store(database: Database) -> PostgresDecisionStore:
    """People's decisions about suggestions."""
    return PostgresDecisionStore(database.owner)


def feedback_store(database: Database) -> PostgresFeedback:
    """People's marks on suggestions, anomalies and alerts."""
    return PostgresFeedback(database.owner)


def meta_recommendation_reader(database: Database) -> MetaRecommendationReader:
    """Meta's own recommendations and opportunity scores."""
    return MetaRecommendationReader(database.owner)


def approved_changes(database: Database) -> PostgresApprovedChanges:
    """Accepted suggestions that wait to be carried out."""
    return PostgresApprovedChanges(database.owner)


def ads_writer(settings: Settings, database: Database) -> GraphWriter:
    """Writes to Meta, each account with the token that sees it; the first token where none is known to.

    Nothing uses it unless FBADS_APPLY_DECISIONS says so. Raises SettingsError without any token.
    """
    store = token_store(settings, database)
    tokens = {one.name: one for one in named_tokens(settings, store)}
    transports: dict[str, Transport] = {}

    def transport_of(account_id: str) -> Transport:
        name = store.token_of(account_id) or ""
        token = tokens.get(name) or next(iter(tokens.values()))
        if token.name not in transports:
            transports[token.name] = transport(settings, token, database)
        return transports[token.name]

    return GraphWriter(transport_of)
