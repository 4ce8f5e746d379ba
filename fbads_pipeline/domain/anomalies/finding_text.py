"""A finding in one or two plain sentences, in Portuguese or in English."""

from datetime import datetime
from decimal import Decimal

from fbads_pipeline.domain.anomalies.findings import Anomaly, Cause
from fbads_pipeline.domain.core.formatting import Language, count, percent

_WHAT = {
    "en": {
        "delivery_stop": "Delivery has stopped",
        "spend_drop": "Spend has fallen",
        "spend_spike": "Spend has jumped",
        "ctr_collapse": "CTR has collapsed",
        "cpa_jump": "CPA has jumped",
        "tracking_break": "Conversions are no longer reported although people click: check the pixel",
        "cpm_rise": "CPM has risen",
        "cpm_drop": "CPM has fallen",
        "fatigue": "CTR is wearing out",
        "account_shock": "Spend of the whole account has moved",
    },
    "pt": {
        "delivery_stop": "A veiculação parou",
        "spend_drop": "O gasto caiu",
        "spend_spike": "O gasto disparou",
        "ctr_collapse": "O CTR despencou",
        "cpa_jump": "O CPA disparou",
        "tracking_break": "As conversões deixaram de ser registradas embora haja cliques: confira o pixel",
        "cpm_rise": "O CPM subiu",
        "cpm_drop": "O CPM caiu",
        "fatigue": "O CTR vem se desgastando",
        "account_shock": "O gasto da conta inteira mudou",
    },
}
_CAUSE = {
    "en": {
        "budget_edit": "the budget was edited {days_ago} days ago",
        "account_wide": "the whole account moves the same way",
        "recently_resumed": "the campaign was resumed lately",
        "tracking": "{clicks} clicks in 12 hours, {usual_clicks} usual",
    },
    "pt": {
        "budget_edit": "o orçamento foi alterado há {days_ago} dias",
        "account_wide": "a conta inteira se move no mesmo sentido",
        "recently_resumed": "a campanha foi retomada há pouco",
        "tracking": "{clicks} cliques em 12 horas, o usual são {usual_clicks}",
    },
}
_SENTENCE = {
    "en": "{what}: {observed} in {window}, {expected} expected ({low} to {high}), since {since}.",
    "pt": "{what}: {observed} em {window}, esperado {expected} ({low} a {high}), desde {since}.",
}
_STAKE = {"en": " At stake: {stake} a day.", "pt": " Em jogo: {stake} por dia."}
_LIKELY = {"en": " Likely: {causes}.", "pt": " Provável: {causes}."}
_RESOLVED = {
    "en": ("Back to usual: {observed}, {expected} expected.", "A week at {observed}: this is the new usual."),
    "pt": ("De volta ao usual: {observed}, esperado {expected}.", "Uma semana em {observed}: este é o novo usual."),
}
_EDIT = {
    "en": "Budget edited from {old} to {new} at {at}: a day is expected to spend {observed} instead of {expected}; "
    "spend is not judged for {hours} hours.",
    "pt": "Orçamento alterado de {old} para {new} em {at}: espera-se um gasto de {observed} por dia em vez de "
    "{expected}; o gasto não é avaliado por {hours} horas.",
}


def message(finding: Anomaly, language: Language) -> str:
    """What a person reads, numbers as that language writes them; money without a symbol, no currency is known here."""
    facts = {
        name: _figure(finding, getattr(finding, name), language) for name in ("observed", "expected", "low", "high")
    }
    if finding.kind == "explained":
        edit = finding.causes[0].evidence
        old, new = (_number(float(edit[side]), language) for side in ("old", "new"))
        hours = count(Decimal(round(finding.hours)), language)
        return _EDIT[language].format(old=old, new=new, at=_moment(finding.since, language), hours=hours, **facts)
    if finding.kind == "resolved":
        return _RESOLVED[language][int(finding.used.get("settled", 0.0))].format(**facts)
    text = _SENTENCE[language].format(
        what=_WHAT[language][finding.what],
        window=_window(finding.hours, language),
        since=_moment(finding.since, language),
        **facts,
    )
    if finding.stake >= 0.005:
        text += _STAKE[language].format(stake=_number(finding.stake, language))
    causes = "; ".join(_cause(one, language) for one in finding.causes)
    return text + (_LIKELY[language].format(causes=causes) if causes else "")


def recovery(what: str, since: datetime, closed_at: datetime, language: Language) -> str:
    """That it is over, and what had been; both moments account-local."""
    named = _WHAT[language][what].split(":")[0]
    over, begun = _moment(closed_at, language), _moment(since, language)
    if language == "pt":
        return f"{named}: de volta ao usual em {over}; durava desde {begun}."
    return f"{named}: back to usual on {over}; it had lasted since {begun}."


def _figure(finding: Anomaly, value: float, language: Language) -> str:
    if finding.metric == "ctr":
        return percent(Decimal(repr(round(value, 6))), language)
    return _number(value, language)


def _number(value: float, language: Language) -> str:
    return count(Decimal(repr(round(value, 2 if abs(value) < 1e9 else 0))), language)


def _window(hours: float, language: Language) -> str:
    if hours > 48:
        return f"{round(hours / 24)} {'days' if language == 'en' else 'dias'}"
    return f"{count(Decimal(repr(hours)), language)} {'hours' if language == 'en' else 'horas'}"


def _moment(at: datetime, language: Language) -> str:
    return at.strftime("%Y-%m-%d %H:%M" if language == "en" else "%d/%m/%Y %H:%M")


def _cause(cause: Cause, language: Language) -> str:
    shown = {
        name: _number(value, language) if isinstance(value, float) else str(value)
        for name, value in cause.evidence.items()
    }
    return _CAUSE[language][cause.name].format(**shown)
