"""Pictures of creatives from Meta's own hosts: https, no redirect, no private address, a limit of bytes."""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from fbads_pipeline.adapters.clock import DeadlinePassed, within
from fbads_pipeline.domain.delivery.pictures import LARGEST_BYTES, Picture, PictureRefused, read_picture

_HOSTS = (".fbcdn.net", ".facebook.com", ".cdninstagram.com")
_SECONDS = (5, 20)
_LONGEST_SECONDS = 40.0
_CHUNK = 64 * 1024


class PictureFetcher:
    """The port Pictures. graph_url: of the settings; an address of that very server is taken too, as a sandbox's is."""

    def __init__(self, graph_url: str) -> None:
        self._own = _origin(graph_url)

    def fetch(self, url: str) -> Picture:
        """Raises PictureRefused where there is none that may be kept, also where nothing answers in time."""
        try:
            return within(_LONGEST_SECONDS, lambda: self._fetch(url))
        except DeadlinePassed:
            raise PictureRefused("not reached: it took too long") from None

    def _fetch(self, url: str) -> Picture:
        import requests  # takes a while to import

        self._check(url)
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(url, timeout=_SECONDS, allow_redirects=False, stream=True)
                with answer:
                    if answer.status_code != 200:
                        raise PictureRefused(f"answered with status {answer.status_code}")
                    return read_picture(_body(answer))
        except requests.exceptions.RequestException as fault:
            raise PictureRefused(f"not reached: {type(fault).__name__}") from None

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if _origin(url) == self._own:
            return
        host = (parts.hostname or "").lower()
        if parts.scheme != "https" or not f".{host}".endswith(_HOSTS) or parts.port not in (None, 443):
            raise PictureRefused("not an address of Meta's")
        try:
            found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, 443)}
        except OSError:
            raise PictureRefused("not reached: its name is not known") from None
        if not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in found):
            raise PictureRefused("a private address")


def _body(answer: Any) -> bytes:
    """At most a byte more than may be kept."""
    read = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        read += chunk
        if len(read) > LARGEST_BYTES:
            break
    return bytes(read)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port
