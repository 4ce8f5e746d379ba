"""Landing pages of ads: whether they answer and where they end; problems while money is spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from fbads_pipeline.domain.delivery.problems import DeliveryProblem, Ended, ProblemChanges, ProblemKind

# refused: it does not talk to programs, or has no public address: nothing is known of it, and nothing is said.
LinkState = Literal["ok", "down", "redirected", "slow", "refused"]
SLOW_SECONDS = 5.0
_PROBLEMS: dict[LinkState, ProblemKind] = {"down": "link_down", "redirected": "link_redirected", "slow": "link_slow"}
# Answers of pages that keep programs out, and let people in.
_KEEPS_OUT = frozenset({401, 403, 407, 429, 451, 999})
# Second levels below which names are registered, of countries that sell much here.
_SHARED = frozenset({"com", "co", "net", "org", "gov", "edu", "ind", "blog", "app"})


@dataclass(frozen=True)
class LinkAnswer:
    """What came back: status, None where nothing answered and `fault` says why; url: of the last page."""

    url: str
    status: int | None
    seconds: float
    fault: str = ""
    is_refused: bool = False


@dataclass(frozen=True)
class LinkCheck:
    """How a link is. detail: in a few words for people, without the page's own text."""

    state: LinkState
    detail: str
    milliseconds: int


@dataclass(frozen=True)
class LinkFact:
    """A link of active ads of one account that spent lately, and how it is."""

    account_id: str
    entity: str
    url: str
    state: LinkState
    detail: str
    since: datetime
    campaign_id: str
    campaign_name: str | None
    ads: int
    per_day: Decimal | None
    currency: str | None


def judge(link: str, answer: LinkAnswer) -> LinkCheck:
    """The state of a link by what came back."""
    spent = round(answer.seconds * 1000)
    if answer.is_refused or answer.status in _KEEPS_OUT:
        return LinkCheck("refused", answer.fault or f"HTTP {answer.status}", spent)
    if answer.status is None:
        return LinkCheck("down", answer.fault, spent)
    if answer.status >= 400:
        return LinkCheck("down", f"HTTP {answer.status}", spent)
    ends = site_of(answer.url)
    if ends != site_of(link):
        return LinkCheck("redirected", ends, spent)
    if answer.seconds >= SLOW_SECONDS:
        return LinkCheck("slow", f"{answer.seconds:.0f} s", spent)
    return LinkCheck("ok", f"HTTP {answer.status}", spent)


def site_of(url: str) -> str:
    """The registered name of an address: `www.loja.com.br` and `loja.com.br` are one site."""
    labels = (urlsplit(url).hostname or "").lower().rstrip(".").split(".")
    count = 3 if len(labels) > 2 and labels[-2] in _SHARED and len(labels[-1]) == 2 else 2
    return ".".join(labels[-count:])


def evaluate_links(links: Sequence[LinkFact], open_keys: Sequence[tuple[str, str]], changes: ProblemChanges) -> None:
    """A problem per link that does not answer, ends elsewhere or is slow, while its ads spend; it ends when it is well
    again, and without a word where its ads have stopped."""
    known = {one.entity: one for one in links}
    for one in links:
        kind = _PROBLEMS.get(one.state)
        if kind is not None:
            changes.add(_problem(kind, one))
    for key_kind, entity in open_keys:
        if not entity.startswith("link:"):
            continue
        found = known.get(entity)
        if found is None:
            changes.absent[key_kind, entity] = Ended("gone")  # type: ignore[index]
        elif found.state != "refused":
            changes.absent[key_kind, entity] = Ended("fixed" if found.state == "ok" else "gone")  # type: ignore[index]


def _problem(kind: ProblemKind, one: LinkFact) -> DeliveryProblem:
    facts = {
        "detail": one.detail,
        "campaign_name": one.campaign_name,
        "ads": one.ads,
        "per_day": None if one.per_day is None else str(one.per_day),
        "currency": one.currency,
    }
    severity: Literal["critical", "warning"] = "critical" if kind == "link_down" else "warning"
    return DeliveryProblem(kind, one.entity, one.account_id, severity, one.since, one.url, one.campaign_id, facts)
