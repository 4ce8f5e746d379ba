"""A database that is away, as a sensor meets it: a reason to skip, in a sentence. Anything else shows as an error."""

from sqlalchemy.exc import InterfaceError, OperationalError

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable

# What the adapters raise when the database cannot be reached, or goes away in mid-query.
OUTAGES = (DatabaseUnreachable, OperationalError, InterfaceError)


def sentence(outage: Exception) -> str:
    """What to look at, without statement or parameters."""
    reason = str(getattr(outage, "orig", None) or outage).strip().splitlines()
    return f"skipped, the database is away: {reason[0] if reason else type(outage).__name__}"
