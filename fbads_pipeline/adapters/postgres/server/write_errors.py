"""A database that goes away, or is full, in the middle of a write: one sentence, and nothing half-written."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import psycopg2
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable
from fbads_pipeline.domain.core.errors import StoreUnavailable

Asked = ParamSpec("Asked")
Told = TypeVar("Told")
_DISK_FULL = "53100"


def never_half(method: Callable[Asked, Told]) -> Callable[Asked, Told]:
    """Of a method that writes in one transaction: a lost connection or a full disk is raised as StoreUnavailable."""

    @wraps(method)
    def asked(*arguments: Asked.args, **named: Asked.kwargs) -> Told:
        try:
            return method(*arguments, **named)
        except DatabaseUnreachable as away:
            raise StoreUnavailable(str(away)) from away
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as fault:
            raise StoreUnavailable(_sentence(fault)) from fault
        except sa.exc.DBAPIError as fault:
            if isinstance(fault.orig, psycopg2.OperationalError | psycopg2.InterfaceError):
                raise StoreUnavailable(_sentence(fault.orig)) from fault
            raise

    return asked


def _sentence(fault: psycopg2.Error) -> str:
    if fault.pgcode == _DISK_FULL:
        return "the database's disk is full: free some space; nothing of this reading was kept"
    first = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    return f"the database went away in the middle of it ({first}); nothing of this reading was kept"
