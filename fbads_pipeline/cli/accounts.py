"""The accounts that a command was given, by id or by name."""

from collections.abc import Sequence

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.collection import ads_api, raw_store
from fbads_pipeline.domain.core.account_names import AccountNotFound, account_id_of, find_account_ids, require_known
from fbads_pipeline.settings import Settings


def account_ids(given: Sequence[str] | None, database: Database, *, ask_meta: Settings | None = None) -> list[str]:
    """Their ids, digits alone; empty for none given. Names are those of raw.accounts.

    ask_meta: settings with which Meta is asked for names that are not stored yet. Raises AccountNotFound.
    """
    wanted = list(given or ())
    if all(account_id_of(text) for text in wanted):
        return find_account_ids(wanted, [])
    try:
        return find_account_ids(wanted, raw_store(database).known_accounts())
    except AccountNotFound:
        if ask_meta is None:
            raise
        return find_account_ids(wanted, ads_api(ask_meta, database).accounts())


def known_account_ids(given: Sequence[str] | None, database: Database) -> list[str]:
    """As `account_ids`, and raises AccountNotFound too for an id that is not stored, once any account is."""
    found = account_ids(given, database)
    if found:
        require_known(found, raw_store(database).known_accounts())
    return found
