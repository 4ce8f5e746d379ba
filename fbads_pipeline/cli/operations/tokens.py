"""`fbads tokens`: further tokens, stored encrypted. A secret comes from stdin or a hidden prompt, never from argv."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fbads_pipeline.adapters.clock import clock_from
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.bootstrap.collection import token_store
from fbads_pipeline.cli.home import WrongUse
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenEntry, is_token_name
from fbads_pipeline.settings import Settings

HEADER = ("name", "app", "app secret", "added", "last check", "expires", "state")


def run_add(settings: Settings, name: str, app_id: str | None, *, with_secret: bool) -> None:
    """Read the secrets, store them, say so on stderr."""
    if not is_token_name(name):
        raise WrongUse(f"{name!r} is no name for a token: lower-case letters, digits, - and _, and not `environment`")
    token = _read_secret("token")
    secret = _read_secret("app secret") if with_secret else None
    with _store(settings) as store:
        store.add(NamedToken(name, token, app_id, secret), now=clock_from(settings.now).now())
    print(f"stored {name}", file=sys.stderr)


def run_list(settings: Settings) -> None:
    """One line per stored token, below a header."""
    with _store(settings) as store:
        entries = store.entries()
    for row in (HEADER, *(_row(one) for one in entries)):
        print("\t".join(row))


def run_remove(settings: Settings, name: str) -> None:
    """Raises WrongUse where there is no such token."""
    with _store(settings) as store:
        if not store.remove(name):
            raise WrongUse(f"there is no token {name}: `fbads tokens list` shows those that there are")
    print(f"removed {name}", file=sys.stderr)


def run_rotate(settings: Settings) -> None:
    """Say on stderr how many were encrypted anew."""
    with _store(settings) as store:
        number = store.rotate(now=clock_from(settings.now).now())
    print(f"{number} tokens are encrypted under the first key", file=sys.stderr)


@contextmanager
def _store(settings: Settings) -> Iterator[PostgresTokens]:
    with open_database(settings) as database:
        database.prepare()
        yield token_store(settings, database)


def _read_secret(what: str) -> str:
    secret = (getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise WrongUse(f"that is no {what}: give it on a line of its own, as Meta shows it")
    return secret


def _row(one: TokenEntry) -> tuple[str, ...]:
    last = one.last_check
    ends = last.facts.ends_at if last else None
    if last is None:
        state = "not checked yet"
    else:
        state = "valid" if last.facts.is_valid else f"refused: {last.facts.error or 'no reason was given'}"
    return (
        one.name,
        one.app_id or "",
        "yes" if one.has_app_secret else "no",
        f"{one.added_at:%Y-%m-%d}",
        f"{last.checked_at:%Y-%m-%d %H:%M}" if last else "",
        f"{ends:%Y-%m-%d}" if ends else ("never" if last and last.facts.is_valid else ""),
        state,
    )
