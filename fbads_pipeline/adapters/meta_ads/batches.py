"""Objects by id, in batches of which each part has an outcome of its own.

A part that Meta could not answer this time (null, code 960, `is_transient`, HTTP 5xx) is asked again in smaller
batches, then alone, with the transport's backoff. What Meta says of one object is that object's alone; only a quota and
a dead token concern the account.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from fbads_pipeline.adapters.meta_ads.queries import as_json
from fbads_pipeline.adapters.meta_ads.transport import Json, Transport
from fbads_pipeline.domain.collection.meta_errors import (
    AccountStopped,
    MetaError,
    PermanentMetaError,
    RateLimited,
    TransientMetaError,
    error_from_envelope,
)

# Ids per call, one round after the other; those of the last round are asked without a batch.
ROUNDS = (50, 10, 1)
_PAUSE_SECONDS = 1.0
# So many in a row that nothing answers: the others would not be answered either, and wait for the next run.
_VAIN_CALLS = 3


@dataclass
class BatchRead:
    """What became of the objects. found: as Meta shows them; refused: it answers for the object, with an error of the
    query or the permission; unanswered: no answer this time, with the reason. All others are not shown at all."""

    found: list[Json] = field(default_factory=list)
    refused: dict[str, MetaError] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)


def read_batch(transport: Transport, ids: Sequence[str], fields: str, account_id: str) -> BatchRead:
    """The objects of those ids. Raises RateLimited and, where the token is no longer valid, AccountStopped."""
    reading = _Reading(transport, fields, account_id)
    pending = list(ids)
    for number, size in enumerate(ROUNDS):
        if not pending:
            break
        if number:
            transport.nap(account_id, _PAUSE_SECONDS * number)
        asked, reading.read.unanswered = pending, {}
        if size == 1 or len(asked) == 1:
            reading.one_by_one(asked)
            break
        for start in range(0, len(asked), size):
            reading.batch(asked[start : start + size])
        pending = list(reading.read.unanswered)
    return reading.read


class _Reading:
    """One reading of objects by id, as it comes about in `read`."""

    def __init__(self, transport: Transport, fields: str, account_id: str) -> None:
        self._transport, self._fields, self._account_id = transport, fields, account_id
        self.read = BatchRead()

    def batch(self, ids: Sequence[str]) -> None:
        requests = [{"method": "GET", "relative_url": f"{one}?fields={self._fields}"} for one in ids]
        form = {"batch": as_json(requests), "include_headers": "false"}
        try:
            parts = self._transport.post("", form, account_id=self._account_id)
        except (PermanentMetaError, AccountStopped) as error:
            if _is_token_gone(error):
                raise
            self.one_by_one(ids)  # a server without batches, or one object that spoils the others
            return
        known = parts if isinstance(parts, list) and len(parts) == len(ids) else [None] * len(ids)
        for one, part in zip(ids, known, strict=True):
            self._keep(one, outcome_of(part))

    def one_by_one(self, ids: Iterable[str]) -> None:
        vain = 0
        for one in ids:
            if vain >= _VAIN_CALLS:
                self.read.unanswered[one] = "not asked for: the calls before it were not answered"
                continue
            outcome = self._single(one)
            vain = vain + 1 if isinstance(outcome, TransientMetaError) else 0
            self._keep(one, outcome)

    def _single(self, object_id: str) -> Json | MetaError:
        try:
            body = self._transport.get(object_id, {"fields": self._fields}, account_id=self._account_id)
        except RateLimited:
            raise
        except MetaError as error:
            if _is_token_gone(error):
                raise
            return error.without_traceback()
        return body if isinstance(body, dict) else TransientMetaError("an answer that is no object")

    def _keep(self, object_id: str, outcome: Json | MetaError) -> None:
        if not isinstance(outcome, MetaError):
            self.read.found += [outcome] if "id" in outcome else []
        elif isinstance(outcome, RateLimited) or _is_token_gone(outcome):
            raise outcome
        elif not isinstance(outcome, PermanentMetaError | AccountStopped):
            self.read.unanswered[object_id] = outcome.reason
        elif not _is_gone(outcome):
            self.read.refused[object_id] = outcome


def outcome_of(part: Any) -> Json | MetaError:
    """The object of one part of a batch, or its error; never raised where it comes about."""
    if not isinstance(part, dict) or "body" not in part:
        return TransientMetaError("a part of a batch without an answer")
    try:
        body = orjson.loads(part["body"]) if isinstance(part["body"], str) else part["body"]
        status = int(part.get("code") or 200)
    except (orjson.JSONDecodeError, TypeError, ValueError):
        return TransientMetaError("a part of a batch that is no JSON")
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        return error_from_envelope(body["error"], status)
    if status >= 400 or not isinstance(body, dict):
        return TransientMetaError(f"a part of a batch with HTTP status {status} and no object")
    return body


def unless_of_account(error: MetaError) -> MetaError:
    """The error of one part; raises what concerns more than it: a limit, or a token that is no longer valid."""
    if isinstance(error, RateLimited) or _is_token_gone(error):
        raise error
    return error.without_traceback()


def _is_gone(error: MetaError) -> bool:
    """ "Unsupported get request": Meta shows the object to nobody, or not with this token."""
    return (error.code, error.subcode) == (100, 33)


def _is_token_gone(outcome: object) -> bool:
    return isinstance(outcome, AccountStopped) and outcome.is_token_gone
