"""A verdict in a manager's words, in Portuguese and in English; amounts are in the account's currency."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain import words
from fbads_pipeline.domain.words import Language

_DO: dict[tuple[str, Language], str] = {
    ("PAUSE", "pt"): "Pausar",
    ("BUDGET_UP", "pt"): "Aumentar o orçamento em 20 %",
    ("BUDGET_DOWN", "pt"): "Reduzir o orçamento em 20 %",
    ("PAUSE", "en"): "Pausing",
    ("BUDGET_UP", "en"): "A budget 20 % higher",
    ("BUDGET_DOWN", "en"): "A budget 20 % lower",
}


def reasons(action: str, evidence: Mapping[str, Any]) -> dict[Language, str]:
    """Why, in one or two sentences per language; every number is one of the evidence's."""
    return {"pt": _reason(action, evidence, "pt"), "en": _reason(action, evidence, "en")}


def would_change(action: str, evidence: Mapping[str, Any]) -> dict[Language, str]:
    """What would have to be seen for another verdict."""
    target = _number(evidence["target_cpa"], "pt"), _number(evidence["target_cpa"], "en")
    if action == "BUDGET_UP":
        return {
            "pt": f"Outra conclusão: um CPA que suba até a meta de {target[0]}, ou dinheiro que sobre no orçamento.",
            "en": f"What would change it: a CPA rising towards the target of {target[1]}, or budget left unspent.",
        }
    return {
        "pt": f"Outra conclusão: conversões ainda por chegar que tragam o CPA abaixo da meta de {target[0]}.",
        "en": f"What would change it: conversions still to arrive that bring the CPA below the target of {target[1]}.",
    }


def _reason(action: str, evidence: Mapping[str, Any], language: Language) -> str:
    cpa = [_number(one, language) for one in evidence["cpa"]]
    low, high = (_number(one, language) for one in evidence["effect"])
    target, days = _number(evidence["target_cpa"], language), evidence["window_days"]
    spend, seen = _number(evidence["spend"], language), _number(evidence["conversions_matured"], language)
    sure = words.percent(Decimal(str(round(evidence["p_better"], 3))), language)
    do = _DO[action, language]
    if language == "pt":
        return (
            f"Em {days} dias gastou {spend} e teve cerca de {seen} conversões: CPA de {cpa[1]} ({cpa[0]} a {cpa[2]}),"
            f" meta de {target}. {do} muda o resultado dos próximos 7 dias em {low} a {high}; é melhor com"
            f" probabilidade de {sure}."
        )
    return (
        f"In {days} days it spent {spend} for about {seen} conversions: CPA of {cpa[1]} ({cpa[0]} to {cpa[2]}),"
        f" target {target}. {do} changes the result of the next 7 days by {low} to {high}; better with a"
        f" probability of {sure}."
    )


def _number(value: float, language: Language) -> str:
    sign = "−" if value < 0 else ""
    return sign + words.count(Decimal(str(abs(value))), language)
