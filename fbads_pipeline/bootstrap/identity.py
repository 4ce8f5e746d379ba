"""Identity: users and their sessions, preferences, personal data, and the audit log."""

import os
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa

from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.identity.column_sets import PostgresColumnSets
from fbads_pipeline.adapters.postgres.identity.consents import PostgresConsents
from fbads_pipeline.adapters.postgres.identity.personal_data import PostgresPersonalData
from fbads_pipeline.adapters.postgres.identity.preferences import PostgresPreferences
from fbads_pipeline.adapters.postgres.identity.retention import PostgresRetention
from fbads_pipeline.adapters.postgres.identity.second_factors import PostgresSecondFactors
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server.database import DAGSTER_DATABASE_URL, Database
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.settings import Settings


def identity_store(database: Database) -> PostgresIdentity:
    """Users, their sessions, links and API keys."""
    return PostgresIdentity(database.owner)


def second_factors(database: Database) -> PostgresSecondFactors:
    """Authenticator apps of users, and their codes for a lost telephone."""
    return PostgresSecondFactors(database.owner)


def column_sets(database: Database) -> PostgresColumnSets:
    """Columns that users keep under a name."""
    return PostgresColumnSets(database.owner)


def preferences(database: Database) -> PostgresPreferences:
    """What each user wants to receive, and in which language."""
    return PostgresPreferences(database.owner)


def audit_log(database: Database) -> PostgresAudit:
    """The log of decisions and of changes of rights, chained by hashes."""
    return PostgresAudit(database.owner)


def personal_data(settings: Settings, database: Database) -> PostgresPersonalData:
    """What is stored about a person; their questions to the chat only where a key decrypts them."""
    keys = settings.encryption_keys
    decrypt = partial(Cipher(keys).decrypt, name="question") if keys else None
    return PostgresPersonalData(database.owner, decrypt, settings.home_path, partial(_dagsters, database))


def _dagsters(database: Database) -> sa.Engine:
    """Dagster's own database, whose events may quote an error that names somebody."""
    url = os.environ.get(DAGSTER_DATABASE_URL) or database.dagster_url
    return engine(url, application_name="fbads erasure", pool_size=1)


def consents(database: Database) -> PostgresConsents:
    """What each user read of the privacy notice, and what they refused."""
    return PostgresConsents(database.owner)


def retention(database: Database) -> PostgresRetention:
    """What is kept of persons, until its time is over."""
    return PostgresRetention(database.owner)


def erase_again(settings: Settings, database: Database) -> int:
    """Erase whoever a restored backup brought back; how many there were."""
    return personal_data(settings, database).erase_again(now=datetime.now(UTC))
