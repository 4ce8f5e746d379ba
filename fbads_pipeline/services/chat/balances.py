"""Answers about money that is left: prepaid balances and spending limits, never what was spent."""

from datetime import datetime

from fbads_pipeline.domain.chat.result import ChatAccount, Citation, Query
from fbads_pipeline.domain.core.formatting import fold
from fbads_pipeline.domain.core.messages import Instant, Joined, Message, Money, Name, Value, lines, message
from fbads_pipeline.domain.delivery.funds import Fund, MoneyFacts, funds_of
from fbads_pipeline.services.chat.turn import Answer, Turn

_SOURCE = "raw.account_money_readings"


def answer_balances(turn: Turn, question: str, *, now: datetime) -> Answer | None:
    """What is left of each account that the question names, of all where it names none; None where nothing of it was
    ever read."""
    reader = turn.chat.money
    if reader is None:
        return None
    named = [one for one in turn.accounts if _is_named(one, question)] or list(turn.accounts)
    wanted = frozenset(one.account_id for one in named)
    facts = reader.money(wanted, now=now)
    if not facts:
        return None
    funds = sorted((fund for one in facts for fund in funds_of(one)), key=lambda one: one.urgency(now))
    said: list[Value] = [Joined(("- ", _line(one, now)), "") for one in funds] or [message("delivery.chat.none")]
    read_at = max(one.read_at for one in facts)
    text = turn.render(lines(*said, message("delivery.chat.read_at", at=Instant(read_at, _zone(facts)))))
    query = Query(reader.money_statement, {"accounts": sorted(wanted)}, (), _SOURCE)
    cited = Citation(
        query.query_id,
        query.sql,
        query.parameters,
        _SOURCE,
        timezones=tuple(sorted({one.timezone_name for one in facts})),
        currencies=tuple(sorted({one.currency for one in funds})),
        as_of=read_at,
        rows=len(facts),
    )
    return Answer("answered", "balances", text, turn.language, citations=(cited,))


def _is_named(account: ChatAccount, question: str) -> bool:
    name = fold(account.name)
    return bool(name) and f" {name} " in f" {fold(question).rstrip('?!. ')} "


def _zone(facts: list[MoneyFacts]) -> str:
    zones = {one.timezone_name for one in facts}
    return zones.pop() if len(zones) == 1 else "UTC"


def _line(one: Fund, now: datetime) -> Value:
    account = Name(one.account_name, message("core.account", id=one.account_id))
    about: dict[str, Value] = {"account": account, "what": message(f"delivery.page.{one.kind}")}
    if one.kind == "campaign_cap":
        about["account"] = Joined((account, Name(one.name, one.entity)), ", ")
    if one.left is None:
        return Message("delivery.chat.unknown", about | {"shape": one.shape or "—"})
    about["left"] = Money(one.left, one.currency)
    if one.state(now) == "empty":
        return Message("delivery.chat.empty", about)
    if one.per_day is None:
        return Message("delivery.chat.no_forecast", about)
    about["per_day"] = Money(one.per_day, one.currency)
    if one.ends_at is None:
        return Message("delivery.chat.lasts_long", about)
    return Message("delivery.chat.ends", about | {"ends": Instant(one.ends_at, one.timezone_name)})
