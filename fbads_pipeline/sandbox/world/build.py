"""Building the world from a seed: the same seed, date and size give the same world, to the last id."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from fbads_pipeline.sandbox.world.ad_traits import MONEY, draw_traits
from fbads_pipeline.sandbox.world.change_log import move_to
from fbads_pipeline.sandbox.world.history import record_history
from fbads_pipeline.sandbox.world.names import ad_name, adset_name, campaign_name
from fbads_pipeline.sandbox.world.world import ADS_EACH, ADSETS_EACH, AdObject, ObjectKind, SandboxAccount, SandboxWorld

OBJECTIVES = ("OUTCOME_SALES", "OUTCOME_LEADS", "OUTCOME_SALES", "OUTCOME_TRAFFIC")


@dataclass(frozen=True)
class AccountProfile:
    id: str
    name: str
    currency: str
    zone: str
    language: str


PROFILES = (
    AccountProfile("1015812345678901", "Loja Ipê BR", "BRL", "America/Sao_Paulo", "pt"),
    AccountProfile("784512369874512", "Maple & Sons US", "USD", "America/New_York", "en"),
    AccountProfile("10203040506070809", "Azulejo Lisboa", "EUR", "Europe/Lisbon", "eu"),
    AccountProfile("365214789632541", "さくら商店", "JPY", "Asia/Tokyo", "ja"),
)
# Ids of several ages: the newer kinds do not fit into a double.
ID_BASES: dict[ObjectKind, int] = {
    "campaign": 120_210_000_000_000_000,
    "adset": 23_850_000_000_000_000,
    "ad": 6_050_000_000_000,
}


def build_world(
    seed: int, anchor: date, now: datetime, campaigns: int, *, has_plain_names: bool = False
) -> SandboxWorld:
    """4 accounts with `campaigns` campaigns each, their recent past lying in the 60 days before the anchor.

    The world is the same whatever `now` is; only the objects' present status follows it. has_plain_names: none of the
    names that strangers try on a dashboard.
    """
    accounts = [_account(seed, anchor, campaigns, index, has_plain_names) for index in range(len(PROFILES))]
    for account in accounts:
        move_to(account, now)
    return SandboxWorld(seed=seed, anchor=anchor, started_at=now, accounts=accounts)


def _account(seed: int, today: date, campaigns: int, index: int, is_plain: bool) -> SandboxAccount:
    profile = PROFILES[index]
    rng = np.random.default_rng([seed, index, 1])
    created = _created_days(rng, today, campaigns)
    objects: dict[ObjectKind, list[AdObject]] = {
        "campaign": [_campaign(rng, profile, index, i, created[i], is_plain) for i in range(campaigns)],
        "adset": [
            _adset(rng, profile, index, i, created[i // ADSETS_EACH], is_plain) for i in range(campaigns * ADSETS_EACH)
        ],
        "ad": [
            _ad(rng, profile, index, i, created[i // (ADSETS_EACH * ADS_EACH)], is_plain)
            for i in range(campaigns * ADSETS_EACH * ADS_EACH)
        ],
    }
    if is_plain:  # a demo's rejections are of these days, as in an agency that looks at them each morning
        for one in objects["ad"]:
            if one.is_disapproved:
                one.updated_at = _moment(profile.zone, today - timedelta(days=1 + one.index % 4), 50_000 + one.index)
    account = SandboxAccount(
        id=profile.id,
        name=profile.name,
        currency=profile.currency,
        zone=profile.zone,
        language=profile.language,
        minor_factor=MONEY[profile.currency].minor_factor,
        created_at=_moment(profile.zone, today - timedelta(days=1300), 36_000),
        index=index,
        traits=draw_traits(rng, profile.currency, [one.objective for one in objects["campaign"]]),
        objects=objects,
    )
    record_history(account, rng, today)
    return account


def _created_days(rng: np.random.Generator, today: date, campaigns: int) -> list[date]:
    """Days of creation: the first from 42 months ago, every sixth within the last 50 days, the others in between."""
    ages = rng.integers(70, 900, campaigns)
    ages[3::6] = rng.integers(5, 50, len(ages[3::6]))
    ages[0::6] = rng.integers(1150, 1280, len(ages[0::6]))
    return [today - timedelta(days=int(age)) for age in ages]


def _id(kind: ObjectKind, account: int, index: int, rng: np.random.Generator) -> str:
    step = 1_000_003 if kind == "ad" else 100_000_007
    return str(ID_BASES[kind] + account * 10 * step * 9_973 + index * step + int(rng.integers(1, 9_999)) * 10 + 3)


def _moment(zone: str, day: date, second: int) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) + timedelta(seconds=second)


def _created_at(rng: np.random.Generator, zone: str, day: date) -> datetime:
    return _moment(zone, day, int(rng.integers(8 * 3600, 9 * 3600)))


def _campaign(
    rng: np.random.Generator, profile: AccountProfile, account: int, index: int, day: date, is_plain: bool
) -> AdObject:
    created_at = _created_at(rng, profile.zone, day)
    return AdObject(
        id=_id("campaign", account, index, rng),
        kind="campaign",
        index=index,
        name=campaign_name(profile.language, index, is_plain=is_plain),
        status="ACTIVE",
        created_at=created_at,
        updated_at=created_at,
        objective=OBJECTIVES[index % len(OBJECTIVES)],
    )


def _adset(
    rng: np.random.Generator, profile: AccountProfile, account: int, index: int, day: date, is_plain: bool
) -> AdObject:
    created_at = _created_at(rng, profile.zone, day) + timedelta(hours=1)
    campaign, slot = divmod(index, ADSETS_EACH)
    return AdObject(
        id=_id("adset", account, index, rng),
        kind="adset",
        index=index,
        name=adset_name(profile.language, campaign, slot, is_plain=is_plain),
        status="ACTIVE",
        created_at=created_at,
        updated_at=created_at,
    )


def _ad(
    rng: np.random.Generator, profile: AccountProfile, account: int, index: int, day: date, is_plain: bool
) -> AdObject:
    created_at = _created_at(rng, profile.zone, day) + timedelta(hours=2)
    campaign, slot = divmod(index, ADSETS_EACH * ADS_EACH)
    return AdObject(
        id=_id("ad", account, index, rng),
        kind="ad",
        index=index,
        name=ad_name(profile.language, campaign, slot, is_plain=is_plain),
        status="ACTIVE",
        created_at=created_at,
        updated_at=created_at,
        is_disapproved=campaign % (24 if is_plain else 8) == 6 and slot == 3,
    )
