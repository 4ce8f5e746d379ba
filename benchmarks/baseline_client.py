"""The baseline of collecting: a minimal client that stores the same columns with the fewest calls, JSON and COPY.

Do not change it: every figure of the collecting part is divided by its own. It has no retries, no checks, no
differences and no readings, and starts on an empty table each time.
"""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import orjson
import psycopg2
import requests

LEVELS = {"account": 0, "campaign": 1, "adset": 2, "ad": 3}
IDS = ("campaign_id", "adset_id", "ad_id")
FIGURES = ("account_currency", "impressions", "reach", "frequency", "clicks", "inline_link_clicks", "spend")
ACTIONS = ("actions", "action_values")
TABLE = """
drop table if exists baseline; create unlogged table baseline (
    account_id text, level text, day date, campaign_id text, adset_id text, ad_id text, currency text,
    impressions bigint, reach bigint, frequency numeric, clicks bigint, inline_link_clicks bigint, spend numeric,
    actions jsonb, action_values jsonb)
"""
STATUSES = {
    "campaign": ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES"],
    "adset": ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "IN_PROCESS", "WITH_ISSUES"],
    "ad": [
        *("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "IN_PROCESS", "WITH_ISSUES"),
        *("DISAPPROVED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED"),
    ],
}


def load(graph_url: str, token: str, dsn: str, since: str, until: str) -> tuple[int, int]:
    """Copy every level of every account; returns how many rows were copied, and in how many calls."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    accounts = orjson.loads(session.get(f"{graph_url}/v25.0/me/adaccounts?fields=account_id&limit=500").content)["data"]
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
    connection.close()
    work = [(account["account_id"], level) for account in accounts for level in LEVELS]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda one: _copy(session, graph_url, dsn, *one, since, until), work))
    return sum(rows for rows, _ in done), 1 + sum(calls for _, calls in done)


def _copy(
    session: requests.Session, graph_url: str, dsn: str, account: str, level: str, since: str, until: str
) -> tuple[int, int]:
    query = {
        "level": level,
        "fields": ",".join(("account_id", *IDS[: LEVELS[level]], *FIGURES, *ACTIONS)),
        "time_range": json.dumps({"since": since, "until": until}),
        "time_increment": "1",
        "action_attribution_windows": '["7d_click","1d_view"]',
        "limit": "5000",
    }
    if level != "account":
        every = {"field": f"{level}.effective_status", "operator": "IN", "value": STATUSES[level]}
        query["filtering"] = json.dumps([every])
    url: str | None = f"{graph_url}/v25.0/act_{account}/insights"
    connection, rows, calls = psycopg2.connect(dsn), 0, 0
    with connection, connection.cursor() as cursor:
        while url:
            body = orjson.loads(session.get(url, params=query).content)
            calls += 1
            cursor.copy_expert(
                "copy baseline from stdin", io.StringIO("".join(_line(level, row) for row in body["data"]))
            )
            rows += len(body["data"])
            url, query = (body.get("paging") or {}).get("next"), {}
    connection.close()
    return rows, calls


def _line(level: str, row: dict[str, object]) -> str:
    ids = [row.get(name, "\\N") for name in IDS]
    figures = [row.get(name, "\\N") for name in FIGURES]
    actions = [orjson.dumps(row.get(name, [])).decode().replace("\\", "\\\\") for name in ACTIONS]
    return "\t".join(map(str, (row["account_id"], level, row["date_start"], *ids, *figures, *actions))) + "\n"
