"""`fbads tokens`: further tokens, stored encrypted. A secret comes from stdin or a hidden prompt, never from argv."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from fbads_pipeline.adapters.encryption import Cipher, new_key
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.adapters.postgres.server.encrypted_columns import encrypt_anew
from fbads_pipeline.bootstrap.collection import token_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.collection.tokens import NamedToken, TokenEntry, is_token_name
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tokens of further businesses, stored encrypted.")

_HEADER = ("name", "app", "app secret", "added", "last check", "expires", "state")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What to call it: lower-case letters, digits, - and _.")],
    app_id: Annotated[str | None, typer.Option(help="The Meta app's id.")] = None,
    app_secret: Annotated[bool, typer.Option("--app-secret", help="Ask for the app's secret too.")] = False,
) -> None:
    """Store a token; it is read from stdin, its first line, or at a hidden prompt (the app's secret: the second)."""
    if not is_token_name(name):
        raise WrongUse(f"{name!r} is no name for a token: lower-case letters, digits, - and _, and not `environment`")
    settings, token = load_settings(), _read_secret("token")
    secret = _read_secret("app secret") if app_secret else None
    with _tokens(settings) as tokens:
        tokens.add(NamedToken(name, token, app_id, secret), now=clock(settings).now())
    print(f"stored {name}", file=sys.stderr)


@app.command("list")
def show() -> None:
    """Print name, app, last check and expiry of each token, tab-separated; no secret."""
    with _tokens(load_settings()) as tokens:
        entries = tokens.entries()
    print_rows(_HEADER, [_row(one) for one in entries])


@app.command("remove")
def remove(name: Annotated[str, typer.Argument(help="As `fbads tokens list` shows it.")]) -> None:
    """Delete a token."""
    with _tokens(load_settings()) as tokens:
        if not tokens.remove(name):
            raise WrongUse(f"there is no token {name}: `fbads tokens list` shows those that there are")
    print(f"removed {name}", file=sys.stderr)


@app.command("rotate")
def rotate() -> None:
    """Encrypt all stored secrets under the first of FBADS_ENCRYPTION_KEYS: tokens, second factors, secrets of order
    sources, questions. Then the other keys can go."""
    settings = load_settings()
    with prepared_database(settings) as database:
        others = encrypt_anew(database.owner, Cipher(settings.encryption_keys))
        number = token_store(settings, database).rotate(now=clock(settings).now())
    print(f"{number} tokens and {others} other secrets are encrypted under the first key", file=sys.stderr)


@app.command("new-key")
def print_new_key() -> None:
    """Print a fresh key for FBADS_ENCRYPTION_KEYS."""
    print(new_key())


@contextmanager
def _tokens(settings: Settings) -> Iterator[PostgresTokens]:
    with prepared_database(settings) as database:
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
