"""Keeps what a form says of a client: of the page, of the command line, of a file."""

from datetime import datetime

from fbads_pipeline.domain.clients.client import Client
from fbads_pipeline.domain.clients.client_form import ClientForm
from fbads_pipeline.ports.clients import ClientStore


def keep_client(clients: ClientStore, given: ClientForm, known: Client | None, *, actor: str, now: datetime) -> int:
    """The id of the client, which is added where none is known; a budget that is not new is not set again.

    Raises UnusableClient.
    """
    if known is None:
        client_id = clients.add(given.details, actor=actor, now=now)
    else:
        client_id = known.client_id
        clients.change(client_id, given.details, actor=actor, now=now)
    if given.budget is not None and (known is None or given.budget != known.budget):
        clients.set_budget(client_id, given.budget, actor=actor, now=now)
    return client_id
