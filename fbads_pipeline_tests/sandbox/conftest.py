from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import requests

from fbads_pipeline.sandbox.testing import SandboxServer

NOW = "2026-11-10T15:00:00+00:00"
EVERY_STATUS = {
    "campaign": ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED"],
    "adset": ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED"],
    "ad": ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "DISAPPROVED"],
}
FIGURES = "impressions,clicks,inline_link_clicks,reach,frequency,spend,actions,action_values"
IDS = {
    "account": "account_id",
    "campaign": "account_id,campaign_id",
    "adset": "account_id,campaign_id,adset_id",
    "ad": "account_id,campaign_id,adset_id,ad_id",
}


class Reader:
    """A client without any cleverness: what it gets is what was sent."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {server.token}"

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(f"{self.server.url}/v26.0/{path}", params=_texts(params), timeout=10)

    def post(self, path: str, **params: Any) -> requests.Response:
        return self.session.post(f"{self.server.url}/v26.0/{path}", data=_texts(params), timeout=10)

    def accounts(self) -> list[str]:
        return [row["id"] for row in self.get("me/adaccounts").json()["data"]]

    def account(self, currency: str = "BRL") -> str:
        rows = self.get("me/adaccounts", fields="currency").json()["data"]
        return str(next(row["id"] for row in rows if row["currency"] == currency))

    def pages(self, path: str, **params: Any) -> list[list[dict[str, Any]]]:
        body = self.get(path, **params).json()
        pages = [body["data"]]
        while following := body["paging"].get("next"):
            body = self.session.get(following, timeout=10).json()
            pages.append(body["data"])
        return pages

    def insights(self, account: str, level: str, since: str, until: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of the level, archived and deleted objects included."""
        if level != "account":
            everything = {"field": f"{level}.effective_status", "operator": "IN", "value": EVERY_STATUS[level]}
            params = {"filtering": [everything], **params}
        params = {"fields": f"{IDS[level]},{FIGURES}", "time_increment": 1, "limit": 5000, **params}
        pages = self.pages(f"{account}/insights", level=level, time_range={"since": since, "until": until}, **params)
        return [row for page in pages for row in page]


def _texts(params: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in params.items()}


@pytest.fixture(scope="package")
def shared_server() -> Iterator[SandboxServer]:
    with SandboxServer(now=NOW) as server:
        yield server


@pytest.fixture
def sandbox(shared_server: SandboxServer) -> Iterator[SandboxServer]:
    """The shared server, with the clock and the scenario put back afterwards."""
    yield shared_server
    shared_server.set_scenario(None)
    shared_server.set_now(NOW)


@pytest.fixture
def reader(sandbox: SandboxServer) -> Iterator[Reader]:
    reader = Reader(sandbox)
    yield reader
    reader.session.close()
