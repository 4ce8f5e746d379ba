"""What titles have in common: whom, what, money, since when; money whole, for cents say nothing there."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fbads_pipeline.domain.core.messages import Day, Headline, Money, Value, message


def headline(who: Value, what: Value, *, money: Value = "", since: Value = "") -> Headline:
    """The title: since when is the first to go where it gets too long."""
    return Headline(who, what, tuple(one for one in (money, since) if one != ""))


def per_day(amount: float, currency: str) -> Value:
    """R$ 2.100/dia em jogo; "" for less than a cent."""
    return "" if amount < 0.005 else message("alerts.at_stake_per_day", amount=rounded(amount, currency))


def rounded(amount: float | Decimal, currency: str) -> Money:
    """An amount as titles and briefs say it."""
    return Money(Decimal(str(amount)).quantize(Decimal("0.01")), currency, is_whole=True)


def since_when(at: datetime, zone: str, sent_on: date) -> Value:
    """desde 14:00 where it is of the local day on which it is sent, else desde 23/11."""
    local = at.astimezone(ZoneInfo(zone))
    is_clock = local.date() == sent_on and (local.hour, local.minute) != (0, 0)
    return message("alerts.since", when=f"{local:%H:%M}" if is_clock else Day(local.date(), is_short=True))
