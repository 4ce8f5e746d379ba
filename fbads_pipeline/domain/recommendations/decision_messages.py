"""What became of an accepted suggestion, as people read it."""

from collections.abc import Mapping
from datetime import date

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of, in_languages
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.recommendations.applying import Carried, Change

_KINDS: Mapping[Language, Mapping[str, str]] = {
    "pt": {"PAUSE": "pausa", "BUDGET_UP": "aumento de orçamento", "BUDGET_DOWN": "redução de orçamento"},
    "en": {"PAUSE": "pause", "BUDGET_UP": "budget rise", "BUDGET_DOWN": "budget cut"},
}
_FIELDS: Mapping[Language, Mapping[str, str]] = {
    "pt": {"status": "situação", "daily_budget": "orçamento diário (unidades menores)"},
    "en": {"status": "status", "daily_budget": "daily budget (minor units)"},
}


def compose_carried(carried: Carried, *, today: date) -> Alert:
    """The message about it."""
    accepted = carried.accepted
    outcome = "undone" if accepted.is_undo and carried.is_applied else "applied" if carried.is_applied else "failed"
    return alert_of(
        in_languages({"pt": _text(carried, outcome, "pt"), "en": _text(carried, outcome, "en")}),
        account_id=accepted.account_id,
        rule=f"decision.{outcome}",
        entity=accepted.campaign_id,
        severity="info" if carried.is_applied else "warning",
        window_start=today,
        occasion=f"{accepted.suggestion_id}.{outcome}",
        facts={
            "suggestion_id": accepted.suggestion_id,
            "campaign_id": accepted.campaign_id,
            "kind": accepted.kind,
            "outcome": outcome,
            "reason": carried.reason,
            "changes": [vars(one) for one in carried.changes],
        },
    )


def _text(carried: Carried, outcome: str, language: Language) -> AlertText:
    accepted = carried.accepted
    what = _KINDS[language].get(accepted.kind, accepted.kind)
    fallback = "campanha" if language == "pt" else "campaign"
    name = words.plain_name(accepted.campaign_name, f"{fallback} {accepted.campaign_id}")
    titles: Mapping[Language, Mapping[str, str]] = {
        "pt": {"applied": "Aplicado na Meta", "undone": "Desfeito na Meta", "failed": "Não foi aplicado na Meta"},
        "en": {"applied": "Applied at Meta", "undone": "Undone at Meta", "failed": "Not applied at Meta"},
    }
    lines = [_line(one, language) for one in carried.changes]
    if carried.reason:
        lines.append(f"{'Motivo' if language == 'pt' else 'Why'}: {words.plain_line(carried.reason)}.")
    return AlertText(f"{titles[language][outcome]}: {what}, {name}", "\n".join(lines))


def _line(change: Change, language: Language) -> str:
    return f"{change.object_id}: {_FIELDS[language][change.field]} {change.old} → {change.new}"
