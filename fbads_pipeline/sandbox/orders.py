"""Orders of a shop that sells what the world's ads advertise, as a spreadsheet: what a shop knows and Meta does not.

Of the purchases that Meta counts some were never paid, some are paid back; most links name their ad by id, some the
campaign alone, some nothing; and the shop sells to others too. The same world has the same orders.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from hashlib import md5
from zoneinfo import ZoneInfo

from fbads_pipeline.sandbox.graph.sandbox import Sandbox
from fbads_pipeline.sandbox.truth import truth_rows
from fbads_pipeline.sandbox.world.world import SandboxAccount

COLUMNS = ("id", "time", "value", "currency", "status", "refunded", "utm_source", "utm_campaign", "utm_content")
Cells = tuple[str, ...]
# Parts of a hundred: never paid; paid back wholly, in part; links that name the campaign alone, and nothing.
_UNPAID, _REFUNDED, _PARTLY = 12, 4, 3
_CAMPAIGN_ALONE, _NOTHING = 15, 10
# One in so many orders comes from elsewhere.
_ELSEWHERE = 8


def orders_csv(sandbox: Sandbox, account_id: str, since: date, until: date) -> bytes:
    """Orders of one account's shop in these days, both included; raises ValueError for an unknown account."""
    account = sandbox.world.account(account_id)
    if account is None:
        raise ValueError(f"there is no account {account_id}")
    lines = (",".join(cells) for cells in (COLUMNS, *_orders(sandbox, account, since, until)))
    return "\n".join(lines).encode() + b"\n"


def _orders(sandbox: Sandbox, account: SandboxAccount, since: date, until: date) -> Iterator[Cells]:
    names = {one.id: one.name for one in account.objects["campaign"]}
    for rows in truth_rows(sandbox, "ad", since, until, account.id):
        for row in rows:
            count = int(float(row["purchases"]))
            value = float(row["purchase_value"]) / count if count else 0.0
            for number in range(count):
                draws = _draws(account, row["ad_id"], row["day"], number)
                yield _order(account, row, names[row["campaign_id"]], value, draws)
                if draws[5] % _ELSEWHERE == 0:
                    yield _elsewhere(account, row, value, draws)


def _order(account: SandboxAccount, row: dict[str, str], campaign: str, value: float, draws: bytes) -> Cells:
    part = draws[0] * 100 // 256
    status = "pending" if part < _UNPAID else "refunded" if part < _UNPAID + _REFUNDED else "paid"
    is_partly = _UNPAID + _REFUNDED <= part < _UNPAID + _REFUNDED + _PARTLY
    link = draws[1] * 100 // 256
    origin = ("facebook", f"{_plain(campaign)}|{row['campaign_id']}", f"ad|{row['ad_id']}")
    if link < _NOTHING:
        origin = ("", "", "")
    elif link < _NOTHING + _CAMPAIGN_ALONE:
        origin = ("facebook", f"{_plain(campaign)}|{row['campaign_id']}", "")
    refunded = f"{_amount(account, value / 2)}" if is_partly else ""
    return (*_head(account, row, value, draws), status, refunded, *origin)


def _elsewhere(account: SandboxAccount, row: dict[str, str], value: float, draws: bytes) -> Cells:
    head = _head(account, row, value, draws[::-1])
    return (*head, "paid", "", "google", "search", "")


def _head(account: SandboxAccount, row: dict[str, str], value: float, draws: bytes) -> Cells:
    second = int.from_bytes(draws[2:5], "big") % 86_400
    moment = datetime.combine(date.fromisoformat(row["day"]), time(), ZoneInfo(account.zone)) + timedelta(
        seconds=second
    )
    return (draws.hex()[:16], moment.isoformat(), _amount(account, value), account.currency)


def _amount(account: SandboxAccount, value: float) -> str:
    return f"{value:.0f}" if account.minor_factor == 1 else f"{value:.2f}"


def _plain(name: str) -> str:
    """A name that needs no quotes in a cell."""
    return name.replace(",", " ").replace('"', " ").replace("\n", " ")


def _draws(account: SandboxAccount, ad_id: str, day: str, number: int) -> bytes:
    return md5(f"{account.id}/{ad_id}/{day}/{number}".encode(), usedforsecurity=False).digest()
