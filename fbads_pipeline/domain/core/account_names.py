"""Ad accounts as people name them on the command line: by id or by name."""

import unicodedata
from collections.abc import Sequence

from fbads_pipeline.domain.core.accounts import Account, InvalidAccountId, parse_account_id
from fbads_pipeline.domain.core.errors import WrongUse

_MOST_CHOICES = 20


class AccountNotFound(WrongUse):
    """No account, or more than one, has the given name; one sentence that lists the choices."""


def account_id_of(text: str) -> str | None:
    """The id where the text is one, with or without `act_`; None for a name."""
    try:
        return parse_account_id(text)
    except InvalidAccountId:
        return None


def find_account_ids(given: Sequence[str], known: Sequence[Account]) -> list[str]:
    """The ids of the given accounts, in order, each once. An id need not be known; a name is compared without regard
    to case and accents. Raises AccountNotFound."""
    return list(dict.fromkeys(account_id_of(text) or _id_of_name(text, known) for text in given))


def require_known(account_ids: Sequence[str], known: Sequence[Account]) -> None:
    """Raises AccountNotFound for an id that none of the known accounts has; before the first is known, any may be."""
    there = {one.account_id for one in known}
    unknown = [one for one in account_ids if one not in there]
    if known and unknown:
        raise AccountNotFound(f"no account has the id {', '.join(unknown)}: the known accounts are {_choices(known)}")


def _choices(known: Sequence[Account]) -> str:
    return ", ".join(f"{one.name or 'no name'} ({one.account_id})" for one in known[:_MOST_CHOICES]) or "none"


def _id_of_name(name: str, known: Sequence[Account]) -> str:
    found = [one for one in known if one.name is not None and _folded(one.name) == _folded(name)]
    if len(found) == 1:
        return found[0].account_id
    if found:
        choices = ", ".join(one.account_id for one in found)
        raise AccountNotFound(f"{len(found)} accounts are named {name!r}: give the id of one, {choices}")
    raise AccountNotFound(f"no account is named {name!r}: the known accounts are {_choices(known)}")


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(one for one in decomposed if not unicodedata.combining(one)).casefold().split())
