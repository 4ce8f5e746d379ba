"""The clients of the demo: whose accounts they are, with a budget, a target and the tax of their country."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.bootstrap.clients import client_store, target_store
from fbads_pipeline.domain.clients.client import ClientBudget, ClientDetails, Contact
from fbads_pipeline.domain.clients.targets import Target
from fbads_pipeline.domain.clients.tax import TaxChoice
from fbads_pipeline.settings import Settings

_ACTOR = "demo"


@dataclass(frozen=True)
class DemoClient:
    """budget: a month's, in the currency of its account; cpa, roas: at most one of them."""

    name: str
    account_id: str
    currency: str
    budget: int
    language: str
    cpa: int | None = None
    roas: str | None = None
    tax: TaxChoice = TaxChoice()
    contact: str = ""


CLIENTS = (
    DemoClient("Loja Ipê", "1015812345678901", "BRL", 300_000, "pt", cpa=45, contact="marina@lojaipe.example"),
    DemoClient(
        "Maple & Sons", "784512369874512", "USD", 215_000, "en", cpa=50, tax=TaxChoice("off"), contact="joe@m.example"
    ),
    DemoClient(
        "Azulejo Lisboa", "10203040506070809", "EUR", 230_000, "pt", roas="1.5", tax=TaxChoice("off"),
        contact="ines@azulejo.example",
    ),
    DemoClient(
        "Sakura (さくら商店)", "365214789632541", "JPY", 16_000_000, "en", cpa=3600, tax=TaxChoice("off"),
        contact="yuki@sakura.example",
    ),
)  # fmt: skip


def keep_demo_clients(database: Database, settings: Settings, now: datetime) -> None:
    """Adds them where there is no client yet; before the first account is collected, so that the first models have
    their tax."""
    clients = client_store(settings, database)
    if clients.all():
        return
    first_day = now.date().replace(day=1)
    for one in CLIENTS:
        details = ClientDetails(
            one.name, (one.account_id,), Contact(email=one.contact), language=one.language, tax=one.tax
        )
        client_id = clients.add(details, actor=_ACTOR, now=now)
        budget = ClientBudget(one.currency, Decimal(one.budget), first_day)
        clients.set_budget(client_id, budget, actor=_ACTOR, now=now)


def keep_demo_targets(database: Database, now: datetime) -> None:
    """Sets a target for each account of the demo that has none; the accounts must have been collected."""
    targets = target_store(database)
    known = {one.target.account_id for one in targets.all()}
    wanted = [_target(one, now.date().replace(day=1)) for one in CLIENTS if one.account_id not in known]
    if wanted:
        targets.set(wanted, actor=_ACTOR, now=now)


def _target(one: DemoClient, since: date) -> Target:
    return Target(
        one.account_id,
        one.currency,
        since,
        cpa=None if one.cpa is None else Decimal(one.cpa),
        roas=None if one.roas is None else Decimal(one.roas),
    )
