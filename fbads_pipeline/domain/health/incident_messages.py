"""Troubles as people read them: what happened, since when, why, what to do; and once that it is over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fbads_pipeline.domain.alerts.alerts import Alert, Severity, Text, alert_of
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.health.incidents import EVERY_ACCOUNT, Trouble, TroubleKind

TROUBLE, RECOVERY = "trouble", "recovery"
_CRITICAL = frozenset({"account_stopped", "token_invalid", "account_disabled", "stale"})
# What happened in this house, and was not said by Meta.
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

_TITLES: Mapping[Language, Mapping[TroubleKind, str]] = {
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
_TO_DO: Mapping[Language, Mapping[TroubleKind, str]] = {
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
class TroubleNews:
    """One trouble that nobody has heard of, or whose end nobody has. resolved_at: None while it lasts.

    told_alert_id: the message that told of it.
    """

    trouble_id: str
    trouble: Trouble
    resolved_at: datetime | None = None
    told_alert_id: str | None = None


def compose_trouble(news: TroubleNews) -> Alert:
    """The one message of that trouble, or of its end, which replies to it."""
    trouble, is_over = news.trouble, news.resolved_at is not None
    severity: Severity = "info" if is_over else "critical" if trouble.kind in _CRITICAL else "warning"
    return alert_of(
        {"pt": _say(news, "pt"), "en": _say(news, "en")},
        account_id=trouble.account_id,
        rule=f"{RECOVERY if is_over else TROUBLE}.{trouble.kind}",
        entity=trouble.entity,
        severity=severity,
        window_start=(news.resolved_at or trouble.since).date(),
        occasion=news.trouble_id,
        facts={
            "trouble_id": news.trouble_id,
            "kind": trouble.kind,
            "entity": trouble.entity,
            "since": trouble.since.isoformat(),
            "resolved_at": news.resolved_at.isoformat() if news.resolved_at else None,
            "reason": words.plain_line(trouble.reason),
        },
        replies_to=news.told_alert_id if is_over else None,
    )


def _say(news: TroubleNews, language: Language) -> Text:
    trouble = news.trouble
    title = _TITLES[language][trouble.kind].format(who=_who(trouble, language))
    since, reason = _moment(trouble.since, language), _reason(trouble, language)
    if news.resolved_at is not None:
        over = _moment(news.resolved_at, language)
        if language == "pt":
            return Text(f"Resolvido: {title}", f"Voltou ao normal em {over}; durava desde {since}. Motivo: {reason}.")
        return Text(f"Resolved: {title}", f"Back to normal on {over}; it had lasted since {since}. Reason: {reason}.")
    to_do = _TO_DO[language][trouble.kind]
    if trouble.kind in _OURS:
        return Text(title, f"{_SINCE[language]} {since}. {reason}.\n\n{_TO_DO_IS[language]}: {to_do}")
    return Text(title, f"{_SINCE[language]} {since}. {_META[language]}: {reason}.\n\n{_TO_DO_IS[language]}: {to_do}")


def _reason(trouble: Trouble, language: Language) -> str:
    """What Meta says; an account's status in the reader's language, its number beside."""
    number = re.match(r"account_status (\d+)", trouble.reason)
    if trouble.kind == "account_disabled" and language == "pt" and number and int(number[1]) in _STATUS_PT:
        return f"{_STATUS_PT[int(number[1])]} (account_status {number[1]})"
    return words.plain_line(trouble.reason)


def _who(trouble: Trouble, language: Language) -> str:
    """The account with its id, or the token or version as it is called."""
    if trouble.kind == "stale" and trouble.entity == EVERY_ACCOUNT:
        return _EVERY[language]
    if trouble.account_id is None:
        return words.plain_name(trouble.name or trouble.entity, trouble.entity)
    fallback = "conta" if language == "pt" else "account"
    return f"{words.plain_name(trouble.name, fallback)} ({trouble.account_id})"


def _moment(moment: datetime, language: Language) -> str:
    return f"{words.day(moment.date(), language)} {moment:%H:%M} UTC"
