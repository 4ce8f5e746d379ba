"""`fbads users`: who may log in. Rows on stdout, sentences on stderr; a password never comes from argv."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from fbads_pipeline.adapters.identity.passwords import hash_password
from fbads_pipeline.adapters.postgres.identity.audit import ORIGIN
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.bootstrap.identity import identity_store, second_factors
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.identity.users import User, plain_email
from fbads_pipeline.settings import Settings, load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Who may log in, and to what.")

Email = Annotated[str, typer.Argument(help="Their address.")]
_HEADER = ("id", "address", "name", "role", "accounts", "state")


class UserRole(StrEnum):
    """What they may: read, also chat, also decide, everything, or data protection alone."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"
    DPO = "dpo"


@app.command("create")
def create(
    email: Annotated[str, typer.Option(help="Their address.")],
    role: Annotated[UserRole, typer.Option(help="What they may.")],
    name: Annotated[str | None, typer.Option(help="Their name, as others read it.")] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(help="An ad account that they see, by id or name; may be repeated. Without it: all of them."),
    ] = None,
) -> None:
    """Give somebody a login; the password comes from stdin, its first line, or from a hidden prompt."""
    address, password_hash = _address(email), hash_password(_password())
    ORIGIN.set({"via": "command line"})
    with prepared_database(load_settings()) as database:
        accounts = known_account_ids(account, database) or None
        user = identity_store(database).add_user(
            address,
            role.value,
            password_hash=password_hash,
            accounts=accounts,
            actor=_actor(),
            now=datetime.now(UTC),
            name=name,
        )
    print(user.user_id)
    print(f"{address} may log in as {role}", file=sys.stderr)


@app.command("list")
def show() -> None:
    """Print id, address, role and accounts of everybody, tab-separated."""
    with _identity(load_settings()) as identity:
        users = identity.users()
    print_rows(_HEADER, [_row(one) for one in users])


@app.command("disable")
def disable(email: Email) -> None:
    """End somebody's login, and every session, token and key of theirs."""
    with _identity(load_settings()) as identity:
        user = _find(identity, email)
        identity.change_user(user.user_id, disabled=True, actor=_actor(), now=datetime.now(UTC))
    print(f"{user.email} cannot log in any more", file=sys.stderr)


@app.command("password")
def password(email: Email) -> None:
    """Give somebody a new password, from stdin or a hidden prompt; every session and token of theirs ends."""
    password_hash = hash_password(_password())
    with _identity(load_settings()) as identity:
        user = _find(identity, email)
        identity.set_password(user.user_id, password_hash, actor=_actor(), now=datetime.now(UTC))
    print(f"{user.email} has a new password, and is logged out everywhere", file=sys.stderr)


@app.command("second-factor-off")
def second_factor_off(email: Email) -> None:
    """Take somebody's second factor away, where the telephone and the recovery codes are lost."""
    with prepared_database(load_settings()) as database:
        ORIGIN.set({"via": "command line"})
        user = _find(identity_store(database), email)
        second_factors(database).remove(user.user_id, actor=_actor(), now=datetime.now(UTC))
    print(f"{user.email} logs in with the password alone", file=sys.stderr)


@app.command("link")
def link(email: Email) -> None:
    """Print a link that logs them in once, within a quarter of an hour."""
    settings = load_settings()
    with _identity(settings) as identity:
        user = _find(identity, email)
        secret = identity.make_link(user.user_id, now=datetime.now(UTC))
    base = settings.public_url or f"http://127.0.0.1:{settings.api_port}"
    print(f"{base.rstrip('/')}/login?link={secret}")
    print("good once, within 15 minutes", file=sys.stderr)


@contextmanager
def _identity(settings: Settings) -> Iterator[PostgresIdentity]:
    ORIGIN.set({"via": "command line"})
    with prepared_database(settings) as database:
        yield identity_store(database)


def _find(identity: PostgresIdentity, email: str) -> User:
    address = _address(email)
    for user in identity.users():
        if user.email == address:
            return user
    raise WrongUse(f"nobody has the address {address}: `fbads users list` shows everybody")


def _address(text: str) -> str:
    try:
        return plain_email(text)
    except ValueError as wrong:
        raise WrongUse(str(wrong)) from None


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("password: ")
    if getpass.getpass("again: ") != first:
        raise WrongUse("the two passwords differ: try again")
    return first


def _actor() -> str:
    return f"cli:{getpass.getuser()}"


def _row(user: User) -> tuple[str, ...]:
    accounts = "all" if user.accounts is None else ",".join(sorted(user.accounts)) or "none"
    return (
        user.user_id,
        user.email,
        user.name or "",
        user.role,
        accounts,
        "disabled" if user.is_disabled else "active",
    )
