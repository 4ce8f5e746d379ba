"""Connections to read with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def reading(owner: sa.Engine) -> Iterator[sa.Connection]:
    """A connection of that engine to read with: each statement by itself, as the database sees them anyway when nothing
    is written. There is no transaction to begin and to end, which are two round trips of three.

    The driver is switched itself: SQLAlchemy's way back from AUTOCOMMIT names an isolation level, which is a round trip
    for every reading.
    """
    with owner.connect() as connection:
        driver: Any = connection.connection.driver_connection
        before, driver.autocommit = driver.autocommit, True
        try:
            yield connection
        finally:
            if not driver.closed:
                driver.autocommit = before
