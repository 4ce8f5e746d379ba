"""analysis → ops: suggestions, alerts and deliveries, matches of rules, decisions written to Meta."""

from collections.abc import Mapping
from typing import Any, get_args

import dagster as dg

from fbads_pipeline.bootstrap.alerts import user_rules
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.defs.shared.upstream import DIMENSIONS
from fbads_pipeline.domain.alerts.alerts import Outcome
from fbads_pipeline.ports.alerts import Channel, Outbox, Recipients, Rules
from fbads_pipeline.ports.anomalies import Anomalies
from fbads_pipeline.ports.calendar import CalendarEvents
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.recommendations import Reviews
from fbads_pipeline.ports.scoring import Performance
from fbads_pipeline.services.alerts import dispatch_alerts as dispatching
from fbads_pipeline.services.alerts.apply_rules import apply_rules
from fbads_pipeline.services.anomalies import detect_anomalies as detecting
from fbads_pipeline.services.clients.announce_budgets import BudgetAlerts
from fbads_pipeline.services.recommendations import review_performance as reviewing
from fbads_pipeline.settings import Settings, SettingsError

_ABOUT: Mapping[str, Any] = {"group_name": "notify", "kinds": {"python", "postgres"}, "owners": ["team:data"]}
# What suggestions are made of, and the local days of the accounts that they are presented on.
_REVIEWED = {"breaches": ("analysis", "breaches"), "scores": ("analysis", "scores"), "accounts": ("marts", "accounts")}
# What a message is made of: its causes, and what names and charts them.
_ANNOUNCED = {
    "suggestions": ("ops", "suggestions"),
    "anomalies": ("analysis", "anomalies"),
    "rule_hits": ("ops", "rule_hits"),
    "accounts": ("marts", "accounts"),
    "campaigns": ("marts", "campaigns"),
    "campaign_daily": ("marts", "campaign_daily"),
    "account_daily": ("marts", "account_daily"),
    "day_coverage": ("marts", "day_coverage"),
    "events": ("raw", "calendar_events"),
    "names": ("raw", "accounts"),
}


@dg.op(ins={name: dg.In(dg.Nothing) for name in _REVIEWED}, out=dg.Out(dg.Nothing))
def emit_suggestions(
    decisions: dg.ResourceParam[Reviews],
    performance: dg.ResourceParam[Performance],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.Output[None]:
    """Opens, renews and closes suggestions, and lists what is only observed."""
    changes = reviewing.emit_suggestions(decisions, performance, clock, most=settings.suggestions_per_day)
    return dg.Output(None, metadata=dict(vars(changes)))


@dg.op(
    ins={name: dg.In(dg.Nothing) for name in _ANNOUNCED},
    out=dg.Out(dg.Nothing),
)
def announce_alerts(
    decisions: dg.ResourceParam[Reviews],
    anomalies: dg.ResourceParam[Anomalies],
    calendar_events: dg.ResourceParam[CalendarEvents],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
    budget_alerts: dg.ResourceParam[BudgetAlerts],
    settings: dg.ResourceParam[Settings],
) -> dg.Output[None]:
    """Suggestions: one message per account and day. Anomalies: one per account and reading with new ones, a reply for
    what is over, and a digest a day of what was held back. Budgets: one per client, month and state."""
    receiving = recipients.everybody()
    link = settings.public_url
    urgent = detecting.announce_anomalies(anomalies, clock, receiving, digest_at=settings.digest_at, public_url=link)
    of_budgets = budget_alerts.announce(clock, receiving)
    alerts = urgent + of_budgets + reviewing.announce(decisions, clock, receiving, calendar_events, link)
    return dg.Output(None, metadata={"alerts": alerts, "of_anomalies": urgent, "recipients": len(receiving)})


@dg.op(ins={"alerts": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def send_messages(
    outbox: dg.ResourceParam[Outbox], channels: dg.ResourceParam[Mapping[str, Channel]]
) -> dg.Output[None]:
    """Sends what is due."""
    return dg.Output(None, metadata=_metadata(dispatching.dispatch_alerts(outbox, channels)))


@dg.graph_asset(
    key=["ops", "suggestions"],
    ins={name: dg.AssetIn(key=list(key), dagster_type=dg.Nothing) for name, key in _REVIEWED.items()},
    description="One row per proposal for a campaign, waiting for a person or decided by one.",
    **_ABOUT,
)
def suggestions(breaches: Any, scores: Any, accounts: Any) -> Any:
    return emit_suggestions(breaches=breaches, scores=scores, accounts=accounts)


@dg.graph_asset(
    key=["ops", "alerts"],
    ins={name: dg.AssetIn(key=list(key), dagster_type=dg.Nothing) for name, key in _ANNOUNCED.items()},
    description="One row per message: what is new for an account on one of its days, or in one of its readings.",
    **_ABOUT,
)
def alerts(**read: Any) -> Any:
    return announce_alerts(**read)


@dg.graph_asset(
    key=["ops", "deliveries"],
    ins={"alerts": dg.AssetIn(key=["ops", "alerts"], dagster_type=dg.Nothing)},
    description="One row per message and recipient: sent, waiting, or given up.",
    **_ABOUT,
)
def deliveries(alerts: Any) -> Any:
    return send_messages(alerts)


def _metadata(report: dispatching.DispatchReport) -> dict[str, Any]:
    counts = {outcome: report.count(outcome) for outcome in get_args(Outcome)}
    header = ("channel", "recipient", "title", "attempt", "outcome", "error")
    rows = [
        (
            one.delivery.channel,
            one.delivery.recipient,
            one.delivery.title,
            one.delivery.attempts,
            "given up" if one.given_up else one.attempt.outcome,
            one.attempt.error,
        )
        for one in report.attempts
    ]
    return {
        **counts,
        "waiting_for_a_channel": dg.MetadataValue.json(dict(report.stranded)),
        "table": markdown_table(header, rows),
    }


@dg.asset(
    key=["ops", "rule_hits"],
    group_name="notify",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[
        *DIMENSIONS,
        ["marts", "ads"],
        *(["marts", one] for one in ("account_daily", "campaign_daily", "adset_daily", "ad_daily")),
        ["marts", "campaign_daily_versions"],
        ["marts", "day_coverage"],
    ],
)
def rule_hits(
    rules: dg.ResourceParam[Rules],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per rule of FBADS_RULES and object that was announced, with the alert.

    A file that is wrong holds back no other message: it is a red check.
    """
    try:
        wanted, units = user_rules(settings)
    except SettingsError:
        wanted, units = [], {}
    report = apply_rules(rules, wanted, clock, recipients.everybody(), units)
    metadata: dict[str, Any] = {
        "rules": len(wanted),
        "alerts": report.alerts,
        "past_them": dict(report.crossed),
        "not_evaluated": dict(report.not_evaluated),
    }
    return dg.MaterializeResult(metadata=metadata)
