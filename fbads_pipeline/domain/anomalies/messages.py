"""Anomalies as people read them: what is new in one message per account, an end as a reply, the rest in a digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import MOST_SEVERE_FIRST, Alert, AlertText, Severity, alert_of, in_languages
from fbads_pipeline.domain.alerts.message_layout import Layout, Part, laid_out, sparkline
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language

ANOMALIES, ANOMALIES_OVER, DIGEST = "anomalies", "anomalies.over", "digest"
MOST_LISTED = 10
_LANGUAGES: tuple[Language, ...] = ("pt", "en")
_TO_DO = {
    "pt": "O que fazer: abra cada campanha na Meta e confira; nada muda por lá sem a sua decisão.",
    "en": "What to do: look at each campaign at Meta; nothing changes there without your decision.",
}
_NOTHING_URGENT = {
    "pt": "Nada aqui exigiu um aviso próprio: ficou dentro do limite de avisos do dia, ou o calendário explica.",
    "en": "Nothing here called for a message of its own: the day's budget of alerts held it back, or the calendar"
    " explains it.",
}


@dataclass(frozen=True)
class AnomalyPart:
    """One anomaly, or the end of one; text_pt, text_en: what is said; at_stake: money per day.

    course: the figure's last days, oldest first; announced_alert_id: the message that told of it.
    """

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
    announced_alert_id: str | None = None
    course: tuple[float, ...] = ()


@dataclass(frozen=True)
class AnomalyNews:
    """What one account has to say; day: account-local day of the newest reading among it."""

    account_id: str
    account_name: str | None
    currency: str
    day: date
    parts: tuple[AnomalyPart, ...]


def compose_anomalies(news: AnomalyNews, *, link: str | None = None) -> list[Alert]:
    """One message about what is new, the dearest first, and a reply to each message whose anomalies have ended."""
    opened = [one for one in news.parts if not one.is_recovery]
    over: dict[str | None, list[AnomalyPart]] = {}
    for one in news.parts:
        if one.is_recovery:
            over.setdefault(one.announced_alert_id, []).append(one)
    alerts = [_compose(news, opened, ANOMALIES, link)] if opened else []
    return alerts + [_compose(news, parts, ANOMALIES_OVER, None, told) for told, parts in over.items()]


def compose_digest(news: AnomalyNews, *, link: str | None = None) -> Alert:
    """What was held back since the last one, every anomaly of it on one line; the dearest first, ends marked."""
    parts = _in_order(news.parts)
    said: dict[str, AlertText] = {}
    for language in _LANGUAGES:
        where = [] if link is None else [f"{'Ver tudo' if language == 'pt' else 'See all'}: {link}"]
        layout = Layout(
            lead=_NOTHING_URGENT[language],
            parts=[(_line(number, one, language),) for number, one in enumerate(parts, 1)],
            closing="\n".join(("", *where)),
        )
        said[language] = AlertText(_digest_title(news, language), layout.body)
    return alert_of(
        in_languages(said),
        account_id=news.account_id,
        rule=DIGEST,
        entity=news.account_id,
        severity="info",
        window_start=news.day,
        facts=_facts(news, parts),
    )


def _compose(
    news: AnomalyNews, found: Sequence[AnomalyPart], rule: str, link: str | None, replies_to: str | None = None
) -> Alert:
    parts = _in_order(found)
    severity: Severity = min((one.severity for one in parts), key=lambda one: MOST_SEVERE_FIRST[one], default="info")
    names = sorted(one.anomaly_id for one in parts)
    told = hashlib.sha256("|".join(names).encode()).hexdigest()[:32]
    layouts = {one: _layout(news, parts, one, link) for one in _LANGUAGES}
    listed = [{"anomaly_id": one.anomaly_id} for one in parts[:MOST_LISTED]]
    return alert_of(
        in_languages({one: AlertText(_title(news, parts, one), layout.body) for one, layout in layouts.items()}),
        account_id=news.account_id,
        rule=rule,
        entity=news.account_id,
        severity="info" if rule == ANOMALIES_OVER else severity,
        window_start=news.day,
        occasion=f"{news.day.isoformat()}.{told}",
        facts=_facts(news, parts) | laid_out(layouts["pt"], listed),
        replies_to=replies_to,
    )


def _in_order(parts: Sequence[AnomalyPart]) -> list[AnomalyPart]:
    return sorted(
        parts, key=lambda one: (one.is_recovery, MOST_SEVERE_FIRST[one.severity], -one.at_stake, one.campaign_id)
    )


def _facts(news: AnomalyNews, parts: Sequence[AnomalyPart]) -> dict[str, object]:
    return {
        "account_id": news.account_id,
        "day": news.day.isoformat(),
        "currency": news.currency,
        "anomalies": [
            {
                **{name: value for name, value in vars(one).items() if name != "course"},
                "campaign_name": _campaign(one, "pt"),
            }
            for one in parts
        ],
    }


def _title(news: AnomalyNews, parts: Sequence[AnomalyPart], language: Language) -> str:
    account, number = _account(news, language), len(parts)
    if parts[0].is_recovery and language == "pt":
        return f"De volta ao usual: {number} {'campanha' if number == 1 else 'campanhas'}: {account}"
    if parts[0].is_recovery:
        return f"Back to usual: {number} {'campaign' if number == 1 else 'campaigns'}: {account}"
    if sum(one.is_account_wide for one in parts) > 1:
        return f"{'A conta inteira mudou' if language == 'pt' else 'The whole account has moved'}: {account}"
    return f"{_anomalies(number, language)}: {account}"


def _digest_title(news: AnomalyNews, language: Language) -> str:
    day, number = words.day(news.day, language), _anomalies(len(news.parts), language)
    if language == "pt":
        return f"Resumo de {day}, {number}: {_account(news, language)}"
    return f"Digest of {day}, {number}: {_account(news, language)}"


def _anomalies(number: int, language: Language) -> str:
    if language == "pt":
        return f"{number} {'anomalia' if number == 1 else 'anomalias'}"
    return f"{number} {'anomaly' if number == 1 else 'anomalies'}"


def _layout(news: AnomalyNews, parts: Sequence[AnomalyPart], language: Language, link: str | None) -> Layout:
    more = len(parts) - MOST_LISTED
    closing = [] if more <= 0 else [f"… e mais {more}." if language == "pt" else f"… and {more} more."]
    if not parts[0].is_recovery:
        closing += ["", _TO_DO[language]]
        closing += [] if link is None else [f"{'Ver' if language == 'pt' else 'See'}: {link}"]
    return Layout(
        lead=_at_stake(news, parts, language),
        parts=[_part(number, one, language) for number, one in enumerate(parts[:MOST_LISTED], 1)],
        closing="\n".join(closing),
    )


def _at_stake(news: AnomalyNews, parts: Sequence[AnomalyPart], language: Language) -> str:
    stake = Decimal(repr(round(sum(one.at_stake for one in parts if not one.is_recovery), 2)))
    if stake <= 0:
        return ""
    amount = words.money(stake, news.currency, language)
    return f"Em jogo: {amount} por dia." if language == "pt" else f"At stake: {amount} a day."


def _part(number: int, one: AnomalyPart, language: Language) -> Part:
    drawn = "" if one.is_recovery else sparkline(one.course)
    days = "dias" if language == "pt" else "days"
    course = (f"{len(one.course)} {days}: {drawn}",) if drawn else ()
    return (f"{number}. {_campaign(one, language)}", _text(one, language), *course)


def _line(number: int, one: AnomalyPart, language: Language) -> str:
    over = "" if not one.is_recovery else " (já voltou ao usual)" if language == "pt" else " (back to usual)"
    return f"{number}. {_campaign(one, language)}: {_text(one, language)}{over}"


def _text(one: AnomalyPart, language: Language) -> str:
    return words.plain_line(one.text_pt if language == "pt" else one.text_en)


def _account(news: AnomalyNews, language: Language) -> str:
    return words.plain_name(news.account_name, f"{'conta' if language == 'pt' else 'account'} {news.account_id}")


def _campaign(one: AnomalyPart, language: Language) -> str:
    return words.plain_name(one.campaign_name, f"{'campanha' if language == 'pt' else 'campaign'} {one.campaign_id}")
