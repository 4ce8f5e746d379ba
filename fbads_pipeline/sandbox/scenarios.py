"""Faults that the sandbox produces on request: which calls a scenario hits, and how often."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

NAMES = frozenset(
    {
        "latency",
        "rate-limit",
        "rate-limit-storm",
        "high-usage",
        "transient-errors",
        "html-502",
        "truncated-body",
        "dropped-connection",
        "slow-body",
        "error-in-200",
        "expired-token",
        "forbidden-account",
        "account-status",
        "reduce-data",
        "empty-page-with-next",
        "paging-loop",
        "duplicated-rows",
        "reordered-rows",
        "report-fails",
        "report-stuck-99",
        "report-skipped",
        "empty-answer",
        "missing-rows",
        "missing-entry",
        "missing-value",
        "missing-field",
        "unreadable-value",
        "forbidden-object",
        "busy-object",
        "odd-account",
        "old-reach-refused",
        "prepaid-balance",
        "spend-cap",
        "campaign-cap",
        "ad-schedule",
        "odd-picture",
        "rejected-ad",
        "in-review",
        "with-issues",
        "pixel-silent",
    }
)
# Without a count of its own, a passing fault ends after so many calls.
COUNTS = {
    "rate-limit": 3,
    "rate-limit-storm": 40,
    "html-502": 2,
    "truncated-body": 2,
    "dropped-connection": 2,
    "error-in-200": 2,
    "busy-object": 1,
}
MINUTES = {"rate-limit-storm": 5}
PROBABILITIES = {"transient-errors": 0.3}


# The error codes that a scenario can be set to answer with, its usual one first.
CODES = {
    "rate-limit": (17, 4, 32, 613, 80000),
    "rate-limit-storm": (80000, 4, 17, 613, 80004),
    "transient-errors": (2, 1),
    "forbidden-account": (200, 10, 294),
    "reduce-data": (1, 100),
    # No error: what the account says of itself; 2 disabled, 3 unsettled, 9 in its grace period.
    "account-status": (2, 3, 7, 9, 100, 101),
}


SHARES = {"missing-rows": 0.5, "unreadable-value": 0.5}
_OF_ONE_OBJECT = frozenset(
    {"forbidden-object", "busy-object", "rejected-ad", "in-review", "with-issues", "campaign-cap", "ad-schedule"}
)
# The effective status that the object of a scenario has while nothing above it is off.
SHOWN_STATUS = {"rejected-ad": "DISAPPROVED", "in-review": "PENDING_REVIEW", "with-issues": "WITH_ISSUES"}
_HOURS = re.compile(r"(?P<start>[0-9]{1,2})-(?P<end>[0-9]{1,2})(?P<zone>USER)?")
_TEXTS = ("account", "path", "level", "breakdown", "figure", "object")


class BadScenario(ValueError):
    """The scenario is unknown, or one of its parameters is."""


@dataclass
class Scenario:
    """account: only its calls; path: only paths that contain it; count: hits left, None for ever.

    seconds: of waiting; percent: of usage; max_days: the longest range that reduce-data lets pass; minutes: until a
    limit is over, as the headers say; code: which of its errors the scenario answers with; max_rows: the largest
    product of page limit and days that reduce-data lets pass. level, breakdown: only insights of these (a breakdown's
    fields with commas, empty for plain rows); share: of a page's rows that are hit; figure: a field, or an action type;
    object: the id of one campaign, ad set or ad. left: money left when the scenario begins, in major units, else
    days_left of the usual spend; of a campaign-cap (its object a campaign or an ad set) the cap itself; figure is, of a
    prepaid balance, the text in which Meta names it, and of an ad-schedule the hours of every day in which its ad set
    delivers (9-18), in the zone of the account or, with `USER` behind them, of the viewer; of a pixel-silent its event,
    `Purchase` without one, which stops `minutes` before the first call that asks for it.
    """

    name: str
    account: str | None = None
    path: str | None = None
    count: int | None = None
    probability: float = 1.0
    seconds: float = 0.5
    percent: int = 92
    max_days: int = 7
    minutes: int = 1
    code: int | None = None
    max_rows: int | None = None
    level: str | None = None
    breakdown: str | None = None
    share: float = 1.0
    figure: str | None = None
    object: str | None = None
    left: float | None = None
    days_left: float = 2.0
    hits: int = 0
    limit: int | None = None

    def limit_of(self, compute: Callable[[], int]) -> int:
        """The amount that may be spent in all: fixed by the first call that asks."""
        self.limit = compute() if self.limit is None else self.limit
        return self.limit

    def day_parts(self) -> list[dict[str, Any]]:
        """The hours of an ad-schedule, as Meta lists them."""
        found = _HOURS.fullmatch(self.figure or "")
        if found is None:
            return []
        minutes = {f"{name}_minute": int(found[name]) * 60 for name in ("start", "end")}
        return [{**minutes, "days": list(range(7)), "timezone_type": found["zone"] or "ADVERTISER"}]

    def concerns(self, account: str | None, path: str) -> bool:
        mine = self.account is None or self.account.removeprefix("act_") == account
        return mine and (self.path is None or self.path in path) and self.count != 0


class Scenarios:
    """The scenarios in force; seeded, so that the same calls in the same order are hit again."""

    def __init__(self, seed: int, active: list[Scenario]) -> None:
        self._seed = seed
        self.active: list[Scenario] = []
        self.replace(active)

    def replace(self, active: list[Scenario]) -> None:
        self.active = active
        self._random = random.Random(self._seed)

    def hit(self, name: str, account: str | None, path: str) -> Scenario | None:
        """The scenario of the name if it strikes this call; that uses up one of its hits."""
        for scenario in self.active:
            if scenario.name != name or not scenario.concerns(account, path):
                continue
            if scenario.probability < 1.0 and self._random.random() >= scenario.probability:
                continue
            if scenario.count is not None:
                scenario.count -= 1
            scenario.hits += 1
            return scenario
        return None

    def shown(self) -> list[dict[str, Any]]:
        return [asdict(scenario) for scenario in self.active]


def read_scenarios(asked: object) -> list[Scenario]:
    """Scenarios from None, a name, `name:count=2,account=1`, JSON text, a mapping, or a list of these."""
    if asked is None or asked in ("", "none", {}):
        return []
    if isinstance(asked, list):
        return [scenario for one in asked for scenario in read_scenarios(one)]
    if isinstance(asked, Mapping):
        return read_scenarios(asked["scenarios"]) if "scenarios" in asked else [_scenario(dict(asked))]
    text = str(asked).strip()
    if text[:1] in "[{":
        try:
            return read_scenarios(orjson.loads(text))
        except orjson.JSONDecodeError:
            raise BadScenario(f"the scenario {text!r} is not JSON") from None
    name, _, rest = text.partition(":")
    parts = [part.partition("=") for part in rest.split(",") if part]
    return [_scenario({"name": name, **{key.strip(): value.strip() for key, _, value in parts}})]


def _scenario(given: dict[str, Any]) -> Scenario:
    name = str(given.get("name", ""))
    if name not in NAMES:
        raise BadScenario(f"unknown scenario {name!r}; known are {', '.join(sorted(NAMES))}")
    if unknown := given.keys() - {field.name for field in fields(Scenario)} - {"hits", "limit"}:
        raise BadScenario(f"the scenario {name} takes no {', '.join(sorted(unknown))}")
    if name == "forbidden-account" and not given.get("account"):
        raise BadScenario("the scenario forbidden-account needs an account")
    if name == "ad-schedule" and not _HOURS.fullmatch(str(given.get("figure", ""))):
        raise BadScenario("the scenario ad-schedule needs its hours as figure=9-18 or figure=9-18USER")
    if name in _OF_ONE_OBJECT and not given.get("object"):
        raise BadScenario(f"the scenario {name} needs an object")
    texts: Any = {key: None if given.get(key) is None else str(given[key]) for key in _TEXTS}
    try:
        count = given.get("count", COUNTS.get(name))
        return Scenario(
            name=name,
            **texts,
            count=None if count is None else int(count),
            probability=float(given.get("probability", PROBABILITIES.get(name, 1.0))),
            seconds=float(given.get("seconds", 0.5)),
            percent=int(given.get("percent", 92)),
            max_days=int(given.get("max_days", 7)),
            minutes=int(given.get("minutes", MINUTES.get(name, 1))),
            code=_code(name, given.get("code")),
            max_rows=None if given.get("max_rows") is None else int(given["max_rows"]),
            share=float(given.get("share", SHARES.get(name, 1.0))),
            left=None if given.get("left") is None else float(given["left"]),
            days_left=float(given.get("days_left", 2.0)),
        )
    except BadScenario:
        raise
    except (TypeError, ValueError) as error:
        raise BadScenario(f"the scenario {name} has a parameter that is no number: {error}") from None


def _code(name: str, given: object) -> int | None:
    known = CODES.get(name, ())
    if given is None:
        return known[0] if known else None
    if not str(given).isdigit() or int(str(given)) not in known:
        raise BadScenario(f"the scenario {name} has no error {given}; it has {', '.join(map(str, known)) or 'none'}")
    return int(str(given))
