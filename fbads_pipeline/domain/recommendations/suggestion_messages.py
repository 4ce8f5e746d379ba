"""Suggestions as people read them: one message per account and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of, in_languages
from fbads_pipeline.domain.alerts.message_layout import Layout, Part, laid_out, sparkline
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language

BREACHES = "breaches"
MOST_LISTED = 10
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


@dataclass(frozen=True)
class Announced:
    """An open suggestion that nobody has heard of yet; campaign_name as a stranger wrote it.

    version: the one that a button decides; daily_spend, daily_results: of the last complete days, oldest first.
    """

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
    version: int = 1
    daily_spend: tuple[float, ...] = ()
    daily_results: tuple[float, ...] = ()

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


def compose_suggestions(news: AccountNews, *, link: str | None = None) -> Alert:
    """The one message of that account and day: what, since when, observed against limit, spend at stake, what to do.

    Names are plain text, cut and without control characters; each channel escapes for itself. facts holds everything
    that the words say, the campaigns that are not listed included. link: where a person decides.
    """
    ordered = sorted(news.suggestions, key=lambda one: (not one.is_of_posterior, -_spend(one), one.campaign_id))
    listed = ordered[:MOST_LISTED]
    languages: tuple[Language, ...] = ("pt", "en")
    said = {one: _layout(news, ordered, one, link) for one in languages}
    decided = [{"suggestion_id": one.suggestion_id, "version": one.version} for one in listed]
    return alert_of(
        in_languages({one: AlertText(_title(news, one), layout.body) for one, layout in said.items()}),
        account_id=news.account_id,
        rule=BREACHES,
        entity=news.account_id,
        severity="warning",
        window_start=news.day,
        facts=_facts(news, ordered) | laid_out(said["pt"], decided),
    )


def window(news: AccountNews) -> tuple[date, date]:
    """First and last day that its suggestions look at."""
    return _window(news.suggestions)


def _title(news: AccountNews, language: Language) -> str:
    proposed = sum(one.is_of_posterior for one in news.suggestions)
    number, account = len(news.suggestions) - proposed, _account(news, language)
    parts = [] if not proposed else [_counted(proposed, _PROPOSALS[language])]
    if number:
        parts.append(f"{_counted(number, _CAMPAIGNS[language])} {_PAST[language]}")
    return f"{_AND[language].join(parts)}: {account}"


def _counted(number: int, names: tuple[str, str]) -> str:
    return f"{number} {names[number != 1]}"


def _layout(news: AccountNews, ordered: Sequence[Announced], language: Language, link: str | None) -> Layout:
    past = [one for one in ordered if not one.is_of_posterior]
    listed, more = ordered[:MOST_LISTED], len(ordered) - MOST_LISTED
    closing = [] if more <= 0 else [_more(more, language)]
    where = [] if link is None else [f"{'Decidir' if language == 'pt' else 'Decide'}: {link}"]
    return Layout(
        lead=_at_stake(news, past, language) if past else _news_of(news, language),
        parts=[_part(number, one, language) for number, one in enumerate(listed, 1)],
        closing="\n".join((*closing, "", _what_to_do(ordered, language), *where)),
    )


def _part(number: int, one: Announced, language: Language) -> Part:
    note = one.note_pt if language == "pt" else one.note_en
    lines = [f"{number}. {_campaign(one, language)}{_proposed(one, language)}", _reason(one, language)]
    return tuple(lines + ([words.plain_line(note)] if note else []) + _course(one, language))


def _course(one: Announced, language: Language) -> list[str]:
    """Spend and results of the last days, drawn; nothing where there are too few days to draw."""
    spend, results = sparkline(one.daily_spend), sparkline(one.daily_results)
    if not spend:
        return []
    days = f"{len(one.daily_spend)} {'dias' if language == 'pt' else 'days'}"
    parts = [f"{'gasto' if language == 'pt' else 'spend'} {spend}"]
    parts += [f"{'resultados' if language == 'pt' else 'results'} {results}"] if results else []
    return [f"{days}: {' · '.join(parts)}"]


def _more(number: int, language: Language) -> str:
    if language == "pt":
        return f"… e mais {number} {'campanha' if number == 1 else 'campanhas'}."
    return f"… and {number} more."


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


def _facts(news: AccountNews, ordered: Sequence[Announced]) -> dict[str, object]:
    return {
        "account_id": news.account_id,
        "account_name": _account(news, "pt"),
        "day": news.day.isoformat(),
        "spend": {
            currency: str(amount)
            for currency, amount in _totals([one for one in ordered if not one.is_of_posterior]).items()
        },
        "suggestions": [
            {
                "suggestion_id": one.suggestion_id,
                "version": one.version,
                "campaign_id": one.campaign_id,
                "campaign_name": _campaign(one, "pt"),
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
