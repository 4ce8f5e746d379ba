"""The message that a report travels with: its figures in a few lines, and where the file is."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of, in_languages
from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.report import Figure, Report

REPORT = "report"


def compose_report(
    reports: Mapping[Language, Report], account_id: str | None, attachments: Mapping[Language, Sequence[str]]
) -> Alert:
    """One message about the same report in both languages. attachments: names of files in the folder of exports."""
    one = reports["pt"]
    return alert_of(
        in_languages({language: _text(report) for language, report in reports.items()}),
        account_id=account_id,
        rule=f"{REPORT}.{one.kind}",
        entity=account_id or "all",
        severity="info",
        window_start=one.period.last,
        facts={
            "kind": one.kind,
            "first_day": one.period.first.isoformat(),
            "last_day": one.period.last.isoformat(),
            "attachments": {language: list(names) for language, names in attachments.items()},
        },
    )


def _text(report: Report) -> AlertText:
    lines: list[str] = []
    for section in report.sections:
        lines += [section.title] if len(report.sections) > 1 else []
        lines += [_figure(one, report) for one in section.figures]
        lines += ["", *section.highlights] if section.highlights else []
        lines += ["", *section.notes[:1]] if not section.figures else []
        lines.append("")
    who = report.sections[0].title if len(report.sections) == 1 else ""
    return AlertText(f"{report.title}{': ' if who else ''}{who}", "\n".join(lines).rstrip())


def _figure(figure: Figure, report: Report) -> str:
    """CPA: R$ 57,31 (+11 %, provisório)."""
    change, said = figure.change, []
    if change is not None:
        said.append(f"{'+' if change > 0 else ''}{_whole_percent(change, report.language)}")
    if figure.is_provisional:
        said.append(report.labels.provisional)
    moved = f" ({', '.join(said)})" if said else ""
    return f"{figure.label}: {_shown(figure, report.language)}{moved}"


def _shown(figure: Figure, language: Language) -> str:
    if figure.now is None:
        return "–"
    if figure.unit == "money" and figure.currency:
        return words.money(figure.now, figure.currency, language)
    return words.percent(figure.now, language) if figure.unit == "ratio" else words.count(figure.now, language)


def _whole_percent(change: Decimal, language: Language) -> str:
    return words.percent(change.quantize(Decimal("0.01")), language)
