"""What Meta's errors mean, sorted by what to do about them.

MetaError (an OutsideFailed: the command line exits with 3)
├── TransientMetaError     try again, with backoff
├── TooMuchData            ask for less: split, or go asynchronous
├── RateLimited            wait as long as the headers say
├── AccountStopped         this account's token or permission: stop it, tell someone once
├── ReportPending          poll on, or resubmit
└── PermanentMetaError     our query is wrong

Branches on (code, subcode) as https://developers.facebook.com/docs/marketing-api/error-reference lists them, never on
the text but for the one answer that has no code of its own ("reduce the amount of data", HTTP 500).
"""

from collections.abc import Mapping
from copy import copy
from typing import ClassVar, Self

from fbads_pipeline.domain.core.errors import OutsideFailed
from fbads_pipeline.domain.core.redaction import redact


class MetaError(OutsideFailed):
    """An answer of the Marketing API that is no data. The text is one sentence without secrets.

    kind: its name in reports and tables; what_to_do: what the operator can do, one sentence.
    """

    kind: ClassVar[str] = "error"
    what_to_do: ClassVar[str] = "Run `fbads doctor`; Meta's support finds the call by its fbtrace_id."

    def __init__(
        self, text: str, *, code: int | None = None, subcode: int | None = None, fbtrace_id: str | None = None
    ) -> None:
        super().__init__(text)
        self.code, self.subcode, self.fbtrace_id = code, subcode, fbtrace_id

    def __str__(self) -> str:
        return self._text(f", fbtrace_id {self.fbtrace_id}" if self.fbtrace_id else "")

    @property
    def reason(self) -> str:
        """The text and the numbers, without the trace that tells one call from another."""
        return self._text("")

    def _text(self, trace: str) -> str:
        numbers = "/".join(str(number) for number in (self.code, self.subcode) if number is not None)
        return f"{self.args[0]} (Meta error {numbers}{trace})" if numbers else str(self.args[0])

    def without_traceback(self) -> Self:
        """A new error with the same facts, to be kept and raised later.

        An exception that was raised holds the frames that it passed through, and with them whatever these hold.
        """
        fresh = copy(self)
        fresh.__traceback__ = fresh.__context__ = fresh.__cause__ = None
        return fresh


class TransientMetaError(MetaError):
    """A passing fault: connection, time-out, HTTP 5xx, a body cut short, codes 1, 2 and 960, `is_transient`."""

    kind = "transient"
    what_to_do = "Nothing, unless it stays: the next run asks again."


class TooMuchData(MetaError):
    """Meta asks for less data at a time."""

    kind = "too_much_data"
    what_to_do = "Collect fewer days at a time, or fewer breakdowns (FBADS_BREAKDOWNS)."


class RateLimited(MetaError):
    """A quota is used up; `wait_seconds` is what the headers say, None where they say nothing."""

    kind = "rate_limited"
    what_to_do = "Nothing, unless it stays: the next run goes on; apply for full access to the Marketing API."
    wait_seconds: float | None = None


class AccountStopped(MetaError):
    """The token is no longer valid, or the permission is missing."""

    kind = "stopped"
    what_to_do = "Renew the token, or give its user ads_read on the account; then run `fbads doctor`."

    @property
    def is_token_gone(self) -> bool:
        """Whether it concerns the token or its session, not one account's permission."""
        return self.code in _TOKEN_CODES


class ReportPending(MetaError):
    """A report run that is not ready, or has to be submitted anew."""

    kind = "report_pending"
    what_to_do = "Nothing: the run is polled again."


class PermanentMetaError(MetaError):
    """Asking again would give the same answer."""

    kind = "wrong_query"
    what_to_do = "Check FBADS_API_VERSION, FBADS_LEVELS and FBADS_BREAKDOWNS against the message."


_TOKEN_CODES = frozenset({102, 190})
# The app's own quota is used up; every other limit is one account's.
APP_LIMITS = frozenset({4, 341})
_TOO_MUCH = {(100, 1487534), (1, 99), (100, 1504018), (2, 1504038)}
_WRONG = {(2, 1504041), (2, 1504042)}
_REPORT = {(2601, 1815107), (-2, 2490547)}
_RATE_CODES = frozenset({4, 17, 32, 341, 613, *range(80000, 80007), 80008, 80014})
_STOPS_ONE_WRITE = {(613, 1487632), (17, 1885172), (17, 1885621)}
_STOP_CODES = frozenset({10, 102, 190, *range(200, 300), 368})
# 960: a part of a batch that was aborted, because the whole took too long.
_TRANSIENT_CODES = frozenset({1, 2, 960})


def sort_error(
    code: int | None, subcode: int | None, http_status: int, text: str = "", *, is_transient: bool = False
) -> type[MetaError]:
    """The class that says what to do about an error envelope.

    code, subcode: as in the envelope, None where it lacks them; text: the message, read for one case only;
    is_transient: as in the envelope. It turns a refusal into a passing fault, but for a dead token and what is known to
    be a wrong query.
    """
    pair = (code, subcode)
    if pair in _TOO_MUCH or (http_status >= 500 and "reduce the amount of data" in text.lower()):
        return TooMuchData
    if pair in _REPORT:
        return ReportPending
    if pair in _WRONG or pair in _STOPS_ONE_WRITE:
        return PermanentMetaError
    if code in _RATE_CODES:
        return RateLimited
    if code in _STOP_CODES and (code in _TOKEN_CODES or not is_transient):
        return AccountStopped
    if code in _TRANSIENT_CODES or http_status >= 500 or is_transient:
        return TransientMetaError
    return PermanentMetaError


def error_from_envelope(envelope: Mapping[str, object], http_status: int) -> MetaError:
    """The sorted exception for the `error` object of an answer; numbers that come as text are read as numbers."""
    code, subcode = _number(envelope.get("code")), _number(envelope.get("error_subcode"))
    text = redact(str(envelope.get("error_user_msg") or envelope.get("message") or "no message"))
    trace = envelope.get("fbtrace_id")
    is_transient = str(envelope.get("is_transient")).lower() == "true"
    cls = sort_error(code, subcode, http_status, str(envelope.get("message") or ""), is_transient=is_transient)
    return cls(text[:300], code=code, subcode=subcode, fbtrace_id=redact(str(trace))[:64] if trace else None)


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
