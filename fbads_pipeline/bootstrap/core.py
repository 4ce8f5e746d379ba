"""What every subject needs: the settings and the database of this process, the clock, the translator; and what several
sidecars share through Redis."""

import atexit
import os
from functools import cache

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.postgres.server.database import DATABASE_URL, Database, open_database
from fbads_pipeline.adapters.shared_state.answers import RedisAnswers
from fbads_pipeline.adapters.shared_state.rate_limits import ProcessLimits, RateLimits, RedisLimits
from fbads_pipeline.adapters.shared_state.redis_server import SharedRedis
from fbads_pipeline.adapters.translation import translator as catalogues
from fbads_pipeline.ports.core import Clock, Translator
from fbads_pipeline.settings import Settings, load_settings


@cache
def process_settings() -> Settings:
    """The settings of the environment, read once per process; raises SettingsError."""
    return load_settings()


@cache
def process_database() -> Database:
    """One open database per process, closed when the process ends; migrated, unless a parent process has done so."""
    opened = open_database(process_settings())
    database = opened.__enter__()
    atexit.register(opened.__exit__, None, None, None)
    if DATABASE_URL not in os.environ:
        database.prepare()
    return database


def clock(settings: Settings) -> Clock:
    """The machine's clock, or the fixed instant of FBADS_NOW."""
    return clock_from(settings.now)


def translator() -> Translator:
    """The translator over the program's catalogues, one per process."""
    return catalogues.translator()


def shared_state(settings: Settings, database: Database) -> RateLimits:
    """The limits, of one process or of all that share a Redis. The database's kept answers are shared from now on where
    there are keys to seal them with."""
    if settings.redis_url is None:
        return ProcessLimits()
    redis = SharedRedis(settings.redis_url.get_secret_value())
    if settings.encryption_keys is not None:
        database.kept.share(RedisAnswers(redis, settings, database.url))
    return RedisLimits(redis)
