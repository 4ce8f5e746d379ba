"""Sentences of the two languages around the cells of results. No number is written here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fbads_pipeline.domain.chat.answers.values import cell, group, signed
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.plan import LEVELS, Clarification, Dimension, Period, Plan, Refusal
from fbads_pipeline.domain.chat.result import ChatAccount, Column, Result
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language

EXAMPLES = {
    "pt": (
        "quanto gastei ontem?",
        "top 5 campanhas por ROAS este mês",
        "CPA por idade e gênero em outubro",
        "gasto desta semana vs semana passada",
        "por que o CPA subiu?",
        "vou estourar o orçamento?",
    ),
    "en": (
        "how much did we spend yesterday?",
        "top 5 campaigns by ROAS this month",
        "CPA by age and gender in October",
        "spend this week vs last week",
        "why did CPA go up?",
        "are we going over budget?",
    ),
}
DIMENSION_WORDS: dict[Dimension, tuple[str, str]] = {
    "account": ("conta", "account"),
    "campaign": ("campanha", "campaign"),
    "adset": ("conjunto de anúncios", "ad set"),
    "ad": ("anúncio", "ad"),
    "day": ("dia", "day"),
    "week": ("semana", "week"),
    "month": ("mês", "month"),
    "weekday": ("dia da semana", "weekday"),
    "objective": ("objetivo", "objective"),
    "age": ("idade", "age"),
    "gender": ("gênero", "gender"),
    "country": ("país", "country"),
    "platform": ("plataforma", "platform"),
    "placement": ("posicionamento", "placement"),
}
_SIGNS = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤"}
_REFUSALS = {
    "not_understood": (
        "Não entendi “{about}” e prefiro não adivinhar.",
        "I did not understand “{about}”, and I would rather not guess.",
    ),
    "unknown_metric": ("Não tenho a métrica “{about}”.", "I do not have the metric “{about}”."),
    "unknown_object": (
        "Não encontrei “{about}” nas suas contas.",
        "I did not find “{about}” in your accounts.",
    ),
    "not_additive": (
        "{about} é de um objeto e de um dia: as pessoas se repetem, então não se soma. Pergunte por dia, ou de um "
        "só dia.",
        "{about} belongs to one object and one day: people overlap, so it does not add up. Ask by day, or for one day.",
    ),
    "average": (
        "Média de quê? Posso dar a média por dia, ou a razão das somas (CPA, CPC, CTR, ROAS, ticket médio).",
        "An average over what? I can give the daily average, or a ratio of sums (CPA, CPC, CTR, ROAS, order value).",
    ),
    "forbidden": (
        "Isso eu não respondo. Só leio números das suas contas de anúncios.",
        "That I do not answer. I only read figures of your ad accounts.",
    ),
    "not_collected": (
        "Essa combinação ({about}) não é coletada. Há: idade e gênero; país; plataforma e posicionamento, por "
        "campanha.",
        "That combination ({about}) is not collected. There are: age and gender; country; platform and placement, "
        "per campaign.",
    ),
    "other_goal": (
        "Nenhuma das suas contas tem esse objetivo ({about}), então não há custo por ele. O CPA segue o objetivo "
        "de cada conta.",
        "None of your accounts has that goal ({about}), so there is no cost for it. CPA follows each account's goal.",
    ),
    "future": (
        "Esse período ainda não chegou: não tenho números dele.",
        "That period has not come yet: I have no figures for it.",
    ),
    "empty": ("Escreva uma pergunta.", "Write a question."),
}
_QUESTIONS = {
    "object": ("“{about}” pode ser mais de uma coisa. Qual?", "“{about}” can be more than one thing. Which?"),
    "date": ("“{about}” pode ser duas datas. Qual?", "“{about}” can be two dates. Which?"),
    "metric": ("De qual métrica? Por exemplo: ", "Which metric? For example: "),
    "rank_metric": ("Por qual métrica devo ordenar? Por exemplo: ", "By which metric should I rank? For example: "),
    "dimension": (
        "Por campanha, conjunto, anúncio, dia, país, idade ou posicionamento?",
        "By campaign, ad set, ad, day, country, age or placement?",
    ),
    "period": ("De qual período?", "Of which period?"),
}
_ASKED_METRICS = ("spend", "conversions", "cpa", "roas", "ctr")


def say(language: Language, portuguese: str, english: str) -> str:
    return portuguese if language == "pt" else english


def figures_text(
    plan: Plan, result: Result, accounts: Sequence[ChatAccount], language: Language, catalogue: Catalogue
) -> str:
    """The answer to a plan for figures: a head with metric and days, a line per row."""
    head = _head(plan, accounts, language, catalogue)
    if not result.rows:
        return f"{head}: {_no_rows(plan, language)}"
    lines = [_line(plan, row, result, language, catalogue) for row in result.rows]
    if not plan.dimensions and len(lines) == 1:
        return _ended(f"{head}: {lines[0]}.", result, plan, language)
    text = "\n".join([f"{head}:", *(f"- {line}" for line in lines)])
    return _ended(text, result, plan, language)


def metric_words(names: Sequence[str], language: Language, catalogue: Catalogue) -> str:
    return ", ".join(catalogue[name].labels[language] for name in names)


def filter_words(plan: Plan, language: Language, catalogue: Catalogue) -> tuple[str, ...]:
    """What the rows were limited to, as it was understood."""
    said = []
    for one in plan.objects:
        label = DIMENSION_WORDS[one.level][0 if language == "pt" else 1]
        said.append(f"{label}: {words.plain_name(one.name, instead=', '.join(one.ids))}")
    for segment in plan.segments:
        label = DIMENSION_WORDS[segment.dimension][0 if language == "pt" else 1]
        said.append(f"{label}: {group(segment.dimension, {segment.dimension: segment.value}, language)}")
    if plan.status:
        pair = ("só ativas", "active only") if plan.status == "ACTIVE" else ("só pausadas", "paused only")
        said.append(say(language, *pair))
    if plan.objective:
        said.append(f"{say(language, 'objetivo', 'objective')}: {plan.objective.lower()}")
    for threshold in plan.thresholds:
        column = Column("value", "value", threshold.metric, catalogue[threshold.metric].unit)
        amount = cell(column, {"value": threshold.value, "currency": threshold.currency}, language, catalogue)
        said.append(f"{catalogue[threshold.metric].labels[language]} {_SIGNS[threshold.comparison]} {amount.strip()}")
    return tuple(said)


def period_words(plan: Plan, accounts: Sequence[ChatAccount], language: Language) -> str:
    """The days, and those that they are compared with."""
    if plan.period is None or not accounts:
        return ""
    said = _days_by_account(plan.period, accounts, language)
    if plan.compare is None:
        return said
    compared = _days_by_account(plan.compare, accounts, language)
    return f"{said} {say(language, 'comparado com', 'compared with')} {compared}"


def refusal_text(refusal: Refusal, language: Language, catalogue: Catalogue) -> str:
    """Why not, and what can be asked instead."""
    about = words.plain_name(refusal.about, instead="?")
    if refusal.kind == "not_additive" and refusal.about in catalogue:
        about = catalogue[refusal.about].labels[language]
    text = _REFUSALS[refusal.kind][0 if language == "pt" else 1].format(about=about)
    metrics = [name for name in refusal.near if name in catalogue]
    if metrics:
        text += f" {say(language, 'Tenho', 'I have')}: {metric_words(metrics, language, catalogue)}."
    elif refusal.near:
        names = ", ".join(words.plain_name(name, instead="?") for name in refusal.near)
        text += f" {say(language, 'Parecidos', 'Similar')}: {names}."
    if refusal.kind in ("not_understood", "empty", "forbidden"):
        text += " " + examples_text(language)
    return text


def examples_text(language: Language) -> str:
    return f"{say(language, 'Sei responder, por exemplo', 'I can answer, for example')}: " + " · ".join(
        EXAMPLES[language]
    )


def clarification_text(asked: Clarification, language: Language, catalogue: Catalogue) -> str:
    """A question back with its choices."""
    text = _QUESTIONS[asked.kind][0 if language == "pt" else 1].format(about=words.plain_name(asked.about, instead="?"))
    if asked.kind in ("metric", "rank_metric"):
        return text + metric_words([one for one in _ASKED_METRICS if one in catalogue], language, catalogue) + "?"
    choices = [_choice(one, asked.kind, language) for one in asked.choices]
    return text + "".join(f"\n- {one}" for one in choices)


def _choice(choice: str, kind: str, language: Language) -> str:
    if kind == "date":
        return f"{words.day(date.fromisoformat(choice), language)} ({choice})"
    return words.plain_name(choice, instead="?")


def _head(plan: Plan, accounts: Sequence[ChatAccount], language: Language, catalogue: Catalogue) -> str:
    metrics = metric_words(plan.metrics, language, catalogue)
    if plan.per_day:
        metrics += say(language, " (média por dia)", " (daily average)")
    by = [DIMENSION_WORDS[one][0 if language == "pt" else 1] for one in plan.dimensions]
    said = metrics + (f" {say(language, 'por', 'by')} {say(language, ' e ', ' and ').join(by)}" if by else "")
    said += f", {period_words(plan, accounts, language)}"
    filters = filter_words(plan, language, catalogue)
    said += f" ({'; '.join(filters)})" if filters else ""
    if plan.period_is_assumed:
        said += say(language, " (sem período na pergunta)", " (no period in the question)")
    return said


def _days_by_account(period: Period, accounts: Sequence[ChatAccount], language: Language) -> str:
    """The days of most accounts, and by name those where it is already, or still, another day."""
    by_days: dict[tuple[date, date], list[str]] = {}
    for one in accounts:
        by_days.setdefault(resolve(period, one.today), []).append(one.name)
    most, *others = sorted(by_days.items(), key=lambda one: (-len(one[1]), one[0]))
    said = words.days(*most[0], language)
    if not others:
        return said
    apart = "; ".join(
        f"{', '.join(words.plain_name(name, instead='?') for name in names)}: {words.days(*days, language)}"
        for days, names in others
    )
    return f"{said} ({apart})"


def _line(plan: Plan, row: Mapping[str, Any], result: Result, language: Language, catalogue: Catalogue) -> str:
    names = " · ".join(group(one, row, language) for one in plan.dimensions)
    several = len(plan.metrics) > 1
    parts = []
    for column in result.of("value"):
        text = cell(column, row, language, catalogue)
        if several:
            text = f"{catalogue[column.metric or ''].labels[language]} {text}"
        if plan.compare is not None:
            text += f" ({_change(column, row, result, language, catalogue)})"
        parts.append(text)
    several_currencies = len({one.get("currency") for one in result.rows}) > 1
    if several_currencies and not any(column.unit == "money" for column in result.of("value")):
        names = " · ".join(one for one in (str(row["currency"]), names) if one)
    return f"{names}: {'; '.join(parts)}" if names else "; ".join(parts)


def _change(column: Column, row: Mapping[str, Any], result: Result, language: Language, catalogue: Catalogue) -> str:
    by_role = {one.role: one for one in result.query.columns if one.metric == column.metric}
    before = cell(by_role["before"], row, language, catalogue)
    change = signed(by_role["change"], row, language, catalogue)
    ratio = signed(by_role["change_ratio"], row, language, catalogue)
    said = f"{say(language, 'antes', 'before')} {before}; {change}"
    return f"{said}, {ratio}" if row.get(by_role["change_ratio"].name) is not None else said


def _no_rows(plan: Plan, language: Language) -> str:
    if plan.thresholds:
        return say(language, "nada atende a essa condição.", "nothing meets that condition.")
    return say(language, "não há dados nesse período.", "there are no figures in that period.")


def _ended(text: str, result: Result, plan: Plan, language: Language) -> str:
    if plan.thresholds and any(one in LEVELS for one in plan.dimensions):
        found = words.count(result.groups, language)
        text += say(language, f"\nNo total: {found}.", f"\nIn all: {found}.")
    elif result.is_truncated and plan.rank is None:
        shown, groups = words.count(len(result.rows), language), words.count(result.groups, language)
        text += say(language, f"\nMostro {shown} de {groups}.", f"\nShowing {shown} of {groups}.")
    if result.is_provisional:
        text += say(
            language,
            "\nProvisório: dentro da janela de atribuição, conversões ainda podem mudar.",
            "\nProvisional: within the attribution window, conversions may still change.",
        )
    return text
