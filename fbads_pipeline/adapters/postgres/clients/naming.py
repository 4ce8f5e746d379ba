"""Rules for names and links, of an account or of all accounts of a client; an account's own comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.identity import audit
from fbads_pipeline.adapters.postgres.metrics.visible import Accounts, bound
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.clients.naming import LinkFinding, NamingRule, check_link

SQL = Statements(__package__, "naming.sql")
NamingScope = Literal["account", "client"]


@dataclass(frozen=True)
class TaggedAd:
    """An active ad whose link is not tagged as its account's rule wants it."""

    account_id: str
    ad_id: str
    ad_name: str | None
    campaign_id: str
    campaign_name: str | None
    findings: tuple[LinkFinding, ...]


class PostgresNaming:
    """Rules, and what they find."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def set(self, scope: NamingScope, scope_id: str, rule: NamingRule | None, *, actor: str, now: datetime) -> None:
        """The rule from now on; None removes it. Raises UnusableClient for a pattern that cannot be read."""
        key = {"scope": scope, "scope_id": scope_id}
        details: dict[str, object] = {"pattern": None if rule is None else rule.pattern}
        with self._engine.begin() as connection:
            if rule is None:
                connection.execute(SQL["remove"], key)
            else:
                values = {
                    "pattern": rule.pattern,
                    "regex": rule.regex,
                    "dimensions": list(rule.dimensions),
                    "parameters": orjson.dumps(dict(rule.parameters)).decode(),
                }
                details["parameters"] = dict(rule.parameters)
                connection.execute(SQL["set"], {**key, **values, "set_by": actor, "set_at": now})
            subject = f"{scope}:{scope_id}"
            audit.append(connection, at=now, actor=actor, action="NAMING_SET", subject=subject, details=details)

    def own(self, scope: NamingScope, scope_id: str) -> NamingRule | None:
        """The rule that was set for exactly that account or client."""
        with reading(self._engine) as connection:
            row = connection.execute(SQL["own"], {"scope": scope, "scope_id": scope_id}).one_or_none()
        return None if row is None else NamingRule(row.pattern, row.parameters)

    def rules(self, accounts: Accounts = None) -> dict[str, NamingRule]:
        """The rule that holds for each account that has one."""
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["rules"], {"accounts": bound(accounts)}).all()
        return {row.account_id: NamingRule(row.pattern, row.parameters) for row in rows}

    def names(self, account_id: str) -> list[str]:
        """Names of its campaigns, the newest first, 500 at most."""
        with reading(self._engine) as connection:
            return list(connection.execute(SQL["campaigns"], {"account_id": account_id}).scalars())

    def findings(self, accounts: Accounts = None) -> list[TaggedAd]:
        """Active ads with a link that the rule of their account finds wrong."""
        rules = self.rules(accounts)
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["ads"], {"accounts": sorted(rules)}).all()
        return [one for one in _checked(rows, rules) if one.findings]


def _checked(rows: Iterable[sa.Row[tuple[str, ...]]], rules: dict[str, NamingRule]) -> Iterable[TaggedAd]:
    for row in rows:
        found = check_link(row.link, row.url_tags, row.campaign_name, rules[row.account_id])
        yield TaggedAd(row.account_id, row.ad_id, row.ad_name, row.campaign_id, row.campaign_name, tuple(found))
