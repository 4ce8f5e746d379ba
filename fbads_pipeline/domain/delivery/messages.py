"""Alerts about delivery: what happened to which account or ad, why, what it costs, and where to mend it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.alerts.alerts import MOST_SEVERE_FIRST, Alert, AlertText, alert_of
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine, brief_of
from fbads_pipeline.domain.alerts.message_layout import Layout, laid_out
from fbads_pipeline.domain.core.messages import Instant, Joined, Message, Money, Name, Value, message, sentences
from fbads_pipeline.domain.delivery.brief_messages import problem_in_brief, problem_money, problems_headline
from fbads_pipeline.domain.delivery.pixel_messages import events_manager_link, silence_message
from fbads_pipeline.domain.delivery.problems import DeliveryProblem, StoredProblem

DELIVERY, DELIVERY_FIXED = "delivery", "delivery.fixed"
MOST_LISTED = 10
_LONGEST_QUOTE = 200
_EDGES: Mapping[str, tuple[str, str]] = {
    "ad": ("ads", "selected_ad_ids"),
    "adset": ("adsets", "selected_adset_ids"),
    "campaign": ("campaigns", "selected_campaign_ids"),
}
_MONEY = ("balance", "account_cap", "campaign_cap")


@dataclass(frozen=True)
class Announcement:
    """Problems of one account and kind that one alert announces. is_end: their end, not their beginning."""

    problems: Sequence[StoredProblem]
    is_end: bool


def grouped(problems: Sequence[StoredProblem]) -> list[Announcement]:
    """What is announced together: problems of one account and kind, beginnings and ends apart; the gravest first."""
    groups: dict[tuple[str, str, bool], list[StoredProblem]] = {}
    for one in problems:
        key = (one.problem.account_id, one.problem.kind, one.ended_at is not None)
        groups.setdefault(key, []).append(one)
    made = [Announcement(one, is_end) for (_, _, is_end), one in groups.items()]
    return sorted(made, key=lambda one: (one.is_end, MOST_SEVERE_FIRST[_gravest(one.problems).severity]))


def compose(announcement: Announcement) -> Alert:
    """The one alert about these problems, or about their end, which replies to the first."""
    problems, is_end = announcement.problems, announcement.is_end
    first = _gravest(problems)
    listed = problems[:MOST_LISTED]
    parts = [tuple(_ended_lines(one) if is_end else _lines(one)) for one in listed]
    more = message("delivery.more", count=len(problems) - len(listed)) if len(problems) > len(listed) else ""
    to_do: Value = "" if is_end else message(f"delivery.to_do.{first.kind}")
    layout = Layout("", parts, Joined(tuple(one for one in (more, to_do) if one != "")))
    subjects = [{} if is_end else {"problem_id": one.problem_id} for one in listed]
    who = Name(problems[0].account_name, message("core.account", id=first.account_id))
    at = problems[0].ended_at if is_end else problems[0].opened_at
    return alert_of(
        AlertText(problems_headline(problems, who, is_end=is_end), layout.body, _brief(problems, is_end=is_end)),
        account_id=first.account_id,
        rule=f"{DELIVERY_FIXED if is_end else DELIVERY}.{first.kind}",
        entity=first.entity,
        severity="info" if is_end else first.severity,
        window_start=(at or problems[0].opened_at).date(),
        occasion=problems[0].problem_id,
        facts={"kind": first.kind, "problems": [one.problem_id for one in problems], **laid_out(layout, subjects)},
        replies_to=problems[0].alert_id if is_end else None,
    )


def describe(problem: DeliveryProblem) -> Value:
    """One sentence or two: what holds, and why."""
    facts = problem.facts
    if _money_kind(problem):
        return Message(f"delivery.{problem.kind}", _amounts(facts))
    if problem.kind == "pixel_silent":
        return silence_message(problem)
    what = message(f"delivery.{problem.kind}")
    if problem.entity.startswith("link:"):
        what = message(f"delivery.{problem.kind}", detail=str(facts.get("detail") or ""))
    reasons = tuple(map(reason_message, facts.get("reasons", ())))
    why = [message("delivery.why", reasons=Joined(reasons, "; "))] if reasons else []
    stopped = facts.get("per_day")
    cost = [message("delivery.stopped", per_day=_money(stopped, facts))] if stopped and facts.get("currency") else []
    last = [message("delivery.last_of_campaign")] if facts.get("other_active_ads") == 0 else []
    return sentences(what, *why, *last, *cost)


def reason_message(reason: Mapping[str, Any]) -> Message:
    """Our sentence of a policy that is known, with Meta's own words as evidence."""
    text = str(reason.get("text") or "")
    name = str(reason.get("name") or "")
    quote = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1].rstrip() + "…"
    return message("delivery.reason.quoted", reason=_known_reason(reason), text=quote or name)


def _known_reason(reason: Mapping[str, Any]) -> Value:
    """Our words for a policy that is known, else its name as Meta writes it."""
    key, name = reason.get("key"), str(reason.get("name") or "")
    return message(f"delivery.reason.{key}") if key else message("delivery.reason.other", name=Name(name, "…"))


def ads_manager_link(problem: DeliveryProblem) -> str:
    """Where the object is mended at Meta; a pixel's events; the account's billing for money."""
    kind, _, object_id = problem.entity.partition(":")
    if kind == "link" and problem.campaign_id:
        kind, object_id = "campaign", problem.campaign_id
    if kind == "pixel":
        return events_manager_link(problem)
    if kind in _EDGES:
        return object_link(kind, problem.account_id, object_id)
    return f"https://business.facebook.com/billing_hub/accounts/details?asset_id={problem.account_id}"


def object_link(level: str, account_id: str, object_id: str) -> str:
    """A campaign, ad set or ad in Ads Manager."""
    edge, selected = _EDGES[level]
    return f"https://adsmanager.facebook.com/adsmanager/manage/{edge}?act={account_id}&{selected}={object_id}"


def subject(problem: DeliveryProblem) -> Value:
    """What it is about, by name, else by id."""
    kind, _, object_id = problem.entity.partition(":")
    shown = object_id.split(":")[1] if kind == "pixel" else object_id
    return Name(problem.name, message(f"delivery.of.{kind}", id=shown))


def _gravest(problems: Sequence[StoredProblem]) -> DeliveryProblem:
    return min((one.problem for one in problems), key=lambda one: MOST_SEVERE_FIRST[one.severity])


def _brief(problems: Sequence[StoredProblem], *, is_end: bool) -> Brief:
    """The dearest first, where it is known what they cost; each with its reason, or how it ended."""
    if is_end:
        return brief_of([BriefLine("", _ended_lines(one)[0]) for one in problems])
    ordered = sorted(problems, key=lambda one: -float(one.problem.facts.get("per_day") or 0))
    return brief_of([_brief_line(one) for one in ordered])


def _brief_line(one: StoredProblem) -> BriefLine:
    problem = one.problem
    name: Value = "" if problem.kind.startswith(("balance", "account_cap")) else _with_campaign(problem)
    reasons = [_known_reason(reason) for reason in problem.facts.get("reasons", ())]
    said, subject = problem_in_brief(problem, reasons), {"problem_id": one.problem_id}
    return BriefLine(name, said, problem_money(problem), subject)


def _lines(one: StoredProblem) -> list[Value]:
    """A line that says it, and one with the link."""
    problem = one.problem
    said = describe(problem)
    if not _money_kind(problem) or problem.kind.startswith("campaign_cap"):
        said = message("delivery.about", name=_with_campaign(problem), said=said)
    return [said, ads_manager_link(problem)]


def _with_campaign(problem: DeliveryProblem) -> Value:
    campaign = problem.facts.get("campaign_name")
    if campaign and problem.entity.startswith("ad"):
        return message("delivery.of_campaign", name=subject(problem), campaign=Name(str(campaign), "…"))
    return subject(problem)


def _ended_lines(one: StoredProblem) -> list[Value]:
    since = Instant(one.problem.since, one.timezone_name)
    if kind := _money_kind(one.problem):
        key = "topped_up" if one.ending.get("is_topped_up") else "lasts_longer"
        until = one.ending.get("ends_at")
        lasting = [message("delivery.lasts_until", ends=_amounts(one.ending)["ends"])] if until else []
        return [sentences(Message(f"delivery.{kind}.{key}", _amounts(one.ending)), *lasting)]
    return [message("delivery.fixed.body", name=subject(one.problem), since=since)]


def _money_kind(problem: DeliveryProblem) -> str | None:
    return next((kind for kind in _MONEY if problem.kind.startswith(f"{kind}_")), None)


def _amounts(facts: Mapping[str, Any]) -> dict[str, Value]:
    """left, per_day and ends, of the facts that have them."""
    found: dict[str, Value] = {name: _money(facts[name], facts) for name in ("left", "per_day") if facts.get(name)}
    if facts.get("ends_at"):
        found["ends"] = Instant(datetime.fromisoformat(facts["ends_at"]), str(facts.get("timezone_name") or "UTC"))
    return found


def _money(amount: Any, facts: Mapping[str, Any]) -> Money:
    return Money(Decimal(str(amount)), str(facts["currency"]))
