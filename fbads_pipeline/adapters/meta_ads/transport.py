"""One call to the Graph API: credentials, time-outs, retries, waits; JSON in, sorted errors out.

The SDK's session carries the credentials and its certificate bundle; the token goes into the Authorization header,
never into an address. Bodies are read with orjson: the SDK's own response object would parse each one twice.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
import structlog
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from fbads_pipeline.adapters.meta_ads.usage import Pacer, read_usage
from fbads_pipeline.domain.collection.levels import Traffic
from fbads_pipeline.domain.collection.meta_errors import (
    APP_LIMITS,
    MetaError,
    PermanentMetaError,
    RateLimited,
    TransientMetaError,
    error_from_envelope,
)
from fbads_pipeline.ports.collection import Quotas

log = structlog.get_logger(__name__)

Json = dict[str, Any]
_NOT_THERE = frozenset({404, 405, 410, 501})


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
        from facebook_business.api import FacebookAdsApi
        from facebook_business.session import FacebookSession

        self._access = access
        self._sleep = sleep
        self._pacer = Pacer(quotas)
        self._warned, self._warnings = warned, set[str]()
        self._traffic: dict[str, Traffic] = {}
        self._lock = threading.Lock()
        session = FacebookSession(access.app_id, access.app_secret, access.token, timeout=access.timeout_seconds)
        self._http: requests.Session = session.requests
        del self._http.params["access_token"]
        self._http.headers.update(FacebookAdsApi.HTTP_DEFAULT_HEADERS)
        self._http.headers["Authorization"] = f"Bearer {access.token}"
        self._http.headers["Accept-Encoding"] = "gzip, deflate"
        self._http.trust_env = False
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=access.connections))

    def traffic(self, account_id: str) -> Traffic:
        """What the account's calls cost so far (the live object)."""
        with self._lock:
            return self._traffic.setdefault(account_id, Traffic())

    def get(
        self, path: str, params: Mapping[str, str], *, account_id: str = "", gate: BoundedSemaphore | None = None
    ) -> Json:
        """The answer to a GET; raises a MetaError once retries and waits are used up.

        gate: taken before the answer is parsed, and left to the caller to give back once it is done with the answer.
        """
        body: Json = self._patiently("GET", path, params, account_id, gate)
        return body

    def post(self, path: str, params: Mapping[str, str], *, account_id: str = "") -> Any:
        """The answer to a POST that may be repeated safely (batch reads, report runs)."""
        return self._patiently("POST", path, params, account_id)

    def nap(self, account_id: str, seconds: float) -> None:
        """Wait for something other than a quota; it counts as waited."""
        self.traffic(account_id).waited_seconds += seconds
        self._sleep(seconds)

    def _patiently(
        self, method: str, path: str, params: Mapping[str, str], account_id: str, gate: BoundedSemaphore | None = None
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
        return retrying(self._once, method, path, params, account_id, traffic, gate)

    def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        account_id: str,
        traffic: Traffic,
        gate: BoundedSemaphore | None,
    ) -> Any:
        self._hold_back(account_id, traffic)
        url = f"{self._access.url.rstrip('/')}/{self._access.version}/{path}"
        traffic.calls += 1
        with ExitStack() as on_failure:
            response = self._timed(traffic, method, url, params, gate, on_failure)
            traffic.bytes += len(response.content)
            self._heed(response.headers)
            body = self._understand(response, account_id)
            on_failure.pop_all()
            return body

    def _timed(
        self,
        traffic: Traffic,
        method: str,
        url: str,
        params: Mapping[str, str],
        gate: BoundedSemaphore | None,
        on_failure: ExitStack,
    ) -> requests.Response:
        """As `_receive`; how it ended and how long it took is counted, waiting for the gate included."""
        begun, status = time.perf_counter(), None
        try:
            response = self._receive(method, url, params, gate, on_failure)
            status = response.status_code
            return response
        finally:
            traffic.answered(method, status, time.perf_counter() - begun)

    def _receive(
        self, method: str, url: str, params: Mapping[str, str], gate: BoundedSemaphore | None, on_failure: ExitStack
    ) -> requests.Response:
        """The whole answer. Who waits for the gate leaves the body on the wire: large bodies lie here one at a time."""
        try:
            with self._send(method, url, params) as response:
                if gate:
                    gate.acquire()
                    on_failure.callback(gate.release)
                _ = response.content
                return response
        except requests.RequestException as fault:
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

    def _understand(self, response: requests.Response, account_id: str) -> Any:
        usage = read_usage(response.headers)
        try:
            body = _read(response)
        except RateLimited as limited:
            self._pacer.note(account_id, usage, is_refused=True, is_app_refused=limited.code in APP_LIMITS)
            limited.wait_seconds = max(usage.wait_seconds, self._pacer.delay(account_id))
            raise
        self._pacer.note(account_id, usage)
        return body

    def _patience(self, account_id: str) -> float:
        return self._access.patience_seconds if account_id else self._access.longest_wait_seconds

    def _hold_back(self, account_id: str, traffic: Traffic) -> None:
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
        text = headers.get("x-ad-api-version-warning")
        if text and text not in self._warnings:
            self._warnings.add(text)
            log.warning("Meta warns about the API's version", version=self._access.version, text=text[:300])
            self._warned(text[:300])


def _read(response: requests.Response) -> Any:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = _leniently(response)
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        raise error_from_envelope(body["error"], response.status_code)
    if response.status_code >= 400:
        raise _unexplained(response.status_code)(f"HTTP {response.status_code} without an error envelope")
    return body


def _leniently(response: requests.Response) -> Any:
    """Half a surrogate pair in a name is legal JSON that orjson refuses: such characters become `?`."""
    try:
        loose = json.loads(response.content)
        return orjson.loads(json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace"))
    except ValueError:
        raise _no_json(response) from None


def _no_json(response: requests.Response) -> MetaError:
    text = response.text[:2000]
    if response.status_code >= 500 and "reduce the amount of data" in text.lower():
        return error_from_envelope(
            {"message": "Please reduce the amount of data you're asking for"}, response.status_code
        )
    return _unexplained(response.status_code)(
        f"HTTP {response.status_code} with a body that is no JSON ({len(response.content)} bytes)"
    )


def _unexplained(status: int) -> type[MetaError]:
    """An error that comes without Meta's envelope, as from something that stands between: what does not exist there
    will not exist a second later either."""
    return PermanentMetaError if status in _NOT_THERE else TransientMetaError
