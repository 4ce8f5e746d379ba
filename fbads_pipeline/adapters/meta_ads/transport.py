"""One call to the Graph API: credentials, time-outs, retries, waits; JSON in, sorted errors out.

The SDK's session carries the credentials and its certificate bundle; the token goes into the Authorization header,
never into an address. Bodies are read with orjson: the SDK's own response object would parse each one twice.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
import requests
import structlog
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from fbads_pipeline.adapters.meta_ads.collector_pause import CollectorPause
from fbads_pipeline.adapters.meta_ads.usage import Pacer, read_usage
from fbads_pipeline.domain.collection.account_reports import ApiTraffic
from fbads_pipeline.domain.collection.meta_errors import (
    APP_LIMITS,
    MetaError,
    PermanentMetaError,
    RateLimited,
    TransientMetaError,
    error_from_envelope,
)
from fbads_pipeline.domain.core.redaction import know, redact
from fbads_pipeline.ports.collection import Quotas

log = structlog.get_logger(__name__)

Json = dict[str, Any]
Read = TypeVar("Read")
_NOT_THERE = frozenset({404, 405, 410, 501})
_CHUNK_BYTES = 1 << 16
_LONGEST_BODY_SECONDS = 300.0
_LONGEST_PERMIT_WAIT_SECONDS = 600.0
# Parsed pages are several times the size of their text. Two, so that one arrives while the other one is parsed.
PARSING_PERMITS = threading.BoundedSemaphore(2)
_COLLECTOR_PAUSE = CollectorPause()


@dataclass(frozen=True)
class GraphAccess:
    """Where the Graph API is and with what right we ask. Secrets never show in its repr.

    patience_seconds: a longer wait for an account is not slept through, but raised as RateLimited: others can go on
    meanwhile. longest_wait_seconds: the same for calls that concern no account.
    """

    url: str
    version: str
    token: str
    app_id: str | None = None
    app_secret: str | None = None
    timeout_seconds: tuple[float, float] = (5.0, 60.0)
    attempts: int = 5
    backoff_seconds: float = 1.0
    patience_seconds: float = 15.0
    longest_wait_seconds: float = 600.0
    connections: int = 16

    def __repr__(self) -> str:
        return f"GraphAccess({self.url}/{self.version})"


class Transport:
    """Calls of one token; safe to use from several threads at once."""

    def __init__(
        self,
        access: GraphAccess,
        sleep: Callable[[float], None] = time.sleep,
        *,
        quotas: Quotas | None = None,
        warned: Callable[[str], None] = lambda text: None,
    ) -> None:
        # Meta's SDK is heavy: imported where it is needed.
        from facebook_business.api import FacebookAdsApi
        from facebook_business.session import FacebookSession

        self._access = access
        self._sleep = sleep
        self._pacer = Pacer(quotas)
        self._warned, self._warnings = warned, set[str]()
        self._traffic: dict[str, ApiTraffic] = {}
        self._lock = threading.Lock()
        session = FacebookSession(access.app_id, access.app_secret, access.token, timeout=access.timeout_seconds)
        know(access.token, access.app_secret, session.requests.params.get("appsecret_proof"))
        self._http: requests.Session = session.requests
        del self._http.params["access_token"]
        self._http.headers.update(FacebookAdsApi.HTTP_DEFAULT_HEADERS)
        self._http.headers["Authorization"] = f"Bearer {access.token}"
        self._http.headers["Accept-Encoding"] = "gzip, deflate"
        self._http.trust_env = False
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=access.connections))

    def close(self) -> None:
        """Ends the connections that are kept for the next request."""
        self._http.close()

    def traffic(self, account_id: str) -> ApiTraffic:
        """What the account's calls cost so far (the live object)."""
        with self._lock:
            return self._traffic.setdefault(account_id, ApiTraffic())

    def get(self, path: str, params: Mapping[str, str], *, account_id: str = "") -> Json:
        """The answer to a GET; raises a MetaError once retries and waits are used up."""
        body: Json = self._patiently("GET", path, params, account_id)
        return body

    def read(self, path: str, params: Mapping[str, str], understand: Callable[[Any], Read], *, account_id: str) -> Read:
        """What `understand` makes of the answer to a GET.

        For answers that are large: only as many as PARSING_PERMITS are parsed at once in this process, and the parsed
        answer is gone when this returns. What `understand` raises as TransientMetaError is asked for again.
        """
        understood: Read = self._patiently("GET", path, params, account_id, understand)
        return understood

    def post(self, path: str, params: Mapping[str, str], *, account_id: str = "") -> Any:
        """The answer to a POST that may be repeated safely (batch reads, report runs)."""
        return self._patiently("POST", path, params, account_id)

    def nap(self, account_id: str, seconds: float) -> None:
        """Wait for something other than a quota; it counts as waited."""
        self.traffic(account_id).waited_seconds += seconds
        self._sleep(seconds)

    def _patiently(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        account_id: str,
        understand: Callable[[Any], Any] | None = None,
    ) -> Any:
        traffic = self.traffic(account_id)
        backoff = wait_exponential_jitter(
            multiplier=self._access.backoff_seconds, max=30, jitter=self._access.backoff_seconds
        )

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return 0.0 if isinstance(error, RateLimited) else backoff(state)  # the next call is held back itself

        def is_passing(error: BaseException) -> bool:
            if not isinstance(error, RateLimited):
                return isinstance(error, TransientMetaError)
            return (error.wait_seconds or 0.0) <= self._patience(account_id)

        def before_sleep(state: RetryCallState) -> None:
            seconds = state.next_action.sleep if state.next_action else 0.0
            traffic.retries += 1
            traffic.waited_seconds += seconds
            error = state.outcome.exception() if state.outcome else None
            log.warning("retry", account_id=account_id, path=path, seconds=round(seconds, 1), reason=str(error))

        retrying = Retrying(
            retry=retry_if_exception(is_passing),
            stop=stop_after_attempt(self._access.attempts),
            wait=wait,
            sleep=self._sleep,
            before_sleep=before_sleep,
            reraise=True,
        )
        return retrying(self._once, method, path, params, account_id, understand)

    def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        account_id: str,
        understand: Callable[[Any], Any] | None,
    ) -> Any:
        traffic = self.traffic(account_id)
        self._hold_back(account_id, traffic)
        url = f"{self._access.url.rstrip('/')}/{self._access.version}/{path}"
        traffic.calls += 1
        begun = time.perf_counter()
        try:
            with self._send(method, url, params) as response:
                return self._answer(response, account_id, begun, understand)
        except requests.RequestException as fault:
            traffic.count_answer(method, None, time.perf_counter() - begun)
            raise TransientMetaError(f"no answer from {urlsplit(url).netloc}: {type(fault).__name__}") from None

    def _send(self, method: str, url: str, params: Mapping[str, str]) -> requests.Response:
        """The answer's head; its body is still on the wire."""
        return self._http.request(
            method,
            url,
            params=params if method == "GET" else None,
            data=params if method == "POST" else None,
            timeout=self._access.timeout_seconds,
            allow_redirects=False,
            stream=True,
        )

    def _answer(
        self,
        response: requests.Response,
        account_id: str,
        begun: float,
        understand: Callable[[Any], Any] | None,
    ) -> Any:
        """The answer, with its headers' usage noted."""
        usage = read_usage(response.headers)
        try:
            if understand is None:
                answer = _parsed(response.status_code, self._content(response, account_id, begun))
            else:
                answer = self._understood(response, account_id, begun, understand)
        except RateLimited as limited:
            self._pacer.note(account_id, usage, is_refused=True, is_app_refused=limited.code in APP_LIMITS)
            limited.wait_seconds = max(usage.wait_seconds, self._pacer.delay(account_id))
            raise
        self._pacer.note(account_id, usage)
        self._heed(response.headers)
        return answer

    def _understood(
        self, response: requests.Response, account_id: str, begun: float, understand: Callable[[Any], Read]
    ) -> Read:
        """Who waits for a permit leaves the body on the wire: large bodies are in memory a few at a time."""
        if not PARSING_PERMITS.acquire(timeout=_LONGEST_PERMIT_WAIT_SECONDS):
            raise TransientMetaError("other answers took too long to be parsed")
        try:
            content = self._content(response, account_id, begun)
            with _COLLECTOR_PAUSE:
                return understand(_parsed(response.status_code, content))
        finally:
            PARSING_PERMITS.release()

    def _content(self, response: requests.Response, account_id: str, begun: float) -> bytes:
        """The whole answer as it came, counted."""
        traffic, parts = self.traffic(account_id), []
        for part in response.iter_content(_CHUNK_BYTES):
            parts.append(part)
            if time.perf_counter() - begun > _LONGEST_PERMIT_WAIT_SECONDS + _LONGEST_BODY_SECONDS:
                raise requests.Timeout("the answer took too long")
        content = b"".join(parts)
        traffic.count_answer(response.request.method or "", response.status_code, time.perf_counter() - begun)
        traffic.bytes += len(content)
        return content

    def _patience(self, account_id: str) -> float:
        return self._access.patience_seconds if account_id else self._access.longest_wait_seconds

    def _hold_back(self, account_id: str, traffic: ApiTraffic) -> None:
        seconds = self._pacer.delay(account_id)
        if seconds > self._patience(account_id):
            limited = RateLimited(f"the quota is used up, as Meta's headers say: {seconds:.0f} s to wait")
            limited.wait_seconds = seconds
            raise limited
        if seconds > 0:
            if seconds >= 1:
                log.info("slowing down", account_id=account_id, seconds=round(seconds, 1))
            traffic.waited_seconds += seconds
            self._sleep(seconds)

    def _heed(self, headers: Mapping[str, str]) -> None:
        """A warning about the API's version reaches the operator, once per text."""
        text = redact(headers.get("x-ad-api-version-warning") or "")
        if text and text not in self._warnings:
            self._warnings.add(text)
            log.warning("Meta warns about the API's version", version=self._access.version, text=text[:300])
            self._warned(text[:300])


def _parsed(status: int, content: bytes) -> Any:
    """The answer's JSON; sorted errors for answers that are no data."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = _leniently(status, content)
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        raise error_from_envelope(body["error"], status)
    if status >= 400:
        raise _unexplained(status)(f"HTTP {status} without an error envelope")
    return body


def _leniently(status: int, content: bytes) -> Any:
    """Half a surrogate pair in a name is legal JSON that orjson refuses: such characters become `?`."""
    try:
        loose = json.loads(content)
        return orjson.loads(json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace"))
    except ValueError:
        raise _no_json(status, content) from None


def _no_json(status: int, content: bytes) -> MetaError:
    if status >= 500 and b"reduce the amount of data" in content[:2000].lower():
        return error_from_envelope({"message": "Please reduce the amount of data you're asking for"}, status)
    return _unexplained(status)(f"HTTP {status} with a body that is no JSON ({len(content)} bytes)")


def _unexplained(status: int) -> type[MetaError]:
    """An error that comes without Meta's envelope, as from something that stands between: what does not exist there
    will not exist a second later either."""
    return PermanentMetaError if status in _NOT_THERE else TransientMetaError
