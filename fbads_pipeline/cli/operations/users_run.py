"""`fbads users` and `fbads audit`: rows on stdout, sentences on stderr; a password never comes from argv."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from fbads_pipeline.adapters.identity.passwords import hash_password
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.bootstrap.identity import audit_log, identity_store
from fbads_pipeline.cli.home import WrongUse
from fbads_pipeline.domain.identity.users import Role, User, plain_email
from fbads_pipeline.settings import Settings

_HEADER = ("id", "address", "role", "accounts", "state")


def run_create(settings: Settings, email: str, role: Role, accounts: list[str] | None) -> None:
    """Their id goes to stdout. Raises WrongUse, WeakPassword, UserExists."""
    address = _email(email)
    if any(not one.isdigit() for one in accounts or ()):
        raise WrongUse("accounts are named by their ids: digits, with or without act_")
    hashed = hash_password(_password())
    with _identity(settings) as identity:
        made = identity.add_user(
            address, role, password_hash=hashed, accounts=accounts, actor=_actor(), now=datetime.now(UTC)
        )
    print(made.user_id)
    print(f"{address} may log in as {role}", file=sys.stderr)


def run_list(settings: Settings) -> None:
    """One line per user, below a header."""
    with _identity(settings) as identity:
        users = identity.users()
    for row in (_HEADER, *(_row(one) for one in users)):
        print("\t".join(row))


def run_disable(settings: Settings, email: str) -> None:
    """Raises WrongUse for somebody who is not there, LastAdmin."""
    with _identity(settings) as identity:
        user = _find(identity, email)
        identity.change_user(user.user_id, disabled=True, actor=_actor(), now=datetime.now(UTC))
    print(f"{user.email} cannot log in any more", file=sys.stderr)


def run_link(settings: Settings, email: str) -> None:
    """The link goes to stdout."""
    with _identity(settings) as identity:
        user = _find(identity, email)
        secret = identity.make_link(user.user_id, now=datetime.now(UTC))
    base = settings.public_url or f"http://127.0.0.1:{settings.api_port}"
    print(f"{base.rstrip('/')}/login?link={secret}")
    print("good once, within 15 minutes", file=sys.stderr)


def run_verify(settings: Settings) -> int:
    """0 where the chain is whole, else 1."""
    with open_database(settings) as database:
        database.prepare()
        rows, broken = audit_log(database).verify()
    if broken is None:
        print(f"the audit log is whole: {rows} rows", file=sys.stderr)
        return 0
    print(f"fbads: the audit log was changed: row {broken} does not follow from the ones before it", file=sys.stderr)
    return 1


@contextmanager
def _identity(settings: Settings) -> Iterator[PostgresIdentity]:
    with open_database(settings) as database:
        database.prepare()
        yield identity_store(database)


def _find(identity: PostgresIdentity, email: str) -> User:
    address = _email(email)
    for user in identity.users():
        if user.email == address:
            return user
    raise WrongUse(f"nobody has the address {address}: `fbads users list` shows everybody")


def _email(text: str) -> str:
    try:
        return plain_email(text)
    except ValueError as wrong:
        raise WrongUse(str(wrong)) from None


def _password() -> str:
    if sys.stdin.isatty():
        first = getpass.getpass("password: ")
        if getpass.getpass("again: ") != first:
            raise WrongUse("the two passwords differ: try again")
        return first
    return sys.stdin.readline().rstrip("\n")


def _actor() -> str:
    return f"cli:{getpass.getuser()}"


def _row(user: User) -> tuple[str, ...]:
    accounts = "all" if user.accounts is None else ",".join(sorted(user.accounts)) or "none"
    return (user.user_id, user.email, user.role, accounts, "disabled" if user.is_disabled else "active")
