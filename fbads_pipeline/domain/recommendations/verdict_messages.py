"""A verdict in a manager's words, in Portuguese and in English; amounts are in the account's currency."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language

LANGUAGES: tuple[Language, Language] = ("pt", "en")
_DO: dict[tuple[str, Language], str] = {
    ("PAUSE", "pt"): "Pausar",
    ("BUDGET_UP", "pt"): "Aumentar o orçamento em 20 %",
    ("BUDGET_DOWN", "pt"): "Reduzir o orçamento em 20 %",
    ("PAUSE", "en"): "Pausing",
    ("BUDGET_UP", "en"): "A budget 20 % higher",
    ("BUDGET_DOWN", "en"): "A budget 20 % lower",
}


def reasons(action: str, evidence: Mapping[str, Any], currency: str | None = None) -> dict[Language, str]:
    """Why, in one or two sentences per language; every number is one of the evidence's, amounts in the currency."""
    return {"pt": _reason(action, evidence, "pt", currency), "en": _reason(action, evidence, "en", currency)}


def would_change(action: str, evidence: Mapping[str, Any], currency: str | None = None) -> dict[Language, str]:
    """What would have to be seen for another verdict."""
    target = [_money(evidence["target_cpa"], language, currency) for language in LANGUAGES]
    if action == "BUDGET_UP":
        return {
            "pt": f"Outra conclusão: um CPA que suba até a meta de {target[0]}, ou dinheiro que sobre no orçamento.",
            "en": f"What would change it: a CPA rising towards the target of {target[1]}, or budget left unspent.",
        }
    return {
        "pt": f"Outra conclusão: conversões ainda por chegar que tragam o CPA abaixo da meta de {target[0]}.",
        "en": f"What would change it: conversions still to arrive that bring the CPA below the target of {target[1]}.",
    }


def beside(evidence: Mapping[str, Any], currency: str | None = None) -> dict[Language, str]:
    """What the posterior thinks of pausing a campaign that only a plain threshold names."""
    return {language: _beside(evidence, language, currency) for language in LANGUAGES}


def _beside(evidence: Mapping[str, Any], language: Language, currency: str | None) -> str:
    low, high = (_money(one, language, currency) for one in evidence["effect"])
    sure = words.percent(Decimal(str(round(evidence["p_better"], 3))), language)
    if language == "pt":
        return (
            f"Pelas conversões, pausar mudaria o resultado dos próximos 7 dias em {low} a {high};"
            f" probabilidade de ser melhor: {sure}."
        )
    return (
        f"Going by conversions, pausing would change the result of the next 7 days by {low} to {high};"
        f" probability of being better: {sure}."
    )


def _reason(action: str, evidence: Mapping[str, Any], language: Language, currency: str | None) -> str:
    cpa = [_money(one, language, currency) for one in evidence["cpa"]]
    low, high = (_money(one, language, currency) for one in evidence["effect"])
    target, days = _money(evidence["target_cpa"], language, currency), evidence["window_days"]
    spend = _money(evidence["spend"], language, currency)
    seen = words.count(Decimal(str(round(evidence["conversions_matured"], 1))), language)
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


def _money(value: float, language: Language, currency: str | None) -> str:
    sign, amount = "−" if value < 0 else "", Decimal(str(abs(value)))
    return sign + (words.money(amount, currency, language) if currency else words.count(amount, language))
