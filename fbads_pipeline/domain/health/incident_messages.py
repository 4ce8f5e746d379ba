"""IncidentStore as people read them: what happened, since when, why, what to do; and once that it is over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, Severity, alert_of, in_languages
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.health.incidents import EVERY_ACCOUNT, Incident, IncidentKind

TROUBLE, RECOVERY = "incident", "recovery"
_CRITICAL = frozenset({"account_stopped", "token_invalid", "account_disabled", "stale"})
# What happened in this program, and was not reported by Meta.
_OURS = frozenset({"run_failed", "stale"})
_SINCE: Mapping[Language, str] = {"pt": "Desde", "en": "Since"}
_META: Mapping[Language, str] = {"pt": "A Meta diz", "en": "Meta says"}
_TO_DO_IS: Mapping[Language, str] = {"pt": "O que fazer", "en": "What to do"}
_STATUS_PT: Mapping[int, str] = {
    2: "conta desativada",
    3: "pagamento em aberto",
    7: "em análise de risco",
    8: "acerto de pagamento pendente",
    9: "em período de carência",
    100: "encerramento pendente",
    101: "conta encerrada",
    202: "conta encerrada",
}
_EVERY: Mapping[Language, str] = {"pt": "todas as contas", "en": "every account"}

_TITLES: Mapping[Language, Mapping[IncidentKind, str]] = {
    "pt": {
        "account_stopped": "Conta parada: {who}",
        "token_invalid": "Token recusado pela Meta: {who}",
        "token_expiring": "Token perto do fim: {who}",
        "api_version": "Versão {who} da API perto do fim",
        "account_disabled": "Conta com restrição na Meta: {who}",
        "run_failed": "Execução com falha: {who}",
        "stale": "Números parados: {who}",
    },
    "en": {
        "account_stopped": "Account stopped: {who}",
        "token_invalid": "Token refused by Meta: {who}",
        "token_expiring": "Token near its end: {who}",
        "api_version": "API version {who} near its end",
        "account_disabled": "Account restricted at Meta: {who}",
        "run_failed": "Run failed: {who}",
        "stale": "Figures stand still: {who}",
    },
}
_TO_DO: Mapping[Language, Mapping[IncidentKind, str]] = {
    "pt": {
        "account_stopped": "confira na Meta se o token ainda tem ads_read nesta conta; as outras contas seguem.",
        "token_invalid": "gere um token novo e guarde-o com `fbads tokens add`, ou em FBADS_ACCESS_TOKEN;"
        " até lá os números das contas dele não são atualizados.",
        "token_expiring": "gere um token novo antes dessa data e guarde-o com `fbads tokens add`,"
        " ou em FBADS_ACCESS_TOKEN.",
        "api_version": "atualize FBADS_API_VERSION.",
        "account_disabled": "veja a conta no Gerenciador de Negócios (pagamento ou análise pendente).",
        "run_failed": "abra a execução no Dagster; depois da próxima que der certo, isto se encerra sozinho.",
        "stale": "veja no Dagster se as coletas rodam; até lá, não decida pelos números de hoje.",
    },
    "en": {
        "account_stopped": "see at Meta whether the token still has ads_read on this account; the others go on.",
        "token_invalid": "make a new token and store it with `fbads tokens add`, or in FBADS_ACCESS_TOKEN;"
        " until then the figures of its accounts stand still.",
        "token_expiring": "make a new token before that day and store it with `fbads tokens add`,"
        " or in FBADS_ACCESS_TOKEN.",
        "api_version": "raise FBADS_API_VERSION.",
        "account_disabled": "look at the account in Meta's Business Manager (payment, or a pending review).",
        "run_failed": "open the run in Dagster; this ends by itself after the next one that succeeds.",
        "stale": "see in Dagster whether collecting runs; until then do not decide by today's figures.",
    },
}


@dataclass(frozen=True)
class IncidentUpdate:
    """One incident that nobody has heard of, or whose end nobody has. resolved_at: None while it lasts.

    announced_alert_id: the message that told of it.
    """

    incident_id: str
    incident: Incident
    resolved_at: datetime | None = None
    announced_alert_id: str | None = None


def compose_incident(news: IncidentUpdate) -> Alert:
    """The one message of that incident, or of its end, which replies to it."""
    incident, is_over = news.incident, news.resolved_at is not None
    severity: Severity = "info" if is_over else "critical" if incident.kind in _CRITICAL else "warning"
    return alert_of(
        in_languages({"pt": _say(news, "pt"), "en": _say(news, "en")}),
        account_id=incident.account_id,
        rule=f"{RECOVERY if is_over else TROUBLE}.{incident.kind}",
        entity=incident.entity,
        severity=severity,
        window_start=(news.resolved_at or incident.since).date(),
        occasion=news.incident_id,
        facts={
            "incident_id": news.incident_id,
            "kind": incident.kind,
            "entity": incident.entity,
            "since": incident.since.isoformat(),
            "resolved_at": news.resolved_at.isoformat() if news.resolved_at else None,
            "reason": words.plain_line(incident.reason),
        },
        replies_to=news.announced_alert_id if is_over else None,
    )


def _say(news: IncidentUpdate, language: Language) -> AlertText:
    incident = news.incident
    title = _TITLES[language][incident.kind].format(who=_who(incident, language))
    since, reason = _moment(incident.since, language), _reason(incident, language)
    if news.resolved_at is not None:
        over = _moment(news.resolved_at, language)
        if language == "pt":
            return AlertText(
                f"Resolvido: {title}", f"Voltou ao normal em {over}; durava desde {since}. Motivo: {reason}."
            )
        return AlertText(
            f"Resolved: {title}", f"Back to normal on {over}; it had lasted since {since}. Reason: {reason}."
        )
    to_do = _TO_DO[language][incident.kind]
    if incident.kind in _OURS:
        return AlertText(title, f"{_SINCE[language]} {since}. {reason}.\n\n{_TO_DO_IS[language]}: {to_do}")
    return AlertText(
        title, f"{_SINCE[language]} {since}. {_META[language]}: {reason}.\n\n{_TO_DO_IS[language]}: {to_do}"
    )


def _reason(incident: Incident, language: Language) -> str:
    """What Meta says; an account's status in the reader's language, its number beside."""
    number = re.match(r"account_status (\d+)", incident.reason)
    if incident.kind == "account_disabled" and language == "pt" and number and int(number[1]) in _STATUS_PT:
        return f"{_STATUS_PT[int(number[1])]} (account_status {number[1]})"
    return words.plain_line(incident.reason)


def _who(incident: Incident, language: Language) -> str:
    """The account with its id, or the token or version as it is called."""
    if incident.kind == "stale" and incident.entity == EVERY_ACCOUNT:
        return _EVERY[language]
    if incident.account_id is None:
        return words.plain_name(incident.name or incident.entity, incident.entity)
    fallback = "conta" if language == "pt" else "account"
    return f"{words.plain_name(incident.name, fallback)} ({incident.account_id})"


def _moment(moment: datetime, language: Language) -> str:
    return f"{words.day(moment.date(), language)} {moment:%H:%M} UTC"
