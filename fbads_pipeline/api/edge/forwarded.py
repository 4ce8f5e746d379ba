"""A request as a proxy in front describes it when it asks whether the request may pass."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers

from fbads_pipeline.api.authentication import SAFE

# Ours, whatever stands before the name; no service behind the proxy is given them.
_OWN_COOKIES = ("fbads_", "__Host-fbads_", "__Secure-fbads_")
# Where services take commands: a link from elsewhere does not lead there.
_COMMANDS = ("/api", "/rest", "/webhook", "/form", "/mcp", "/graphql", "/push")
_ONCE = ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-method", "x-forwarded-uri")


class NotOurs(Exception):
    """The request does not pass. status: of the answer; the text is one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(frozen=True)
class ForwardedRequest:
    """host: with its port, as the browser asked for it; site: Sec-Fetch-Site, empty where the browser does not say."""

    scheme: str
    host: str
    method: str
    path: str
    origin: str | None
    site: str
    is_navigation: bool
    is_websocket: bool

    def require_ours(self, public_url: str) -> None:
        """Raises NotOurs for another name than the program's own, and for what another site's page sends."""
        own = urlsplit(public_url)
        if self.scheme != own.scheme or _name(self.host) != own.hostname:
            raise NotOurs(421, "this name is not the one of FBADS_PUBLIC_URL")
        if self.origin is not None and self.origin != f"{self.scheme}://{self.host}":
            raise NotOurs(403, "another site does nothing here")
        says_nothing = self.origin is None and not self.site
        if says_nothing and (self.is_websocket or self.method not in SAFE):
            raise NotOurs(403, "the browser does not say which page sends this")
        if self.site in ("", "same-origin", "none"):
            return
        is_link = self.is_navigation and self.method == "GET" and self.origin is None and not self.is_websocket
        if not is_link or self.path.startswith(_COMMANDS):
            raise NotOurs(403, "another site does nothing here")


def read_forwarded(headers: Headers) -> ForwardedRequest:
    """The request that the headers describe; raises NotOurs where they do not describe exactly one."""
    given = {name: headers.getlist(name) for name in (*_ONCE, "origin", "sec-fetch-site")}
    if any(len(given[name]) != 1 for name in _ONCE) or any(len(values) > 1 for values in given.values()):
        raise NotOurs(400, "a proxy asks here, with one X-Forwarded-Host, -Proto, -Method and -Uri each")
    return ForwardedRequest(
        scheme=given["x-forwarded-proto"][0].replace("ws", "http", 1),
        host=given["x-forwarded-host"][0],
        method=given["x-forwarded-method"][0].upper(),
        path=_path(given["x-forwarded-uri"][0]),
        origin=next(iter(given["origin"]), None),
        site=next(iter(given["sec-fetch-site"]), ""),
        is_navigation=headers.get("sec-fetch-mode") == "navigate",
        is_websocket="sec-websocket-key" in headers,
    )


def cookies_of_others(headers: Headers) -> str | None:
    """The Cookie header without the program's own cookies; None where none is left."""
    kept = []
    for part in ";".join(headers.getlist("cookie")).split(";"):
        name = part.partition("=")[0].strip()
        if name and not name.startswith(_OWN_COOKIES):
            kept.append(part.strip())
    return "; ".join(kept) or None


def _path(uri: str) -> str:
    """Without the query, unescaped, with single slashes and no dots, as the most lenient service would read it."""
    parts: list[str] = []
    for part in unquote(uri.partition("?")[0]).lower().split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
