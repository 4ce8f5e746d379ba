"""Asks landing pages whether they answer: public addresses only, and only the address that was looked at.

A name is resolved once, every address that it has must be public, and the connection goes to that very address: a name
that resolves to another one a moment later (DNS rebinding) gains nothing. Each redirect is looked at in the same way.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urljoin, urlsplit

from fbads_pipeline.adapters.clock import within
from fbads_pipeline.domain.delivery.links import LinkAnswer

_SECONDS = 10.0
_MOST_REDIRECTS = 5
_ANOTHER_METHOD = frozenset({400, 403, 404, 405, 501, 503})
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; fbads-link-check)", "Accept": "text/html,*/*;q=0.5"}
Resolve = Callable[[str, int], list[str]]


class _NotPublic(Exception):
    """An address that is not asked."""


class LandingPages:
    """The port LandingPageCheck. resolve: the addresses of a name; allowed: addresses that are asked although they are
    not public, of tests alone."""

    def __init__(self, resolve: Resolve | None = None, *, allowed: frozenset[str] = frozenset()) -> None:
        self._resolve, self._allowed = resolve or addresses_of, allowed

    def ask(self, url: str) -> LinkAnswer:
        """HEAD, and GET where that is not answered well; at most ten seconds and five redirects."""
        started = time.monotonic()
        answer = self._follow(url, "HEAD", started)
        if answer.status in _ANOTHER_METHOD or (answer.status is None and not answer.is_refused):
            started = time.monotonic()
            answer = self._follow(url, "GET", started)
        return answer

    def _follow(self, url: str, method: str, started: float) -> LinkAnswer:
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                left = max(0.0, _SECONDS - (time.monotonic() - started))
                status, location = within(left, partial(self._once, url, method, left))
            except _NotPublic as reason:
                return LinkAnswer(url, None, time.monotonic() - started, str(reason), is_refused=True)
            except TimeoutError:
                return LinkAnswer(url, None, time.monotonic() - started, "time-out")
            except ssl.SSLError:
                return LinkAnswer(url, None, time.monotonic() - started, "TLS")
            except (OSError, http.client.HTTPException, ValueError) as fault:
                return LinkAnswer(url, None, time.monotonic() - started, type(fault).__name__)
            if not location:
                return LinkAnswer(url, status, time.monotonic() - started)
            url = urljoin(url, location)
        return LinkAnswer(url, None, time.monotonic() - started, "redirects without end")

    def _once(self, url: str, method: str, left: float) -> tuple[int, str | None]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise _NotPublic("no http address")
        if left <= 0:
            raise TimeoutError
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._public(host, port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(host, port, timeout=left)
        connection.sock = socket.create_connection((address, port), timeout=left)
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context()
                connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
            connection.request(method, path, headers=_HEADERS)
            answer = connection.getresponse()
            is_redirect = answer.status in (301, 302, 303, 307, 308)
            return answer.status, answer.getheader("location") if is_redirect else None
        finally:
            connection.close()

    def _public(self, host: str, port: int) -> str:
        """The address to connect to; raises _NotPublic where one of the name's addresses is not public."""
        found = self._resolve(host, port)
        if not found:
            raise OSError(host)
        for one in found:
            if one not in self._allowed and not is_public(one):
                raise _NotPublic("a private address")
        return found[0]


def addresses_of(host: str, port: int) -> list[str]:
    """Every address of a name, once each; raises OSError for a name that has none."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in entries))


def is_public(address: str) -> bool:
    """Whether it is an address of the internet; one that wraps another (IPv4 in IPv6) counts as that other."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast
