"""What stands around every page: whose figures, of which days, how fresh; all of it in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import Request

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.api.errors import ApiError
from fbads_pipeline.api.pages.visitor import PageProblem
from fbads_pipeline.api.parameters import account_digits
from fbads_pipeline.bootstrap import core, identity, metrics
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.periods import PeriodChoice, PeriodName, chosen_period
from fbads_pipeline.domain.identity.users import Principal

MONEY_COOKIE = "fbads_money"
MONEY = ("spend", "cost")


@dataclass(frozen=True)
class PageFrame:
    """accounts: all that the visitor sees, each with its client and its newest good reading; account, client: what was
    chosen, at most one of them; has_unknown: the address names something that is not there; is_modelled: whether
    there are marts."""

    accounts: Sequence[Row]
    account: Row | None
    client: Row | None
    period: PeriodChoice
    now: datetime
    has_unknown: bool = False
    is_modelled: bool = True
    default: PeriodName = "7d"

    @property
    def chosen(self) -> list[Row]:
        """The accounts whose figures are shown."""
        if self.account is not None:
            return [self.account]
        if self.client is not None:
            return [one for one in self.accounts if one["client_id"] == self.client["client_id"]]
        return list(self.accounts)

    @property
    def ids(self) -> frozenset[str]:
        """Of the chosen accounts."""
        return frozenset(one["account_id"] for one in self.chosen)

    @property
    def running(self) -> list[Row]:
        """Those of the chosen accounts that Meta has not closed: only these are to be read all the time."""
        return [one for one in self.chosen if one["status"] in (None, "ACTIVE")]

    @property
    def owner_ids(self) -> frozenset[str]:
        """As `ids`, with the other accounts of their clients: a client's budget is for all of its accounts."""
        clients = {one["client_id"] for one in self.chosen if one["client_id"] is not None}
        return self.ids | {one["account_id"] for one in self.accounts if one["client_id"] in clients}

    def today(self, account: Row) -> date:
        """On the account's own clock."""
        return self.now.astimezone(ZoneInfo(account["timezone_name"] or "UTC")).date()

    def days(self, account: Row) -> DayRange:
        """The chosen period in the account's own days, those that have come."""
        return self.days_on(self.today(account))

    def days_on(self, today: date) -> DayRange:
        """The chosen period where it is `today`."""
        return self.period.on(today).clip(DayRange(date.min, today)) or DayRange(today, today)

    def before(self, account: Row) -> DayRange:
        """As many days, right before."""
        days = self.days(account)
        return DayRange(days.since - timedelta(days=len(days)), days.since - timedelta(days=1))

    def query(self, **changes: object) -> dict[str, str]:
        """The choices as an address carries them, without what goes without saying. changes: None takes one away."""
        days = self.period.days
        given: dict[str, object] = {
            "account": self.account and self.account["account_id"],
            "client": self.client and self.client["client_id"],
            "period": None if self.period.name in (self.default, "custom") else self.period.name,
            "from": days and days.since,
            "to": days and days.until,
            "compare": None if self.period.is_compared else "no",
        }
        return {name: str(value) for name, value in {**given, **changes}.items() if value is not None}

    def link(self, path: str, **changes: object) -> str:
        """The path with the choices."""
        query = urlencode(self.query(**changes))
        return f"{path}?{query}" if query else path


def frame_of(request: Request, who: Principal, default: PeriodName = "7d") -> PageFrame:
    """The frame of that request, read once; no accounts where nothing is modelled or the visitor reads no marts.

    default: the period of an address that names none.
    """
    known: PageFrame | None = getattr(request.state, "frame", None)
    if known is None:
        known = _frame(request, who, default)
        request.state.frame = known
    return known


def required_frame(request: Request, who: Principal, default: PeriodName = "7d") -> PageFrame:
    """As `frame_of`, for a page of figures: raises PageProblem 404 where the address names what is not there, and what
    the marts' absence raises where nothing is modelled yet."""
    frame = frame_of(request, who, default)
    if not frame.is_modelled:
        metrics.page_reader(request.app.state.database).accounts(who.accounts)
    if frame.has_unknown:
        raise PageProblem(404)
    return frame


def with_account(request: Request, who: Principal) -> PageFrame:
    """As `frame_of`, of one account: the chosen one, else the first of those that were chosen."""
    found = frame_of(request, who)
    if found.account is None and found.chosen:
        found = replace(found, account=found.chosen[0], client=None)
        request.state.frame = found
    return found


def reader_money(request: Request, who: Principal) -> str:
    """Whether the visitor reads amounts as Meta reports them (`spend`) or with tax (`cost`): the choice of the browser,
    else of the user."""
    chosen = request.cookies.get(MONEY_COOKIE, "")
    if chosen in MONEY:
        return chosen
    if not who.email:
        return MONEY[0]
    return identity.preferences(request.app.state.database).of(who.user_id).money


def _frame(request: Request, who: Principal, default: PeriodName) -> PageFrame:
    given = request.query_params
    known = _accounts(request, who)
    accounts = known or ()
    account, client, has_unknown = None, None, False
    if given.get("account"):
        account = next((one for one in accounts if one["account_id"] == _digits(given["account"])), None)
        has_unknown = account is None
    elif given.get("client"):
        client = next((one for one in accounts if str(one["client_id"]) == given["client"]), None)
        has_unknown = client is None
    period = chosen_period(
        given.get("period", default),
        _day(given.get("from")),
        _day(given.get("to")),
        is_compared=given.get("compare") != "no",
    )
    now = core.clock(request.app.state.settings).now()
    period = period or PeriodChoice(default)
    return PageFrame(accounts, account, client, period, now, has_unknown, known is not None, default)


def _accounts(request: Request, who: Principal) -> Sequence[Mapping[str, Any]] | None:
    """None where nothing is modelled yet."""
    if not who.may("marts:read"):
        return ()
    try:
        return metrics.page_reader(request.app.state.database).accounts(who.accounts)
    except sa.exc.ProgrammingError:
        return None


def _digits(text: str) -> str | None:
    try:
        return account_digits(text)
    except ApiError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
