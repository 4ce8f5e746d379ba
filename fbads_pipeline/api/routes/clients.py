"""Clients: their accounts, contact, channels, branding, budget of the month and tax; who sees them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from fbads_pipeline.adapters.clients.logo_drawing import drawn_logo
from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.dependencies import ClientGrantsDep, ClientsDep, ClockDep, IdentityDep, TaxesDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.languages import KnownLanguage
from fbads_pipeline.api.parameters import AccountDigits
from fbads_pipeline.domain.clients.client import (
    Branding,
    Client,
    ClientBudget,
    ClientChannel,
    ClientDetails,
    Contact,
)
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.tax import TaxChoice, TaxSetting
from fbads_pipeline.domain.identity.users import Principal, plain_email

router = APIRouter(prefix="/api/v1/clients", tags=["clients"])

ReaderDep = Annotated[Principal, Depends(Needs("marts:read"))]
SetterDep = Annotated[Principal, Depends(Needs("suggestions:decide"))]
AdminDep = Annotated[Principal, Depends(Needs("admin"))]
ClientId = Annotated[int, Path(ge=1, lt=2**63)]
Line = Annotated[str | None, Field(max_length=120)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContactBody(_Body):
    """The person to talk to at the client's."""

    name: Line = None
    email: Annotated[str | None, Field(max_length=254)] = None
    phone: Annotated[str | None, Field(max_length=30)] = None


class BrandingBody(_Body):
    """What reports for the client carry. Colours: `#rrggbb`."""

    agency_name: Line = None
    primary_color: Annotated[str | None, Field(max_length=7)] = None
    accent_color: Annotated[str | None, Field(max_length=7)] = None


class TaxBody(_Body):
    """country: the rate of the account's country (or of `country`); off: none; rate: a part of the invoice (0.1215)."""

    mode: Literal["country", "off", "rate"] = "country"
    rate: Annotated[Decimal | None, Field(ge=0, lt=1, max_digits=8)] = None
    country: Annotated[str | None, Field(max_length=2)] = None


class BudgetBody(_Body):
    """What the client may spend in a calendar month, tax not included. amount: null ends what held before."""

    currency: Annotated[str, Field(max_length=3)]
    amount: Annotated[Decimal | None, Field(gt=0, max_digits=18, decimal_places=6)]
    valid_from: date
    valid_until: date | None = None


class NewClient(_Body):
    """A client, whole. An account belongs to one client at most. channels: `email:…` or `slack:…`."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    accounts: Annotated[list[AccountDigits], Field(max_length=200)] = []
    contact: ContactBody = ContactBody()
    language: KnownLanguage = "pt"
    channels: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=10)] = []
    branding: BrandingBody = BrandingBody()
    tax: TaxBody = TaxBody()


class ShownClient(NewClient):
    """A client as it is kept. budget: the one that holds today."""

    client_id: int
    version: int
    set_by: str
    set_at: datetime
    has_logo: bool
    budget: BudgetBody | None


class ShownVersion(BaseModel):
    """What the client was from `set_at` on, but for its contact; document: null once it was removed."""

    version: int
    document: dict[str, object] | None
    set_by: str
    set_at: datetime


class NewGrant(_Body):
    """A user, by the address that they log in with."""

    email: Annotated[str, Field(max_length=254)]


class AccountTax(TaxBody):
    """What holds for one account from a day on (null: for all days). inherit: as its client, or its country."""

    mode: Literal["inherit", "country", "off", "rate"] = "inherit"  # type: ignore[assignment]
    valid_from: date | None = None


class ShownTaxPeriod(BaseModel):
    """Days with one rate; until_day is the first day after them. rate: null where none is known: there is no cost."""

    first_day: date
    until_day: date
    rate: Decimal | None
    country: str | None
    origin: str


@router.get("", responses=documented())
def list_clients(clients: ClientsDep, clock: ClockDep, who: ReaderDep) -> list[ShownClient]:
    """Clients of which one account is the caller's, by name, each with the caller's accounts of it alone."""
    return [_shown(one) for one in clients.all(who.accounts, at=clock.now())]


@router.post("", status_code=201, responses=documented(403, 422))
def add_client(given: NewClient, clients: ClientsDep, clock: ClockDep, who: SetterDep) -> ShownClient:
    """Add a client. Only who sees every account may: clients give rights."""
    _require_all(who)
    try:
        client_id = clients.add(_details(given), actor=who.user_id, now=clock.now())
    except UnusableClient as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    return _shown(_known(clients, client_id, who, clock.now()))


@router.get("/{client_id}", responses=documented(404))
def show_client(client_id: ClientId, clients: ClientsDep, clock: ClockDep, who: ReaderDep) -> ShownClient:
    """One client."""
    return _shown(_known(clients, client_id, who, clock.now()))


@router.put("/{client_id}", responses=documented(403, 404, 422))
def change_client(
    client_id: ClientId, given: NewClient, clients: ClientsDep, clock: ClockDep, who: SetterDep
) -> ShownClient:
    """Replace what is known of a client; the version before stays in its history."""
    _require_all(who)
    _known(clients, client_id, who)
    try:
        clients.change(client_id, _details(given), actor=who.user_id, now=clock.now())
    except UnusableClient as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    return _shown(_known(clients, client_id, who, clock.now()))


@router.delete("/{client_id}", status_code=204, responses=documented(403, 404))
def remove_client(client_id: ClientId, clients: ClientsDep, clock: ClockDep, who: SetterDep) -> None:
    """Remove a client with its contact, logo, budgets and the rights that it gave; its accounts stay."""
    _require_all(who)
    _known(clients, client_id, who)
    clients.remove(client_id, actor=who.user_id, now=clock.now())


@router.get("/{client_id}/history", responses=documented(404))
def client_history(client_id: ClientId, clients: ClientsDep, who: SetterDep) -> list[ShownVersion]:
    """Every version, the oldest first."""
    _require_all(who)
    found = clients.versions(client_id)
    if not found:
        raise ApiError(404, "not_found", "not_found")
    return [ShownVersion(**vars(one)) for one in found]


@router.post("/{client_id}/budgets", status_code=201, responses=documented(403, 404, 422))
def set_budget(
    client_id: ClientId, given: BudgetBody, clients: ClientsDep, clock: ClockDep, who: SetterDep
) -> ShownClient:
    """Set the month's budget from a day on."""
    _require_all(who)
    _known(clients, client_id, who)
    try:
        clients.set_budget(client_id, ClientBudget(**given.model_dump()), actor=who.user_id, now=clock.now())
    except UnusableClient as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    return _shown(_known(clients, client_id, who, clock.now()))


@router.put("/{client_id}/logo", status_code=204, responses=documented(403, 404, 422))
async def set_logo(client_id: ClientId, request: Request, clients: ClientsDep, clock: ClockDep, who: SetterDep) -> None:
    """The body is the picture: PNG, JPEG or WebP, up to 1 MB. It is kept as a PNG drawn anew, 1000 pixels a side."""
    _require_all(who)
    _known(clients, client_id, who)
    try:
        logo = drawn_logo(await request.body())
    except UnusableClient as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    clients.keep_logo(client_id, logo, actor=who.user_id, now=clock.now())


@router.get("/{client_id}/logo", response_class=Response, responses=documented(404))
def show_logo(client_id: ClientId, clients: ClientsDep, who: ReaderDep) -> Response:
    """The picture as it is kept."""
    _known(clients, client_id, who)
    logo = clients.logo(client_id)
    if logo is None:
        raise ApiError(404, "not_found", "not_found")
    return Response(logo.content, media_type=logo.media_type, headers={"Cache-Control": "private, max-age=300"})


@router.post("/{client_id}/users", status_code=204, responses=documented(404, 422))
def grant(
    client_id: ClientId,
    given: NewGrant,
    clients: ClientsDep,
    grants: ClientGrantsDep,
    identity: IdentityDep,
    clock: ClockDep,
    who: AdminDep,
) -> None:
    """Give a user the accounts of the client, also those that join it later."""
    _known(clients, client_id, who)
    grants.grant(_user_id(identity, given.email), client_id, actor=who.user_id, now=clock.now())


@router.delete("/{client_id}/users/{email}", status_code=204, responses=documented(404))
def revoke(
    client_id: ClientId, email: str, grants: ClientGrantsDep, identity: IdentityDep, clock: ClockDep, who: AdminDep
) -> None:
    """Take them away; it holds from the next request on."""
    if not grants.revoke(_user_id(identity, email, unusable=400), client_id, actor=who.user_id, now=clock.now()):
        raise ApiError(404, "not_found", "not_found")


@router.get("/taxes/{account_id}", responses=documented(404))
def account_taxes(account_id: AccountDigits, taxes: TaxesDep, who: ReaderDep) -> list[ShownTaxPeriod]:
    """Which rate holds for an account on which days."""
    if not who.sees(account_id):
        raise ApiError(404, "not_found", "unknown_account", hint="accounts", id=account_id)
    found = taxes.periods(frozenset({account_id})).get(account_id, [])
    return [ShownTaxPeriod(**vars(one)) for one in found]


@router.post("/taxes/{account_id}", status_code=201, responses=documented(404, 422))
def set_account_tax(
    account_id: AccountDigits, given: AccountTax, taxes: TaxesDep, clock: ClockDep, who: SetterDep
) -> list[ShownTaxPeriod]:
    """Set the tax of one account from a day on."""
    if not who.sees(account_id):
        raise ApiError(404, "not_found", "unknown_account", hint="accounts", id=account_id)
    try:
        choice = TaxChoice(given.mode, given.rate, given.country)
    except UnusableClient as wrong:
        raise ApiError.of(422, "unusable_parameter", wrong) from None
    taxes.set(account_id, TaxSetting(choice, given.valid_from), actor=who.user_id, now=clock.now())
    return account_taxes(account_id, taxes, who)


def _require_all(who: Principal) -> None:
    """Clients give rights, so that only who sees every account may set them."""
    if who.accounts is not None:
        raise ApiError(403, "forbidden", "needs_every_account")


def _known(clients: PostgresClients, client_id: int, who: Principal, at: datetime | None = None) -> Client:
    found = clients.one(client_id, who.accounts, at=at)
    if found is None:
        raise ApiError(404, "not_found", "not_found")
    return found


def _user_id(identity: IdentityDep, email: str, *, unusable: int = 422) -> str:
    """unusable: the status of what is no e-mail address, 400 in an address and 422 in a body."""
    try:
        address = plain_email(email)
    except ValueError as wrong:
        raise ApiError.of(unusable, "unusable_parameter", wrong) from None
    found = next((one.user_id for one in identity.users() if one.email == address), None)
    if found is None:
        raise ApiError(404, "not_found", "not_found")
    return found


def _details(given: NewClient) -> ClientDetails:
    """Raises UnusableClient."""
    split = [text.partition(":") for text in given.channels]
    return ClientDetails(
        given.name,
        tuple(given.accounts),
        Contact(**given.contact.model_dump()),
        given.language,
        tuple(ClientChannel(channel, address) for channel, _, address in split),
        Branding(**given.branding.model_dump()),
        TaxChoice(**given.tax.model_dump()),
    )


def _shown(one: Client) -> ShownClient:
    details = one.details
    return ShownClient(
        name=details.name,
        accounts=list(details.accounts),
        contact=ContactBody(**vars(details.contact)),
        language=details.language,
        channels=[str(channel) for channel in details.channels],
        branding=BrandingBody(**vars(details.branding)),
        tax=TaxBody(mode=details.tax.mode, rate=details.tax.rate, country=details.tax.country),
        client_id=one.client_id,
        version=one.version,
        set_by=one.set_by,
        set_at=one.set_at,
        has_logo=one.has_logo,
        budget=None if one.budget is None else BudgetBody(**vars(one.budget)),
    )
