"""A database that goes away, or whose disk fills, in the middle of a write: nothing is half-written."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import psycopg2

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable, interruption
from fbads_pipeline.domain.core.errors import StoreUnavailable

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def never_half(method: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Of a method that writes in one transaction: a lost connection or a full disk is raised as StoreUnavailable."""

    @wraps(method)
    def write(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        try:
            return method(*arguments, **named)
        except DatabaseUnreachable as fault:
            raise StoreUnavailable(f"{fault}; nothing of this reading was kept") from fault
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as fault:  # of COPY, which SQLAlchemy does not see
            raise StoreUnavailable(f"{interruption(fault)}; nothing of this reading was kept") from fault

    return write
