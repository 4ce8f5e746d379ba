"""Access tokens and incidents: what keeps the pipeline from its work."""

import dagster as dg

from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.collection import named_tokens, token_inspector
from fbads_pipeline.bootstrap.health import back_up
from fbads_pipeline.defs.maintenance.policy import watch_policy
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.collection.tokens import TokenCheck
from fbads_pipeline.domain.health.incidents import Incident
from fbads_pipeline.ports.alerts import Recipients
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.delivery import Creatives, DeliveryProblems, LandingPageCheck, Links, Pictures
from fbads_pipeline.ports.health import IncidentStore, Records, RunFolders
from fbads_pipeline.ports.identity import Retention
from fbads_pipeline.services.collection.check_tokens import check_tokens
from fbads_pipeline.services.delivery.check_links import check_links
from fbads_pipeline.services.delivery.keep_pictures import keep_pictures
from fbads_pipeline.services.delivery.watch_delivery import watch_delivery
from fbads_pipeline.services.health.prune_records import prune_records
from fbads_pipeline.services.health.watch_incidents import watch_incidents
from fbads_pipeline.settings import Settings

TOKEN_CHECKS = dg.AssetKey(["ops", "token_checks"])


_TOKEN_HEADER = ("token", "valid", "expires", "data access ends", "scopes", "error")


@dg.asset(key=TOKEN_CHECKS, group_name="tokens", kinds={"python", "postgres"}, owners=["team:data"])
def token_checks(
    tokens: dg.ResourceParam[PostgresTokens], clock: dg.ResourceParam[Clock], settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult[None]:
    """One row per token and check: valid or not, until when, with which permissions. Never the token."""
    known = named_tokens(settings, tokens)
    checks, unanswered = check_tokens(known, token_inspector(settings), tokens, clock)
    return dg.MaterializeResult(
        metadata={
            "tokens": len(checks),
            "unanswered": dg.MetadataValue.json(unanswered),
            "table": markdown_table(_TOKEN_HEADER, [_token_row(one) for one in checks]),
        }
    )


_PROBLEM_HEADER = ("kind", "entity", "name", "state")
_INCIDENT_HEADER = ("kind", "entity", "name", "since", "reason")


@dg.asset(
    key=["ops", "incidents"],
    group_name="incidents",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["raw", "accounts"], ["raw", "insights"], ["ops", "token_checks"]],
)
def incidents(
    incidents: dg.ResourceParam[IncidentStore],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """One row per incident that needs a person: a stopped account, a token, a version; announced once, its end too."""
    watched = watch_incidents(incidents, clock, recipients.everybody(), watch_policy(settings))
    rows = [_incident_row(one) for one in incidents.current()]
    return dg.MaterializeResult(
        metadata={**vars(watched), "open": len(rows), "table": markdown_table(_INCIDENT_HEADER, rows)}
    )


@dg.asset(
    key=["ops", "delivery_problems"],
    group_name="incidents",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[
        *(["raw", one] for one in ("accounts", "ads", "adsets", "campaigns", "insights")),
        ["ops", "link_checks"],
        *(["marts", one] for one in ("account_daily", "campaign_daily", "ad_daily", "day_coverage")),
    ],
)
def delivery_problems(
    delivery: dg.ResourceParam[DeliveryProblems],
    clock: dg.ResourceParam[Clock],
    recipients: dg.ResourceParam[Recipients],
) -> dg.MaterializeResult[None]:
    """One row per balance that ends, limit that is reached and object that Meta keeps from delivering; announced once,
    its end too."""
    watched = watch_delivery(delivery, clock, recipients.everybody())
    open_ones = delivery.listed(None, ended_since=clock.now())
    rows = [(one.problem.kind, one.problem.entity, one.problem.name, one.state) for one in open_ones]
    return dg.MaterializeResult(
        metadata={**vars(watched), "open": len(rows), "table": markdown_table(_PROBLEM_HEADER, rows)}
    )


@dg.asset(
    key=["ops", "creative_pictures"],
    group_name="creatives",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["raw", "ads"]],
)
def creative_pictures(
    creatives: dg.ResourceParam[Creatives], pictures: dg.ResourceParam[Pictures], clock: dg.ResourceParam[Clock]
) -> dg.MaterializeResult[None]:
    """One row per creative: its picture, or why none is kept."""
    return dg.MaterializeResult(metadata=dict(vars(keep_pictures(creatives, pictures, clock))))


@dg.asset(
    key=["ops", "personal_data_retention"],
    group_name="retention",
    kinds={"python", "postgres"},
    owners=["team:data"],
)
def personal_data_retention(
    retention: dg.ResourceParam[Retention], clock: dg.ResourceParam[Clock]
) -> dg.MaterializeResult[None]:
    """What is kept of persons goes when its time is over: rows that went per table."""
    return dg.MaterializeResult(metadata=dict(retention.apply(now=clock.now())))


@dg.asset(
    key=["ops", "kept_records"],
    group_name="records",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["raw", "insights"]],
)
def kept_records(
    settings: dg.ResourceParam[Settings],
    records: dg.ResourceParam[Records],
    run_folders: dg.ResourceParam[RunFolders],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[None]:
    """Readings after 90 days, and Dagster's runs, events and files after 30: how many went, and tables to vacuum.

    Rows by a breakdown go at the age that FBADS_BREAKDOWN_DAYS says.

    Lists of actions of days that are read again no more are packed: of how many days, levels and breakdowns. Indexes
    that are far from full are rebuilt: by how many bytes each became smaller.
    """
    report = prune_records(
        records,
        run_folders,
        clock,
        restatement_days=settings.restatement_days,
        breakdown_days=settings.breakdown_days,
    )
    return dg.MaterializeResult(
        metadata={
            **report.rows,
            "packed_days": report.packed_days,
            "folders": report.folders,
            "rebuilt_indexes": dg.MetadataValue.json(report.rebuilt),
            "to_vacuum": dg.MetadataValue.json(list(report.to_vacuum)),
        }
    )


@dg.asset(key=["ops", "backups"], group_name="backups", kinds={"python", "postgres"}, owners=["team:data"])
def backups(settings: dg.ResourceParam[Settings], database: dg.ResourceParam[Database]) -> dg.MaterializeResult[None]:
    """A folder of encrypted dumps per night, of both databases and the home's files."""
    return dg.MaterializeResult(metadata={**vars(back_up(settings, database))})


@dg.asset(
    key=["ops", "link_checks"],
    group_name="links",
    kinds={"python", "postgres"},
    owners=["team:data"],
    deps=[["raw", "ads"]],
)
def link_checks(
    links: dg.ResourceParam[Links],
    landing_pages: dg.ResourceParam[LandingPageCheck],
    clock: dg.ResourceParam[Clock],
) -> dg.MaterializeResult[None]:
    """One row per distinct link of active ads: whether it answers, where it ends, how long it takes."""
    return dg.MaterializeResult(metadata={**check_links(links, landing_pages, clock)})


def _incident_row(one: Incident) -> tuple[object, ...]:
    return one.kind, one.entity, one.name, f"{one.since:%Y-%m-%d %H:%M}", translator().render(one.reason, "en")


def _token_row(check: TokenCheck) -> tuple[object, ...]:
    facts = check.facts
    ends = [f"{one:%Y-%m-%d}" if one else "never" for one in (facts.expires_at, facts.data_access_expires_at)]
    shown = ends if facts.is_valid else ["", ""]
    return (check.name, facts.is_valid, *shown, ", ".join(facts.scopes), facts.error)
