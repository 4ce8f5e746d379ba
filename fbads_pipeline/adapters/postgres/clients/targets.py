"""Targets in `ops.targets`: rows are added and never changed, so that their history stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.clients.campaign_goals import refresh_campaign_goals
from fbads_pipeline.adapters.postgres.identity import audit
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.clients.targets import Conflict, Target, Targets, UnusableTarget
from fbads_pipeline.domain.core.messages import message

SQL = Statements(__package__, "targets.sql")
_FIELDS = tuple(field.name for field in fields(Target))


@dataclass(frozen=True)
class StoredTarget:
    """A target with its number, who set it and when."""

    target_id: int
    target: Target
    set_by: str
    set_at: datetime


class PostgresTargets:
    """The port TargetStore on PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def set(self, targets: Sequence[Target], *, actor: str, now: datetime) -> list[int]:
        """Adds all or none, an audit entry each; returns their numbers. Raises UnusableTarget where an account or a
        campaign is not known, the currency is not the account's, or two patterns as narrow as each other would say
        different things of one campaign. The marts count by the goals that are named at once."""
        with self._engine.begin() as connection:
            _require_known(connection, targets)
            numbers = [_add(connection, one, actor, now) for one in targets]
            _refuse_contradictions(connection, targets)
            _refresh_goals(connection, now, frozenset(one.account_id for one in targets))
            return numbers

    def refresh_goals(self, now: datetime) -> int:
        """Brings the campaigns' goals up to date: with campaigns that are new or renamed, and targets that begin or end
        today. Returns how many accounts changed."""
        with self._engine.begin() as connection:
            return _refresh_goals(connection, now, None)

    def all(self, accounts: Accounts = None) -> list[StoredTarget]:
        """Every target that was ever set, by account and in the order in which they were set."""
        with reading(self._engine) as connection:
            return _stored(connection, accounts)

    def of(self, account_id: str) -> Targets:
        """The account's targets, ready to be asked."""
        return Targets(one.target for one in self.all(frozenset({account_id})))

    def campaign_names(self, account_ids: Iterable[str]) -> dict[str, dict[str, str | None]]:
        """Account → campaign id → name, for patterns to be compared with."""
        with reading(self._engine) as connection:
            return _campaign_names(connection, account_ids)

    def conflicts(self, accounts: Accounts, day: date) -> dict[str, list[Conflict]]:
        """Account → campaigns that several of its patterns match with different values on that day; those without any
        are left out. accounts: that are wanted, None for all."""
        with reading(self._engine) as connection:
            return _conflicts(connection, accounts, day)


def _stored(connection: sa.Connection, accounts: Accounts) -> list[StoredTarget]:
    rows = connection.execute(SQL["targets"], {"accounts": bound(accounts)}).mappings()
    return [
        StoredTarget(row["target_id"], Target(**{name: row[name] for name in _FIELDS}), row["set_by"], row["set_at"])
        for row in rows
    ]


def _refresh_goals(connection: sa.Connection, now: datetime, accounts: Accounts) -> int:
    return refresh_campaign_goals(connection, (one.target for one in _stored(connection, accounts)), now, accounts)


def _campaign_names(connection: sa.Connection, account_ids: Iterable[str]) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    for row in connection.execute(SQL["campaign_names"], {"accounts": sorted(account_ids)}):
        found.setdefault(row.account_id, {})[row.campaign_id] = row.name
    return found


def _conflicts(connection: sa.Connection, accounts: Accounts, day: date) -> dict[str, list[Conflict]]:
    by_account: dict[str, list[Target]] = {}
    for one in _stored(connection, accounts):
        by_account.setdefault(one.target.account_id, []).append(one.target)
    names = _campaign_names(connection, by_account)
    found = {key: Targets(held).conflicts(names.get(key, {}), day) for key, held in sorted(by_account.items())}
    return {key: conflicts for key, conflicts in found.items() if conflicts}


def _refuse_contradictions(connection: sa.Connection, targets: Sequence[Target]) -> None:
    for one in targets:
        if one.name_pattern is None:
            continue
        found = _conflicts(connection, frozenset({one.account_id}), one.valid_from).get(one.account_id, [])
        for conflict in found:
            if conflict.is_contradiction and one.name_pattern in conflict.patterns:
                others = ", ".join(pattern for pattern in conflict.patterns if pattern != one.name_pattern)
                raise UnusableTarget(
                    message(
                        "clients.target.contradiction",
                        pattern=one.name_pattern,
                        others=others,
                        campaign=conflict.campaign_id,
                    )
                )


def _require_known(connection: sa.Connection, targets: Sequence[Target]) -> None:
    ids = {"accounts": sorted({one.account_id for one in targets})}
    currencies = {row.account_id: row.currency for row in connection.execute(SQL["account_currencies"], ids)}
    campaigns = {(row.account_id, row.campaign_id) for row in connection.execute(SQL["campaign_names"], ids)}
    for one in targets:
        currency = currencies.get(one.account_id)
        if currency is None:
            raise UnusableTarget(message("clients.target.no_account", account=one.account_id))
        if currency != one.currency:
            raise UnusableTarget(
                message("clients.target.other_currency", account=one.account_id, own=currency, given=one.currency)
            )
        if one.campaign_id is not None and (one.account_id, one.campaign_id) not in campaigns:
            raise UnusableTarget(
                message("clients.target.no_campaign", account=one.account_id, campaign=one.campaign_id)
            )


def _add(connection: sa.Connection, target: Target, actor: str, now: datetime) -> int:
    target_id: int = connection.execute(SQL["add"], {**vars(target), "set_by": actor, "set_at": now}).scalar_one()
    details = {name: value for name, value in vars(target).items() if value is not None and name != "account_id"}
    audit.append(
        connection, at=now, actor=actor, action="TARGET_SET", subject=f"account:{target.account_id}", details=details
    )
    return target_id
