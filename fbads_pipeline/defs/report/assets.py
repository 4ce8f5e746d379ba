"""marts → reports, in each account's own morning."""

import dagster as dg

from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.reports.report import ReportKind
from fbads_pipeline.ports.alerts import Recipients
from fbads_pipeline.services.reports.make_reports import ReportService

_DEPS = [
    ["marts", "accounts"],
    ["marts", "campaigns"],
    ["marts", "campaign_daily"],
    ["marts", "adset_daily"],
    ["marts", "ad_daily"],
    ["marts", "campaign_breakdown_daily"],
    ["marts", "day_coverage"],
    ["analysis", "anomalies"],
    ["analysis", "scores"],
    ["analysis", "suggestion_outcomes"],
    ["ops", "suggestions"],
    ["ops", "creative_pictures"],
    ["raw", "accounts"],
    ["raw", "ads"],
    ["raw", "calendar_events"],
]
_GROUP, _KINDS, _OWNERS = "report", {"python", "postgres"}, ["team:data"]
_HEADER = ("account", "period", "file", "bytes")


@dg.asset(key=["report", "daily"], deps=_DEPS, group_name=_GROUP, kinds=_KINDS, owners=_OWNERS)
def daily(
    report_service: dg.ResourceParam[ReportService], recipients: dg.ResourceParam[Recipients]
) -> dg.MaterializeResult[None]:
    """Yesterday of each account, from seven in its morning on; made and sent once."""
    return _make("daily", report_service, recipients)


@dg.asset(key=["report", "weekly"], deps=_DEPS, group_name=_GROUP, kinds=_KINDS, owners=_OWNERS)
def weekly(
    report_service: dg.ResourceParam[ReportService], recipients: dg.ResourceParam[Recipients]
) -> dg.MaterializeResult[None]:
    """The week from Monday to Sunday of each account, on its Monday from seven on; made and sent once."""
    return _make("weekly", report_service, recipients)


@dg.asset(key=["report", "monthly"], deps=_DEPS, group_name=_GROUP, kinds=_KINDS, owners=_OWNERS)
def monthly(
    report_service: dg.ResourceParam[ReportService], recipients: dg.ResourceParam[Recipients]
) -> dg.MaterializeResult[None]:
    """The month that has ended, of accounts whose client's template asks for it, from seven on the first day on."""
    return _make("monthly", report_service, recipients)


@dg.asset(key=["report", "executive"], deps=_DEPS, group_name=_GROUP, kinds=_KINDS, owners=_OWNERS)
def executive(
    report_service: dg.ResourceParam[ReportService], recipients: dg.ResourceParam[Recipients]
) -> dg.MaterializeResult[None]:
    """The last 28 days of all accounts, by currency, on Mondays once every account has reached its morning."""
    return _make("executive", report_service, recipients)


def _make(kind: ReportKind, report_service: ReportService, recipients: Recipients) -> dg.MaterializeResult[None]:
    made = report_service.make_due(kind, recipients.everybody())
    rows = [
        (one.account_id or "all", f"{one.first_day} – {one.last_day}", file.name, file.bytes)
        for one in made
        for file in one.files
    ]
    return dg.MaterializeResult(metadata={"reports": len(made), "table": markdown_table(_HEADER, rows)})
