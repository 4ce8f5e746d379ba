"""A message as every channel sends it: title, at most three lines, one link. Channels only lay it out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fbads_pipeline.domain.alerts.alerts import DIGEST, REPORT, Alert, DueDelivery
from fbads_pipeline.domain.alerts.brief import RenderedLine
from fbads_pipeline.domain.core.links import alerts_page
from fbads_pipeline.domain.core.messages import Message, message

# Beginning of an alert's rule → the page that has all of it.
_PAGES = {
    "breaches": "/suggestions",
    "decision.": "/suggestions",
    "anomalies": "/anomalies",
    DIGEST: "/anomalies",
    "delivery": "/delivery",
    "budget": "/budgets",
    f"{REPORT}.": "/reports",
    "incident.": "/readings",
    "recovery.": "/readings",
}
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Outgoing:
    """One delivery in its recipient's language, plain and unescaped. more: such as `e mais 4`, "" for none; link: where
    the whole stands, None where nobody has said how the pages are reached; link_label: what its button says."""

    title: str
    lines: tuple[RenderedLine, ...]
    more: str
    link: str | None
    link_label: Message

    @property
    def text_lines(self) -> list[str]:
        """The lines under the title as text, and what is left out."""
        return [*(one.text for one in self.lines), *([self.more] if self.more else [])]


def outgoing(delivery: DueDelivery, public_url: str | None = None) -> Outgoing:
    """What is sent; an alert without a brief is sent with its body."""
    link, brief = alert_link(delivery.alert, public_url), delivery.brief
    label = message("alerts.open")
    if brief is not None:
        return Outgoing(delivery.title, brief.lines, brief.more, link, label)
    lines = tuple(RenderedLine("", line.strip(), "") for line in delivery.body.splitlines() if line.strip())
    return Outgoing(delivery.title, lines, "", link, label)


def alert_link(alert: Alert, public_url: str | None) -> str | None:
    """The page that has all of the alert, for its account."""
    path = next((path for rule, path in _PAGES.items() if alert.rule.startswith(rule)), "/alerts")
    account = f"?account={quote(alert.account_id, safe='')}" if alert.account_id else ""
    return alerts_page(public_url, path + account)


def whole_lines(lines: Sequence[str], most: int, *, separator: str = "\n") -> str:
    """As many lines as fit into that many characters, whole; an ellipsis for the others. A first line that is too long
    is cut between words that are no part of a figure."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        is_last = number == len(lines) - 1
        needed = len(separator.join([*kept, line])) + (0 if is_last else len(separator) + len(_ELLIPSIS))
        if needed > most:
            if not kept:
                return cut_between_words(line, most)
            return separator.join([*kept, _ELLIPSIS])
        kept.append(line)
    return separator.join(kept)


def cut_between_words(text: str, most: int) -> str:
    """The text in at most that many characters, with an ellipsis where it was cut: never within a number, nor between a
    number and its unit."""
    if len(text) <= most:
        return text
    places = [found.start() for found in re.finditer(r"\s+", text) if found.start() < most]
    whole = [at for at in places if not _is_in_figure(text, at)]
    kept = text[: whole[-1]] if whole else "" if places else text[: most - 1]
    return kept.rstrip(" ,;:·") + _ELLIPSIS


def _is_in_figure(text: str, at: int) -> bool:
    """Whether the blank there stands beside a number: between R$ and 2.100, between 0,55 and %."""
    before, after = text[:at].rsplit(maxsplit=1), text[at:].split(maxsplit=1)
    beside = (before[-1:] or [""])[0] + (after[:1] or [""])[0]
    return any(one.isdecimal() for one in beside)
