"""Anomalies as people read them: one message per account, the dearest first, recoveries at the end."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain import words
from fbads_pipeline.domain.alerts import MOST_LISTED, Alert, Severity
from fbads_pipeline.domain.words import Language

ANOMALIES = "anomalies"
_ORDER: dict[Severity, int] = {"critical": 0, "warning": 1, "info": 2}
_TO_DO = {
    "pt": "O que fazer: abra cada campanha na Meta e confira; nada muda por lá sem a sua decisão.",
    "en": "What to do: look at each campaign at Meta; nothing changes there without your decision.",
}


@dataclass(frozen=True)
class AnomalyPart:
    """One anomaly, or the recovery of one; text_pt, text_en: what is said; at_stake: money per day."""

    anomaly_id: str
    campaign_id: str
    campaign_name: str | None
    kind: str
    severity: Severity
    at_stake: float
    is_account_wide: bool
    is_recovery: bool
    text_pt: str
    text_en: str


@dataclass(frozen=True)
class AnomalyNews:
    """What one account has to say; day: account-local day of the newest reading among it."""

    account_id: str
    account_name: str | None
    currency: str
    day: date
    parts: tuple[AnomalyPart, ...]


def compose_anomalies(news: AnomalyNews, language: Language = "pt") -> Alert:
    """The one message about them. facts holds the words of both languages, what is not listed included."""
    parts = sorted(news.parts, key=lambda one: (one.is_recovery, _ORDER[one.severity], -one.at_stake, one.campaign_id))
    opened = [one for one in parts if not one.is_recovery]
    severity: Severity = min((one.severity for one in opened), key=lambda one: _ORDER[one], default="info")
    names = sorted(f"{one.anomaly_id}{one.is_recovery}" for one in parts)
    told = hashlib.sha256("|".join(names).encode()).hexdigest()[:32]
    key = "|".join((news.account_id, ANOMALIES, told, news.day.isoformat(), severity))
    languages: tuple[Language, ...] = ("pt", "en")
    said = {one: (_title(news, parts, one), _body(news, parts, one)) for one in languages}
    title, body = said[language]
    return Alert(
        alert_id=hashlib.sha256(key.encode()).hexdigest()[:32],
        dedupe_key=key,
        account_id=news.account_id,
        rule=ANOMALIES,
        entity=news.account_id,
        severity=severity,
        window_start=news.day,
        title=title,
        body=body,
        facts={
            "account_id": news.account_id,
            "day": news.day.isoformat(),
            "language": language,
            "currency": news.currency,
            "anomalies": [{**vars(one), "campaign_name": _campaign(one, language)} for one in parts],
            **{f"title_{one}": texts[0] for one, texts in said.items()},
            **{f"body_{one}": texts[1] for one, texts in said.items()},
        },
    )


def _title(news: AnomalyNews, parts: Sequence[AnomalyPart], language: Language) -> str:
    account = words.plain_name(news.account_name, f"{'conta' if language == 'pt' else 'account'} {news.account_id}")
    number, over = sum(not one.is_recovery for one in parts), sum(one.is_recovery for one in parts)
    if not number and language == "pt":
        return f"De volta ao usual: {over} {'campanha' if over == 1 else 'campanhas'}: {account}"
    if not number:
        return f"Back to usual: {over} {'campaign' if over == 1 else 'campaigns'}: {account}"
    if sum(one.is_account_wide for one in parts) > 1:
        return f"{'A conta inteira mudou' if language == 'pt' else 'The whole account has moved'}: {account}"
    if language == "pt":
        return f"{number} {'anomalia' if number == 1 else 'anomalias'}: {account}"
    return f"{number} {'anomaly' if number == 1 else 'anomalies'}: {account}"


def _body(news: AnomalyNews, parts: Sequence[AnomalyPart], language: Language) -> str:
    lines = []
    stake = Decimal(repr(round(sum(one.at_stake for one in parts if not one.is_recovery), 2)))
    if stake > 0:
        amount = words.money(stake, news.currency, language)
        lines += [f"Em jogo: {amount} por dia." if language == "pt" else f"At stake: {amount} a day.", ""]
    for number, one in enumerate(parts[:MOST_LISTED], 1):
        text = one.text_pt if language == "pt" else one.text_en
        lines += [f"{number}. {_campaign(one, language)}", words.plain_line(text)]
    more = len(parts) - MOST_LISTED
    if more > 0:
        lines.append(f"… e mais {more}." if language == "pt" else f"… and {more} more.")
    if any(not one.is_recovery for one in parts):
        lines += ["", _TO_DO[language]]
    return "\n".join(lines)


def _campaign(one: AnomalyPart, language: Language) -> str:
    return words.plain_name(one.campaign_name, f"{'campanha' if language == 'pt' else 'campaign'} {one.campaign_id}")
