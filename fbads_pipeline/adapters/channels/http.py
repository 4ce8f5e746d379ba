"""Requests to addresses of the settings: no redirect is followed, and errors do not quote the request.

A private network is where one's own n8n lives, so private addresses are allowed; the addresses under which clouds hand
out their machines' keys are not, however they are written.
"""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt

# Link-local addresses, and the ones that embed IPv4 in IPv6 (https://www.rfc-editor.org/rfc/rfc6052).
_REFUSED = [
    ipaddress.ip_network(net) for net in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200")
]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(ValueError):
    """A sentence that names the host."""


def check_address(url: str) -> None:
    """Raises AddressRefused where the host is, or resolves to, an address of machine metadata."""
    host = urlsplit(url).hostname or ""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return  # the request itself will fail
    if any(_is_refused(str(address)) for address in found):
        raise AddressRefused(f"{host} is an address of machine metadata, and nothing is sent there")


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout_seconds: float) -> Any:
    """The answer (`requests.Response`), or the failed attempt."""
    import requests  # takes a while to import

    try:
        check_address(url)
        return requests.post(url, data=body, headers=dict(headers), timeout=timeout_seconds, allow_redirects=False)
    except AddressRefused as wrong:
        return DeliveryAttempt("failed", error=str(wrong))
    except requests.exceptions.ConnectTimeout:
        return DeliveryAttempt("retry", error="nothing answers at that address")
    except requests.exceptions.SSLError:
        return DeliveryAttempt("retry", error="the receiver's certificate is refused")
    except requests.exceptions.ReadTimeout:
        return DeliveryAttempt("unknown", error="the receiver did not answer in time")
    except requests.exceptions.ConnectionError as fault:
        if "NewConnectionError" in repr(fault) or "NameResolutionError" in repr(fault):
            return DeliveryAttempt("retry", error="the receiver cannot be reached")
        return DeliveryAttempt("unknown", error="the receiver closed the connection before its answer")
    except requests.exceptions.RequestException as fault:
        return DeliveryAttempt("unknown", error=f"the request broke off: {type(fault).__name__}")


def retry_after(answer: Any) -> float | None:
    """The seconds that the receiver asks to wait."""
    value = str(answer.headers.get("Retry-After", ""))
    return float(value) if value.isdigit() else None


def _is_refused(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return any(address in net for net in _REFUSED if net.version == address.version)


def json_object(answer: Any) -> Mapping[str, Any]:
    """The object that an answer's body is; empty for anything else."""
    try:
        body = orjson.loads(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}
