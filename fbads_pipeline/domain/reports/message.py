"""The alert that a report is sent with: its figures in a few lines; the files are attached."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import REPORT, Alert, AlertText, alert_of
from fbads_pipeline.domain.core.messages import Count, Headline, Joined, Message, Money, Percent, Value, lines, message
from fbads_pipeline.domain.reports.report import NO_VALUE, Figure, Report, ReportKind


def compose_report(report: Report, account_id: str | None, attachments: Mapping[str, Sequence[str]]) -> Alert:
    """The alert about a report. attachments: language → names of its files in the folder of exports."""
    return report_alert(
        report.kind,
        account_id,
        report.period.last,
        AlertText(_title(report), _body(report)),
        {
            "kind": report.kind,
            "first_day": report.period.first.isoformat(),
            "last_day": report.period.last.isoformat(),
            "attachments": {language: list(names) for language, names in attachments.items()},
        },
    )


def report_alert(
    kind: ReportKind, account_id: str | None, last_day: date, text: AlertText, facts: Mapping[str, object]
) -> Alert:
    """The one alert of that report, with its text."""
    return alert_of(
        text,
        account_id=account_id,
        rule=f"{REPORT}.{kind}",
        entity=account_id or "all",
        severity="info",
        window_start=last_day,
        facts=facts,
    )


def _title(report: Report) -> Value:
    """The report's title, and the account's name where it is about one."""
    if len(report.sections) > 1:
        return report.title
    return Headline(report.sections[0].title, report.title)


def _body(report: Report) -> Joined:
    """Each section's warnings, figures and highlights; the first note where it has no figures."""
    parts: list[Value] = ["", report.comment] if report.comment else []
    for section in report.sections:
        parts += ["", section.title] if len(report.sections) > 1 else [""]
        parts += [*section.warnings, ""] if section.warnings and section.figures else section.warnings
        parts += [_line(one) for one in section.figures]
        parts += ["", *section.highlights] if section.highlights else []
        parts += section.notes[:1] if not section.figures and not section.warnings else []
    return lines(*parts[1:])


def _line(figure: Figure) -> Message:
    """CPA: R$ 57,31 (+11 %, provisório)."""
    details: list[Value] = []
    if figure.change is not None:
        sign = "+" if figure.change > 0 else ""
        details.append(Joined((sign, Percent(figure.change.quantize(Decimal("0.01")))), ""))
    if figure.is_provisional:
        details.append(message("reports.label.provisional"))
    shown = _value(figure)
    if details:
        shown = Joined((shown, Joined(("(", Joined(tuple(details), ", "), ")"), "")), " ")
    return message("reports.figure", label=figure.label, value=shown)


def _value(figure: Figure) -> Value:
    if figure.now is None:
        return NO_VALUE if figure.absent is None else figure.absent
    if figure.unit == "money" and figure.currency:
        return Money(figure.now, figure.currency)
    return Percent(figure.now) if figure.unit == "ratio" else Count(figure.now)
