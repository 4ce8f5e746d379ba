"""What keeps ads from delivering, in `ops`: facts are read and evaluated under a lock, in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.delivery.links import link_facts
from fbads_pipeline.adapters.postgres.delivery.pixels import pixel_facts
from fbads_pipeline.adapters.postgres.metrics.readiness import has_tables
from fbads_pipeline.adapters.postgres.metrics.visible import bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.money import minor_units
from fbads_pipeline.domain.delivery.facts import DeliveryFacts
from fbads_pipeline.domain.delivery.funds import NO_CAMPAIGN_CAP_MINOR, STORED_BALANCE, CampaignCap, MoneyFacts
from fbads_pipeline.domain.delivery.messages import Announcement, grouped
from fbads_pipeline.domain.delivery.object_problems import LEARNING_FAILED, PROBLEM_STATUSES, ObjectFact
from fbads_pipeline.domain.delivery.problems import DeliveryProblem, ProblemChanges, ProblemKey, StoredProblem
from fbads_pipeline.domain.delivery.spend_forecast import PROFILE_DAYS

SQL = Statements(__package__, "problems.sql")
_LOCK = 0x66626164735F646C  # "fbads_dl"
_AD_DAYS = timedelta(days=14)
# Before their first build nothing is known of spend.
_MARTS = ("marts.account_daily", "marts.campaign_daily", "marts.ad_daily", "marts.day_coverage")


class PostgresDeliveryProblems:
    """The port DeliveryProblems on PostgreSQL; any number of processes may evaluate at once."""

    money_statement, listed_statement = SQL.texts["money"], SQL.texts["problems"]

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def facts(self, *, now: datetime) -> DeliveryFacts:
        with reading(self._engine) as connection:
            return _facts(connection, now)

    def money(self, accounts: frozenset[str] | None, *, now: datetime) -> list[MoneyFacts]:
        """The newest reading of each account's money, those without balance or cap included."""
        with reading(self._engine) as connection:
            has_marts = has_tables(connection, *_MARTS)
            return _money(connection, now, accounts, with_others=True, has_marts=has_marts)

    def update(self, evaluate: Callable[[DeliveryFacts], ProblemChanges], *, now: datetime) -> tuple[int, int]:
        with self._locked() as connection:
            facts = _facts(connection, now)
            changes = evaluate(facts)
            ended = changes.ended(facts.open)
            for (kind, entity), how in ended.items():
                values = {"kind": kind, "entity": entity, "how": how.how, "ending": _json(how.facts), "now": now}
                connection.execute(SQL["end"], values)
            opened = changes.opened(facts.open)
            for one in opened:
                values = {**vars(one), "problem_id": uuid4().hex, "facts": _json(one.facts), "now": now}
                connection.execute(SQL["open"], values)
            return len(opened), len(ended)

    def announce(
        self, *, compose: Callable[[Announcement], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        if not recipients:
            return 0
        with self._locked() as connection:
            made = grouped(_stored(connection, waiting=True))
            for one in made:
                alert = compose(one)
                write_alert(connection, alert, recipients, now)
                ids = [problem.problem_id for problem in one.problems]
                connection.execute(SQL["mark_announced"], {"alert_id": alert.alert_id, "ids": ids})
            return len(made)

    def unannounced(self) -> int:
        with reading(self._engine) as connection:
            return len(grouped(_stored(connection, waiting=True)))

    def listed(
        self, accounts: frozenset[str] | None, *, ended_since: datetime, problem_id: str | None = None
    ) -> list[StoredProblem]:
        with reading(self._engine) as connection:
            return _stored(connection, accounts=accounts, ended_since=ended_since, problem_id=problem_id)

    def acknowledge(self, problem_id: str, *, actor: str, now: datetime) -> bool:
        values = {"problem_id": problem_id, "actor": actor, "now": now}
        with self._engine.begin() as connection:
            return bool(connection.execute(SQL["acknowledge"], values).rowcount)

    @contextmanager
    def _locked(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            connection.execute(SQL["lock"], {"key": _LOCK})
            yield connection


def _facts(connection: sa.Connection, now: datetime) -> DeliveryFacts:
    has_marts = has_tables(connection, *_MARTS)
    keys: set[ProblemKey] = {(row.kind, row.entity) for row in connection.execute(SQL["open_keys"])}
    money = _money(connection, now, None, with_others=any(_is_of_money(kind) for kind, _ in keys), has_marts=has_marts)
    objects = _objects(connection, now, keys, has_marts=has_marts)
    return DeliveryFacts(money, objects, keys, link_facts(connection, now), pixel_facts(connection, now))


def _is_of_money(kind: str) -> bool:
    return kind.startswith(("balance", "account_cap", "campaign_cap"))


def _money(
    connection: sa.Connection,
    now: datetime,
    accounts: frozenset[str] | None,
    *,
    with_others: bool,
    has_marts: bool,
) -> list[MoneyFacts]:
    listed = bound(accounts)
    values = {"accounts": listed, "stored_balance": STORED_BALANCE}
    caps = _campaign_caps(connection, now, listed) if has_marts else {}
    with_others = with_others or bool(caps)
    rows = list(connection.execute(SQL["money"], {**values, "with_others": with_others}).mappings())
    spend: Mapping[str, Mapping[date, Decimal]] = {}
    if rows and has_marts:
        spend = _spend(connection, [row["account_id"] for row in rows], now)
    return [_money_facts(row, spend.get(row["account_id"], {}), tuple(caps.get(row["account_id"], ()))) for row in rows]


def _campaign_caps(
    connection: sa.Connection, now: datetime, accounts: list[str] | None
) -> Mapping[str, Sequence[CampaignCap]]:
    """Account → its active campaigns with a cap."""
    values = {"now": now, "accounts": accounts, "no_cap": NO_CAMPAIGN_CAP_MINOR}
    rows = list(connection.execute(SQL["campaign_caps"], values))
    if not rows:
        return {}
    since = now.date() - timedelta(days=PROFILE_DAYS + 1)
    of_days = {"campaigns": [row.campaign_id for row in rows], "since": since}
    spend: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for day in connection.execute(SQL["campaign_spend"], of_days):
        spend[day.campaign_id][day.day] = day.spend
    found: dict[str, list[CampaignCap]] = defaultdict(list)
    for row in rows:
        cap = Decimal(row.spend_cap_minor) / minor_units(row.currency)
        found[row.account_id].append(CampaignCap(row.campaign_id, row.name, cap, row.spent, spend[row.campaign_id]))
    return found


def _money_facts(
    row: sa.RowMapping, spend: Mapping[date, Decimal], campaign_caps: tuple[CampaignCap, ...] = ()
) -> MoneyFacts:
    factor = minor_units(row["currency"])

    def major(minor: int | None) -> Decimal | None:
        return None if minor is None else Decimal(minor) / factor

    return MoneyFacts(
        account_id=row["account_id"],
        account_name=row["account_name"],
        currency=row["currency"],
        timezone_name=row["timezone_name"] or "UTC",
        read_at=row["read_at"],
        is_prepaid=row["is_prepaid"],
        funding_type=row["funding_type"],
        left=row["money_left"],
        funding_shape=row["funding_shape"],
        spend_cap=major(row["spend_cap_minor"]),
        amount_spent=major(row["amount_spent_minor"]),
        spend=spend,
        topped_up_at=row["topped_up_at"],
        campaign_caps=campaign_caps,
    )


def _spend(connection: sa.Connection, accounts: list[str], now: datetime) -> Mapping[str, Mapping[date, Decimal]]:
    found: dict[str, dict[date, Decimal]] = defaultdict(dict)
    since = now.date() - timedelta(days=PROFILE_DAYS + 1)
    for row in connection.execute(SQL["account_spend"], {"accounts": accounts, "since": since}):
        found[row.account_id][row.day] = row.spend
    return found


def _objects(connection: sa.Connection, now: datetime, keys: set[ProblemKey], *, has_marts: bool) -> list[ObjectFact]:
    named: dict[str, list[str]] = defaultdict(list)
    for _, entity in keys:
        kind, _, object_id = entity.partition(":")
        named[kind].append(object_id)
    values: dict[str, Any] = {f"open_{kind}s": named[kind] for kind in ("ad", "adset", "campaign")}
    values |= {"statuses": list(PROBLEM_STATUSES), "learning_failed": LEARNING_FAILED, "now": now}
    rows = list(connection.execute(SQL["objects"], values).mappings())
    ads = [row["object_id"] for row in rows if row["kind"] == "ad"]
    per_day: dict[str, float] = {}
    if ads and has_marts:
        of_ads = {"ads": ads, "accounts": sorted({row["account_id"] for row in rows}), "since": now.date() - _AD_DAYS}
        per_day = {row.ad_id: float(row.per_day) for row in connection.execute(SQL["ad_spend"], of_ads)}
    return [ObjectFact(**row, per_day=per_day.get(row["object_id"])) for row in rows]


def _stored(
    connection: sa.Connection,
    *,
    waiting: bool = False,
    accounts: frozenset[str] | None = None,
    ended_since: datetime = datetime.max.replace(tzinfo=UTC),
    problem_id: str | None = None,
) -> list[StoredProblem]:
    values = {"accounts": bound(accounts), "problem_id": problem_id}
    rows = connection.execute(SQL["problems"], {**values, "waiting": waiting, "ended_since": ended_since})
    return [_problem(row) for row in rows.mappings()]


def _problem(row: sa.RowMapping) -> StoredProblem:
    names = ("kind", "entity", "account_id", "severity", "since", "name", "campaign_id", "facts")
    others = (
        *("problem_id", "state", "opened_at", "account_name", "currency", "timezone_name", "acknowledged_at"),
        *("acknowledged_by", "ended_at", "alert_id"),
    )
    problem = DeliveryProblem(**{name: row[name] for name in names})
    return StoredProblem(problem=problem, ending=row["ending"] or {}, **{name: row[name] for name in others})


def _json(facts: Mapping[str, Any]) -> str:
    return orjson.dumps(dict(facts)).decode()
