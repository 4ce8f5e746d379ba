"""Which connections have to be encrypted: to a PostgreSQL or a Redis that is not on this machine."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

DatabaseTls = Literal["verify-full", "require", "off"]
# What libpq's `sslmode` has to be, at least; `verify-ca` does not look whom it talks to by name.
_ENOUGH: Mapping[DatabaseTls, frozenset[str]] = {
    "verify-full": frozenset({"verify-full"}),
    "require": frozenset({"require", "verify-ca", "verify-full"}),
}


def is_this_machine(host: str) -> bool:
    """Whether that host is a socket's folder, or a loopback address or name."""
    plain = host.strip().strip("[]")
    try:
        return not plain or plain.startswith(("/", "@")) or plain == "localhost" or ip_address(plain).is_loopback
    except ValueError:
        return False


def require_tls(setting: str, url: str, others: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Raises ValueError, as below. setting: `database_url`, or one of a Redis; others: `database_tls`, `redis_tls`."""
    if setting == "database_url":
        require_database_tls(url, others.get("database_tls", "require"), environment)
    else:
        require_redis_tls(url, others.get("redis_tls", True))


def require_database_tls(url: str, wanted: DatabaseTls, environment: Mapping[str, str]) -> None:
    """Raises ValueError, in a sentence without any part of the address but its host, where the address leads to another
    machine and its `sslmode` (libpq's PGSSLMODE without one) does not encrypt, or does less than is wanted."""
    if wanted == "off" or not url.startswith("postgres"):
        return
    # As SQLAlchemy reads it: a password may have any sign but an at.
    server, _, asked = url.partition("://")[2].rpartition("@")[2].partition("?")
    query = parse_qs(asked)
    away = [host for host in _hosts(server.partition("/")[0], query, environment) if not is_this_machine(host)]
    mode = query.get("sslmode", [environment.get("PGSSLMODE", "")])[-1]
    if away and mode not in _ENOUGH[wanted]:
        found = f"sslmode={mode}" if mode in ("disable", "allow", "prefer", "require", "verify-ca") else "no sslmode"
        raise ValueError(
            f"{away[0]} is another machine, and the address has {found}: end it in ?sslmode=verify-full&sslrootcert=…"
            f"{' or ?sslmode=require' if wanted == 'require' else ''}, or set FBADS_DATABASE_TLS=off where the network"
            " between them is yours alone"
        )


def require_redis_tls(url: str, is_wanted: bool) -> None:
    """Raises ValueError, in a sentence, where the address leads to another machine without TLS."""
    parts = urlsplit(url)
    if is_wanted and parts.scheme == "redis" and not is_this_machine(parts.hostname or ""):
        raise ValueError(
            f"{parts.hostname} is another machine: begin the address with rediss:// (two s), or set"
            " FBADS_REDIS_TLS=false where the network between them is yours alone"
        )


def _hosts(server: str, query: Mapping[str, list[str]], environment: Mapping[str, str]) -> Iterable[str]:
    """Each host that libpq may connect to; a service file may name any."""
    if "service" in query:
        return ["what a service file names"]
    texts = [unquote(server), *query.get("host", []), *query.get("hostaddr", [])]
    found = [_without_port(one) for text in texts for one in text.split(",") if one]
    return found or [environment.get("PGHOSTADDR", ""), environment.get("PGHOST", "")]


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text.partition("]")[0].lstrip("[")
    return text.partition(":")[0] if text.count(":") == 1 else text
