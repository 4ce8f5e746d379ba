"""Keeps what a form says of a client: of the page, of the command line, of a file."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.clients.client import Client
from fbads_pipeline.domain.clients.client_form import ClientForm, KnownAccount
from fbads_pipeline.domain.clients.targets import Target
from fbads_pipeline.ports.clients import ClientStore


class TargetSetter(Protocol):
    """Sets targets, all or none; raises UnusableTarget."""

    def set(self, targets: Sequence[Target], *, actor: str, now: datetime) -> list[int]: ...


def keep_client(
    clients: ClientStore,
    targets: TargetSetter,
    given: ClientForm,
    known: Client | None,
    accounts: Iterable[KnownAccount],
    *,
    actor: str,
    now: datetime,
) -> int:
    """The id of the client, which is added where none is known; a budget that is not new is not set again. The targets
    of its accounts hold from the accounts' own today.

    Raises UnusableClient and UnusableTarget.
    """
    if known is None:
        client_id = clients.add(given.details, actor=actor, now=now)
    else:
        client_id = known.client_id
        clients.change(client_id, given.details, actor=actor, now=now)
    if given.budget is not None and (known is None or given.budget != known.budget):
        clients.set_budget(client_id, given.budget, actor=actor, now=now)
    made = given.targets(accounts, now)
    if made:
        targets.set(made, actor=actor, now=now)
    return client_id
