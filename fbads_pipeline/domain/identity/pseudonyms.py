"""Pseudonyms of people in the audit log: under a random key of each person, that goes when the person is erased."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any

PREFIX = "person:"
KEY_BYTES = 32
_DIGITS = 32
# A user's id, or somebody's name in Slack or at a command line.
_PERSON = re.compile(r"[0-9a-f]{16}|(?:slack|cli):.{1,120}")
# Actors that are no person: the program, the demo, a restore, whoever sits at a machine on which nobody has a login.
OF_THE_PROGRAM = frozenset({"fbads", "demo", "restore", "owner"})


def is_person(actor: str) -> bool:
    """Whether the actor of an entry is somebody: a user's id, `slack:` or `cli:` and a name there."""
    return actor not in OF_THE_PROGRAM and not actor.startswith(PREFIX)


def pseudonym(key: bytes, person: str) -> str:
    """HMAC-SHA256 of who it is, 128 bits of it: without the key nobody can tell whose it is, with the key nobody can
    claim that it is somebody else's."""
    return PREFIX + hmac.new(key, person.encode(), hashlib.sha256).hexdigest()[:_DIGITS]


def persons_of(user_id: str, slack_id: str | None) -> tuple[str, ...]:
    """What entries call a user: their id, and their name in Slack, in capitals as Slack writes it."""
    return (user_id, *((f"slack:{slack_id}", f"slack:{slack_id.upper()}") if slack_id else ()))


def texts_in(value: Any) -> Iterator[str]:
    """Every text in the details of an entry that may be a person, however deep."""
    if isinstance(value, str):
        if _PERSON.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)


def with_names(value: Any, names: Mapping[str, str]) -> Any:
    """The details of an entry with each text that is a key of `names` replaced, however deep."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        return {key: with_names(one, names) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [with_names(one, names) for one in value]
    return value
