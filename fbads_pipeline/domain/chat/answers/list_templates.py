"""Sentences for what is no figure of a mart: definitions, help, objects, budgets, anomalies, suggestions, reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

from fbads_pipeline.domain.chat.answers.templates import DIMENSION_WORDS, examples_text, metric_words, say
from fbads_pipeline.domain.chat.answers.values import cell, group, signed
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.chat.result import Column, Result
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.metrics.registry import Metric

_KINDS = {
    "PAUSE": ("pausar", "pause"),
    "BUDGET_UP": ("aumentar o orçamento de", "raise the budget of"),
    "BUDGET_DOWN": ("reduzir o orçamento de", "lower the budget of"),
}
_SEVERITIES = {"critical": ("crítica", "critical"), "warning": ("aviso", "warning"), "info": ("informação", "info")}


def definition_text(names: Sequence[str], language: Language, catalogue: Catalogue) -> str:
    """How a metric is calculated, as the catalogue says it."""
    lines = []
    for name in names:
        metric = catalogue[name]
        line = f"{metric.labels[language]}: {_formula(metric, language, catalogue)}."
        if metric.note:
            line += f" {metric.note}"
        lines.append(line)
    return "\n".join(lines)


def greeting_text(language: Language) -> str:
    return say(language, "Olá! ", "Hello! ") + examples_text(language)


def help_text(language: Language, catalogue: Catalogue) -> str:
    metrics = metric_words(list(catalogue.metrics), language, catalogue)
    return f"{examples_text(language)}\n{say(language, 'Métricas', 'Metrics')}: {metrics}."


def change_text(plan: Plan, language: Language) -> str:
    """Nothing is changed from here: where decisions are made."""
    return say(
        language,
        "Daqui eu não altero nada. Mudanças passam pelas sugestões, que uma pessoa aprova: /suggestions",
        "I change nothing from here. Changes go through the suggestions, which a person approves: /suggestions",
    )


def listed_text(plan: Plan, result: Result, language: Language, catalogue: Catalogue) -> str:
    """The rows of a list, in words."""
    texts = {
        "objects": _objects,
        "pacing": _pacing,
        "anomalies": _anomalies,
        "suggestions": _suggestions,
        "scores": _scores,
        "freshness": _freshness,
    }
    return texts[plan.intent](plan, result, language, catalogue)


def why_text(
    plan: Plan,
    change: str,
    drivers: str,
    contributions: Sequence[Result],
    edits: Result | None,
    anomalies: Result | None,
    events: Sequence[str],
    language: Language,
    catalogue: Catalogue,
) -> str:
    """What moved with the metric. It says what coincides; what caused it no query knows."""
    lines = [change]
    if drivers:
        lines.append(drivers)
    for result in contributions:
        if result.rows:
            dimension = next(column.dimension for column in result.query.columns if column.dimension)
            label = DIMENSION_WORDS[dimension][0 if language == "pt" else 1]
            lines.append(say(language, f"Contribuição por {label}:", f"Contribution by {label}:"))
            lines += [f"- {_contribution(row, result, language, catalogue)}" for row in result.rows]
    lines += [f"- {one}" for one in _coincides(edits, anomalies, events, language, catalogue)]
    return "\n".join(lines)


def _contribution(row: Mapping[str, Any], result: Result, language: Language, catalogue: Catalogue) -> str:
    by_role = {column.role: column for column in result.query.columns}
    key = next(column for column in result.query.columns if column.dimension)
    assert key.dimension is not None
    name = group(key.dimension, row, language)
    now = cell(by_role["value"], row, language, catalogue)
    before = cell(by_role["before"], row, language, catalogue)
    moved = signed(by_role["change"], row, language, catalogue)
    share = cell(by_role["change_ratio"], row, language, catalogue)
    return say(
        language,
        f"{name}: {moved} ({share} da mudança; {now}, antes {before})",
        f"{name}: {moved} ({share} of the change; {now}, before {before})",
    )


def _coincides(
    edits: Result | None, anomalies: Result | None, events: Sequence[str], language: Language, catalogue: Catalogue
) -> list[str]:
    said = [_edit(row, edits, language, catalogue) for row in edits.rows] if edits else []
    if anomalies:
        said += [words.plain_line(str(row[f"message_{language}"])) for row in anomalies.rows]
    said += list(events)
    return [say(language, f"Coincide com: {one}", f"Coincides with: {one}") for one in said]


def _edit(row: Mapping[str, Any], result: Result, language: Language, catalogue: Catalogue) -> str:
    columns = {column.name: column for column in result.query.columns}
    name = words.plain_name(row["campaign_name"], instead=str(row["campaign_id"]))
    parts = []
    if row["budget"] != row["budget_before"]:
        before, now = (cell(columns[one], row, language, catalogue) for one in ("budget_before", "budget"))
        parts.append(say(language, f"orçamento diário {before} → {now}", f"daily budget {before} → {now}"))
    if row["status"] != row["status_before"]:
        parts.append(f"status {row['status_before']} → {row['status']}")
    return f"{name}, {words.day(row['day'], language)}: {'; '.join(parts)}"


def _formula(metric: Metric, language: Language, catalogue: Catalogue) -> str:
    """The catalogue's expression with the columns by their labels: a sum over a sum."""
    text = metric.expression.replace("::numeric", "").replace("nullif(", "").replace(", 0)", "")
    for column in metric.columns:
        text = text.replace(
            f"sum({column})", f"Σ {catalogue[column].labels[language]}" if column in catalogue else column
        )
        text = text.replace(f"max({column})", column)
    return text.replace("/", "÷").replace("*", "×").replace(")", "")


def _objects(plan: Plan, result: Result, language: Language, catalogue: Catalogue) -> str:
    dimension = plan.dimensions[0]
    label = DIMENSION_WORDS[dimension][0 if language == "pt" else 1]
    status = {"ACTIVE": ("ativos", "active"), "PAUSED": ("pausados", "paused")}.get(plan.status or "")
    kind = f" ({say(language, *status)})" if status else ""
    head = f"{label.capitalize()}{kind}: {words.count(result.groups, language)}"
    lines = [f"- {group(dimension, row, language)} ({row['status']})" for row in result.rows]
    return "\n".join([head, *lines, *_more(result, language)])


def _pacing(plan: Plan, result: Result, language: Language, catalogue: Catalogue) -> str:
    if not result.rows:
        return say(language, "Nenhum orçamento ativo.", "No active budget.")
    columns = {column.name: column for column in result.query.columns}
    lines = []
    for row in result.rows:
        shown = {name: cell(column, row, language, catalogue) for name, column in columns.items() if column.unit}
        everything = say(language, "Todos os orçamentos", "All budgets") + f" ({row['currency']})"
        name = words.plain_name(row["name"], instead=everything) if row["name"] is not None else everything
        lines.append(f"- {name}: {_month(row, shown, language)}")
    return "\n".join([say(language, "Ritmo do mês:", "Pacing of the month:"), *lines, *_more(result, language)])


def _month(row: Mapping[str, Any], shown: Mapping[str, str], language: Language) -> str:
    spent, planned, left, ends = (shown[f"{one}_month"] for one in ("spent", "planned", "left", "projected"))
    said = say(
        language,
        f"gasto {spent} de {planned} previstos, restam {left}; nesse ritmo fecha em {ends}"
        f" ({shown['pacing_month']} do previsto)",
        f"spent {spent} of {planned} planned, {left} left; at this pace it ends at {ends}"
        f" ({shown['pacing_month']} of plan)",
    )
    if row["daily_budget"] is not None:
        said += say(language, "; orçamento diário ", "; daily budget ") + shown["daily_budget"]
    return said


def _anomalies(plan: Plan, result: Result, language: Language, catalogue: Catalogue) -> str:
    if not result.rows:
        return say(
            language, "Nenhuma anomalia nesse período ou aberta agora.", "No anomaly in that period or open now."
        )
    lines = []
    for row in result.rows:
        severity = say(language, *_SEVERITIES[row["severity"]])
        lines.append(f"- [{severity}] {words.plain_line(str(row[f'message_{language}']))}")
    head = say(language, "Anomalias", "Anomalies") + f": {words.count(result.groups, language)}"
    return "\n".join([head, *lines, *_more(result, language)])


def _suggestions(plan: Plan, result: Result, language: Language, catalogue: Catalogue) -> str:
    if not result.rows:
        return say(language, "Nenhuma sugestão pendente.", "No pending suggestion.")
    lines = []
    for row in result.rows:
        name = words.plain_name(row["campaign_name"], instead=str(row["campaign"]))
        kind = say(language, *_KINDS[row["kind"]])
        reason = words.plain_line(str(row[f"reason_{language}"]))
        lines.append(f"- {kind} {name}: {reason} (/suggestions/{row['suggestion_id']})")
    head = say(language, "Sugestões pendentes", "Pending suggestions") + f": {words.count(result.groups, language)}"
    return "\n".join([head, *lines, *_more(result, language)])


def _scores(plan: Plan, result: Result, language: Language, catalogue: Catalogue) -> str:
    if not result.rows:
        return say(language, "Ainda não há scores.", "There are no scores yet.")
    columns = {column.name: column for column in result.query.columns}
    lines = []
    for row in result.rows:
        name = group("campaign", row, language)
        if row["score"] is None:
            lines.append(f"- {name}: {say(language, 'sem score', 'no score')} ({row['why_not']})")
        else:
            shown = cell(Column("score", "other", unit="count"), row, language, catalogue)
            low, high = (cell(columns[one], row, language, catalogue) for one in ("low", "high"))
            lines.append(f"- {name}: {shown} ({low}–{high}), {words.day(row['day'], language)}")
    return "\n".join(["Score:", *lines, *_more(result, language)])


def _freshness(plan: Plan, result: Result, language: Language, catalogue: Catalogue) -> str:
    lines = []
    for row in result.rows:
        if row["as_of"] is None:
            lines.append(f"- {group('account', row, language)}: {say(language, 'sem dados', 'no data')}")
            continue
        last = words.day(row["last_day"], language)
        read_at = f"{row['as_of']:%Y-%m-%d %H:%M %Z}".strip()
        lines.append(
            f"- {group('account', row, language)}: "
            + say(language, f"dados até {last}, lidos em {read_at}", f"figures up to {last}, read at {read_at}")
        )
    return "\n".join([say(language, "Última leitura:", "Last parsed:"), *lines])


def _more(result: Result, language: Language) -> list[str]:
    if not result.is_truncated:
        return []
    shown, groups = words.count(len(result.rows), language), words.count(result.groups, language)
    return [say(language, f"Mostro {shown} de {groups}.", f"Showing {shown} of {groups}.")]
