"""Connections to read with."""

import sqlalchemy as sa


def reading(owner: sa.Engine) -> sa.Connection:
    """A connection of that engine to read with: each statement by itself, as the database sees them anyway when nothing
    is written. There is no transaction to begin and to end, which are two round trips of three."""
    return owner.connect().execution_options(isolation_level="AUTOCOMMIT")
