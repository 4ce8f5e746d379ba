"""What is said, to whom, and what became of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain import words
from fbads_pipeline.domain.words import Language

Severity = Literal["info", "warning", "critical"]
Outcome = Literal["sent", "retry", "failed", "unknown"]

BREACHES = "breaches"
MOST_LISTED = 15
_PROPOSALS: dict[Language, tuple[str, str]] = {"pt": ("sugestão", "sugestões"), "en": ("suggestion", "suggestions")}
_CAMPAIGNS: dict[Language, tuple[str, str]] = {"pt": ("campanha", "campanhas"), "en": ("campaign", "campaigns")}
_PAST: dict[Language, str] = {"pt": "fora dos limites", "en": "past the limits"}
_AND: dict[Language, str] = {"pt": " e ", "en": " and "}
_KINDS: dict[Language, dict[str, str]] = {
    "pt": {"PAUSE": "pausar", "BUDGET_UP": "orçamento + 20 %", "BUDGET_DOWN": "orçamento − 20 %"},
    "en": {"PAUSE": "pause", "BUDGET_UP": "budget + 20 %", "BUDGET_DOWN": "budget − 20 %"},
}
_CONFIDENCE: dict[Language, dict[str, str]] = {
    "pt": {"low": "confiança baixa", "medium": "confiança média", "high": "confiança alta"},
    "en": {"low": "low confidence", "medium": "medium confidence", "high": "high confidence"},
}
_REPEATED = {"pt": "[possível repetição] ", "en": "[possibly repeated] "}


@dataclass(frozen=True)
class Recipient:
    """channel: name of a channel; address: Slack channel id, e-mail address … as that channel reads it."""

    channel: str
    address: str


@dataclass(frozen=True)
class Alert:
    """One message. dedupe_key: account, rule, entity, window start, severity; title and body: plain text, unescaped."""

    alert_id: str
    dedupe_key: str
    account_id: str | None
    rule: str
    entity: str
    severity: Severity
    window_start: date
    title: str
    body: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class DueDelivery:
    """One alert on its way to one recipient. attempts: with this one; is_repeat: an earlier one may have arrived."""

    delivery_id: int
    alert: Alert
    channel: str
    recipient: str
    attempts: int
    is_repeat: bool


@dataclass(frozen=True)
class DeliveryAttempt:
    """What became of one attempt. `unknown`: it may have arrived. error: one sentence without secrets.

    provider_id: how the far side names the message; retry_after_seconds: the wait that it asked for, with `retry`.
    """

    outcome: Outcome
    provider_id: str | None = None
    error: str | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True)
class Announced:
    """An open suggestion that nobody has heard of yet; campaign_name as a stranger wrote it."""

    suggestion_id: str
    campaign_id: str
    campaign_name: str | None
    kind: str
    confidence: str
    rules: tuple[str, ...]
    reason_pt: str
    reason_en: str
    evidence: Mapping[str, object]
    note_pt: str | None = None
    note_en: str | None = None

    @property
    def is_of_posterior(self) -> bool:
        """Whether it promises an effect; the plain thresholds promise none."""
        return "posterior" in self.rules


@dataclass(frozen=True)
class AccountNews:
    """What one account has to say on one of its days."""

    account_id: str
    account_name: str | None
    day: date
    suggestions: tuple[Announced, ...]


def compose(news: AccountNews, language: Language = "pt") -> Alert:
    """The one message of that account and day: what, since when, observed against limit, spend at stake, what to do.

    Names are plain text, cut and without control characters; each channel escapes for itself. facts holds everything
    that the words say, in both languages, the campaigns that are not listed included.
    """
    key = "|".join((news.account_id, BREACHES, news.account_id, news.day.isoformat(), "warning"))
    ordered = sorted(news.suggestions, key=lambda one: (not one.is_of_posterior, -_spend(one), one.campaign_id))
    return Alert(
        alert_id=hashlib.sha256(key.encode()).hexdigest()[:32],
        dedupe_key=key,
        account_id=news.account_id,
        rule=BREACHES,
        entity=news.account_id,
        severity="warning",
        window_start=news.day,
        title=_title(news, language),
        body=_body(news, ordered, language),
        facts=_facts(news, ordered, language),
    )


def window(news: AccountNews) -> tuple[date, date]:
    """First and last day that its suggestions look at."""
    return _window(news.suggestions)


def shown_title(alert: Alert, *, is_repeat: bool, language: Language = "pt") -> str:
    """The title, marked where an earlier attempt may have arrived."""
    return (_REPEATED[language] if is_repeat else "") + alert.title


def _title(news: AccountNews, language: Language) -> str:
    proposed = sum(one.is_of_posterior for one in news.suggestions)
    number, account = len(news.suggestions) - proposed, _account(news, language)
    parts = [] if not proposed else [_counted(proposed, _PROPOSALS[language])]
    if number:
        parts.append(f"{_counted(number, _CAMPAIGNS[language])} {_PAST[language]}")
    return f"{_AND[language].join(parts)}: {account}"


def _counted(number: int, names: tuple[str, str]) -> str:
    return f"{number} {names[number != 1]}"


def _body(news: AccountNews, ordered: Sequence[Announced], language: Language) -> str:
    listed, more = ordered[:MOST_LISTED], len(ordered) - MOST_LISTED
    past = [one for one in ordered if not one.is_of_posterior]
    lines = [_at_stake(news, past, language) if past else _news_of(news, language), ""]
    for number, one in enumerate(listed, 1):
        lines += [f"{number}. {_campaign(one, language)}{_proposed(one, language)}", _reason(one, language)]
        note = one.note_pt if language == "pt" else one.note_en
        lines += [words.plain_line(note)] if note else []
    if more > 0 and language == "pt":
        lines.append(f"… e mais {more} {'campanha' if more == 1 else 'campanhas'}.")
    elif more > 0:
        lines.append(f"… and {more} more.")
    return "\n".join((*lines, "", _what_to_do(ordered, language)))


def _news_of(news: AccountNews, language: Language) -> str:
    today = words.day(news.day, language)
    return f"Novidades de {today}." if language == "pt" else f"New on {today}."


def _proposed(one: Announced, language: Language) -> str:
    """What to do and how sure that is, after the campaign's name; nothing where only a threshold speaks."""
    if not one.is_of_posterior:
        return ""
    what = _KINDS[language].get(one.kind, one.kind)
    sure = _CONFIDENCE[language].get(one.confidence, one.confidence)
    return f" — {what} ({sure})"


def _at_stake(news: AccountNews, ordered: Sequence[Announced], language: Language) -> str:
    today = words.day(news.day, language)
    first, last = _window(ordered)
    days = words.days(first, last, language)
    spent = " + ".join(words.money(amount, currency, language) for currency, amount in _totals(ordered).items())
    if language == "pt":
        return f"Novidades de {today}. Em jogo: {spent}, gastos por {_these(ordered, language)} {days}."
    return f"New on {today}. At stake: {spent}, spent by {_these(ordered, language)} {days}."


def _these(ordered: Sequence[Announced], language: Language) -> str:
    if language == "pt":
        return "esta campanha" if len(ordered) == 1 else "estas campanhas"
    return "this campaign" if len(ordered) == 1 else "these campaigns"


def _what_to_do(ordered: Sequence[Announced], language: Language) -> str:
    only_limits = not any(one.is_of_posterior for one in ordered)
    if language == "pt":
        plain = " Os limites são simples e a confiança é baixa; nada muda na Meta sem a sua decisão."
        return "O que fazer: confira cada campanha nas sugestões e aceite " + (
            "a pausa ou rejeite." + plain if only_limits else "ou rejeite; nada muda na Meta sem a sua decisão."
        )
    plain = " The limits are plain and confidence is low; nothing changes at Meta without your decision."
    return "What to do: look at each campaign among the suggestions, then accept " + (
        "the pause or reject it." + plain
        if only_limits
        else "or reject; nothing changes at Meta without your decision."
    )


def _facts(news: AccountNews, ordered: Sequence[Announced], language: Language) -> dict[str, object]:
    return {
        "account_id": news.account_id,
        "account_name": _account(news, language),
        "day": news.day.isoformat(),
        "language": language,
        "spend": {
            currency: str(amount)
            for currency, amount in _totals([one for one in ordered if not one.is_of_posterior]).items()
        },
        "suggestions": [
            {
                "suggestion_id": one.suggestion_id,
                "campaign_id": one.campaign_id,
                "campaign_name": _campaign(one, language),
                "kind": one.kind,
                "confidence": one.confidence,
                "rules": list(one.rules),
                "reason_pt": one.reason_pt,
                "reason_en": one.reason_en,
                "note_pt": one.note_pt,
                "note_en": one.note_en,
                "evidence": dict(one.evidence),
            }
            for one in ordered
        ],
    }


def _account(news: AccountNews, language: Language) -> str:
    return words.plain_name(news.account_name, f"{'conta' if language == 'pt' else 'account'} {news.account_id}")


def _campaign(one: Announced, language: Language) -> str:
    return words.plain_name(one.campaign_name, f"{'campanha' if language == 'pt' else 'campaign'} {one.campaign_id}")


def _reason(one: Announced, language: Language) -> str:
    return words.plain_line(one.reason_pt if language == "pt" else one.reason_en)


def _spend(one: Announced) -> Decimal:
    return Decimal(str(one.evidence.get("spend") or 0))


def _totals(ordered: Sequence[Announced]) -> dict[str, Decimal]:
    """Spend by currency, in the order of the message; amounts of two currencies are never added."""
    totals: dict[str, Decimal] = {}
    for one in ordered:
        currency = str(one.evidence.get("currency", ""))
        totals[currency] = totals.get(currency, Decimal(0)) + _spend(one)
    return totals


def _window(ordered: Sequence[Announced]) -> tuple[date, date]:
    first = min(str(one.evidence["first_day"]) for one in ordered)
    last = max(str(one.evidence["last_day"]) for one in ordered)
    return date.fromisoformat(first), date.fromisoformat(last)
