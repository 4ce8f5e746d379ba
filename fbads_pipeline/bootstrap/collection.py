"""Collecting: stored tokens, the Marketing API read through them, and the schema raw."""

from pydantic import SecretStr

from fbads_pipeline.adapters.encryption import Cipher, new_key
from fbads_pipeline.adapters.identity.secret_files import secret_of
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.inspector import GraphInspector
from fbads_pipeline.adapters.meta_ads.router import TokenRouter
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.collection.collect_notes import CollectNotes
from fbads_pipeline.adapters.postgres.collection.collect_requests import PostgresCollectRequests
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.collection.request_state import (
    PostgresQuotas,
    PostgresRequestStrategies,
    PostgresVersionWarnings,
)
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.adapters.postgres.collection.webhook_receipts import PostgresReceipts
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.domain.collection.tokens import ENVIRONMENT, NamedToken
from fbads_pipeline.domain.core.redaction import know
from fbads_pipeline.settings import ENCRYPTION_KEYS_FILE, Settings, SettingsError


def token_store(settings: Settings, database: Database) -> PostgresTokens:
    """The stored tokens, decrypted with FBADS_ENCRYPTION_KEYS."""
    return PostgresTokens(database.owner, Cipher(settings.encryption_keys))


def keeping_tokens(settings: Settings) -> Settings:
    """Settings with which tokens can be stored: without FBADS_ENCRYPTION_KEYS, a key is made in the home's own file."""
    if settings.encryption_keys is not None:
        return settings
    keys = secret_of(settings.home_path / ENCRYPTION_KEYS_FILE, new_key)
    know(keys)
    return settings.model_copy(update={"encryption_keys": SecretStr(keys)})


def named_tokens(settings: Settings, store: PostgresTokens) -> list[NamedToken]:
    """The token of FBADS_ACCESS_TOKEN, then the stored ones.

    Raises SettingsError where there is none, and where no key of FBADS_ENCRYPTION_KEYS decrypts one.
    """
    tokens = [*_environment_token(settings), *store.load()]
    if not tokens:
        raise SettingsError(
            "FBADS_ACCESS_TOKEN is missing: set it to a token with the permission ads_read, or use `fbads tokens add`"
        )
    return tokens


def transport(settings: Settings, token: NamedToken, database: Database | None = None) -> Transport:
    """HTTP calls to the Marketing API with that token.

    database: where quotas are shared with other processes; without it they last as long as this object.
    """
    access = GraphAccess(
        url=settings.graph_url,
        version=settings.api_version,
        token=token.token,
        app_id=token.app_id,
        app_secret=token.app_secret,
        longest_wait_seconds=settings.longest_wait_seconds,
        connections=settings.concurrency,
    )
    if database is None:
        return Transport(access)
    warned = PostgresVersionWarnings(database.owner, settings.api_version)
    return Transport(access, quotas=PostgresQuotas(database.owner, token.app_id or token.name), warned=warned)


def ads_client(settings: Settings, token: NamedToken) -> GraphAds:
    """The Marketing API with one token, without any stored state."""
    return GraphAds(transport(settings, token))


def token_inspector(settings: Settings) -> GraphInspector:
    """Asks Meta about tokens."""
    return GraphInspector(lambda token: transport(settings, token))


def ads_api(settings: Settings, database: Database) -> TokenRouter:
    """The Marketing API, each account read with a token that sees it; raises SettingsError without any token."""
    store, strategies = token_store(settings, database), PostgresRequestStrategies(database.owner)
    windows, present = settings.attribution_windows, clock(settings)
    clients = {
        token.name: GraphAds(
            transport(settings, token, database), windows=windows, strategies=strategies, now=present.now
        )
        for token in named_tokens(settings, store)
    }
    return TokenRouter(clients, store, present)


def raw_store(database: Database) -> PostgresRawStore:
    """The schema raw."""
    return PostgresRawStore(database.owner)


def collect_notes(database: Database) -> CollectNotes:
    """What the readings of accounts had to leave out."""
    return CollectNotes(database.owner)


def webhook_receipts(database: Database) -> PostgresReceipts:
    """Webhooks that were received once."""
    return PostgresReceipts(database.owner)


def collect_requests(database: Database) -> PostgresCollectRequests:
    """Collecting runs that were asked for."""
    return PostgresCollectRequests(database.owner)


def _environment_token(settings: Settings) -> list[NamedToken]:
    if settings.access_token is None:
        return []
    secret = settings.app_secret.get_secret_value() if settings.app_secret else None
    return [NamedToken(ENVIRONMENT, settings.access_token.get_secret_value(), settings.app_id, secret)]
