"""What several sidecars share through Redis: counts of requests, and answers; without one each has its own."""

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.shared_state.answers import RedisAnswers
from fbads_pipeline.adapters.shared_state.rate_limits import ProcessLimits, RateLimits, RedisLimits
from fbads_pipeline.adapters.shared_state.redis_server import SharedRedis
from fbads_pipeline.settings import Settings


def shared_state(settings: Settings, database: Database) -> RateLimits:
    """The limits; the database's kept answers are shared from now on where there are keys to seal them with."""
    if settings.redis_url is None:
        return ProcessLimits()
    redis = SharedRedis(settings.redis_url.get_secret_value())
    if settings.encryption_keys is not None:
        database.kept.share(RedisAnswers(redis, settings, database.url))
    return RedisLimits(redis)
