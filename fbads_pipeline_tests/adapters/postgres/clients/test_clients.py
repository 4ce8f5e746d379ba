"""Clients: kept with their history, one client per account, rights that follow them, taxes that follow too."""

import struct
import zlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fbads_pipeline.adapters.clients.tax_rates_file import read_tax_rates
from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.adapters.postgres.clients.grants import PostgresClientGrants
from fbads_pipeline.adapters.postgres.clients.taxes import PostgresTaxes
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.domain.clients.client import Branding, ClientBudget, ClientChannel, ClientDetails, Contact
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.logos import read_logo
from fbads_pipeline.domain.clients.tax import TaxChoice, TaxSetting
from fbads_pipeline_tests.adapters.postgres.clients.test_targets import DAY, KNOWN, NOW

TABLE = read_tax_rates(None)
PIXELS = zlib.compress((b"\0" + b"\xff\x80\0\xff" * 200) * 80)
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I4sII", 13, b"IHDR", 200, 80)
    + b"\x08\x06\0\0\0"
    + struct.pack(">I", zlib.crc32(b"IHDR" + struct.pack(">II", 200, 80) + b"\x08\x06\0\0\0"))
    + struct.pack(">I4s", len(PIXELS), b"IDAT")
    + PIXELS
    + struct.pack(">I", zlib.crc32(b"IDAT" + PIXELS))
    + b"\0\0\0\0IEND\xaeB`\x82"
)


@pytest.fixture
def store(migrated_engine):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(KNOWN))
        connection.execute(sa.text("update raw.accounts set country = 'BR' where account_id = '42'"))
    return PostgresClients(migrated_engine, TABLE)


def lima(**values):
    return ClientDetails(
        **{
            "name": "Loja Lima",
            "accounts": ("42",),
            "contact": Contact("Ana", "ana@lima.example", "+55 11 99999-0000"),
            "channels": (ClientChannel("email", "ana@lima.example"), ClientChannel("slack", "C0123")),
            "branding": Branding("Agência Sol", "#1a73e8", "#ffffff"),
            **values,
        }
    )


def test_what_was_set_comes_back_and_its_history_has_no_contact(store, migrated_engine):
    number = store.add(lima(), actor="ana", now=NOW)
    assert store.change(number, lima(name="Lima S.A.", language="en"), actor="bia", now=NOW + timedelta(1))
    (client,) = store.all()
    assert client.details == lima(name="Lima S.A.", language="en") and (client.version, client.set_by) == (2, "bia")
    assert [(one.document["name"], one.set_by) for one in store.versions(number)] == [
        ("Loja Lima", "ana"),
        ("Lima S.A.", "bia"),
    ]
    assert store.remove(number, actor="bia", now=NOW) and store.all() == []
    assert store.versions(number)[-1].document is None
    with migrated_engine.connect() as connection:
        kept = connection.execute(sa.text("select document::text from ops.client_versions where document is not null"))
        texts = [*kept.scalars(), *connection.execute(sa.text("select details::text from ops.audit_log")).scalars()]
    assert not [one for one in texts if "ana@lima" in one or "99999" in one]
    assert PostgresAudit(migrated_engine).verify()[1] is None


def test_an_account_belongs_to_one_client_and_a_name_too(store):
    store.add(lima(), actor="a", now=NOW)
    other = store.add(lima(name="Outra", accounts=("43",)), actor="a", now=NOW)
    for details, key in (
        (lima(name="Outra", accounts=("42", "43")), "clients.client.account_taken"),
        (lima(name="loja lima", accounts=()), "clients.client.name_taken"),
        (lima(name="Outra", accounts=("99",)), "clients.target.no_account"),
    ):
        with pytest.raises(UnusableClient) as refused:
            store.change(other, details, actor="a", now=NOW)
        assert refused.value.message.key == key
    assert [one.details.accounts for one in store.all()] == [("42",), ("43",)]
    assert [one.details.name for one in store.all(frozenset({"43"}))] == ["Outra"]


def test_the_budget_that_was_set_last_holds_on_its_days(store):
    number = store.add(lima(), actor="a", now=NOW)
    store.set_budget(number, ClientBudget("BRL", D(9000), date(2026, 11, 1)), actor="a", now=NOW)
    store.set_budget(number, ClientBudget("BRL", D(12000), date(2026, 12, 1), date(2026, 12, 31)), actor="a", now=NOW)
    noons = [datetime(*day, 12, tzinfo=UTC) for day in ((2026, 11, 10), (2026, 12, 5), (2027, 1, 5))]
    amounts = [store.one(number, at=noon).budget.amount for noon in noons]
    assert amounts == [9000, 12000, 9000]
    store.set_budget(number, ClientBudget("BRL", None, DAY), actor="a", now=NOW)
    assert store.one(number, at=NOW).budget is None
    with pytest.raises(UnusableClient):
        store.set_budget(number, ClientBudget("USD", D(1), DAY), actor="a", now=NOW)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(-16 * 60, 16 * 60))
def test_a_budget_begins_and_ends_at_the_midnight_of_the_clients_accounts(client_of_zone, minutes):
    """A budget of December: São Paulo's is three hours late, Tokyo's nine hours early, of both the later day counts."""
    store, numbers = client_of_zone
    for month, holds_after in ((12, True), (1, False)):
        midnight = datetime(2026 if month == 12 else 2027, month, 1, tzinfo=UTC)
        for hours, number in numbers.items():
            is_after = minutes >= 60 * hours
            at = midnight + timedelta(minutes=minutes)
            read = [store.one(number, at=at), *(one for one in store.all(at=at) if one.client_id == number)]
            assert [one.budget is not None for one in read] == [is_after == holds_after] * 2, (at, hours)


@pytest.fixture
def client_of_zone(store, migrated_engine):
    """The store, and by how many hours after midnight UTC its clients' days begin: number of the client."""
    with migrated_engine.begin() as connection:
        connection.execute(
            sa.text(
                "insert into raw.accounts (account_id, name, currency, timezone_name, collected_at) values"
                " ('81', 'a', 'BRL', 'America/Sao_Paulo', now()), ('82', 'b', 'BRL', 'Asia/Tokyo', now()),"
                " ('83', 'c', 'BRL', 'America/New_York', now()), ('84', 'd', 'BRL', 'Asia/Tokyo', now())"
            )
        )
    numbers = {}
    for hours, accounts in ((3, ("81",)), (-9, ("82",)), (5, ("83", "84")), (0, ())):
        numbers[hours] = store.add(lima(name=f"{hours}", accounts=accounts), actor="a", now=NOW)
        december = ClientBudget("BRL", D(9000), date(2026, 12, 1), date(2026, 12, 31))
        store.set_budget(numbers[hours], december, actor="a", now=NOW)
    return store, numbers


def test_who_was_given_a_client_sees_its_accounts_also_those_that_join_later_and_at_once_no_more(
    store, migrated_engine
):
    identity, grants = PostgresIdentity(migrated_engine), PostgresClientGrants(migrated_engine)
    user = identity.add_user("v@x.example", "viewer", password_hash=None, accounts=[], actor="a", now=NOW)
    number = store.add(lima(), actor="a", now=NOW)
    assert grants.grant(user.user_id, number, actor="a", now=NOW)
    secret, _ = identity.open_session(user.user_id, now=NOW, details={})

    def seen():
        principal, _ = identity.of_session(secret, now=NOW)
        return principal.accounts

    assert seen() == {"42"}
    store.change(number, lima(accounts=("42", "43")), actor="a", now=NOW)
    assert seen() == {"42", "43"} and grants.users([number]) == {number: ["v@x.example"]}
    store.change(number, lima(accounts=("43",)), actor="a", now=NOW)
    assert seen() == {"43"}
    assert grants.revoke(user.user_id, number, actor="a", now=NOW) and seen() == frozenset()


def test_taxes_follow_the_country_the_client_and_the_account(store, migrated_engine):
    taxes = PostgresTaxes(migrated_engine, TABLE)
    assert (taxes.refresh(), taxes.refresh()) == (2, 0)

    def rates():
        return {account: some[-1].rate for account, some in taxes.periods().items()}

    assert rates() == {"42": D("0.1215"), "43": None}
    number = store.add(lima(accounts=("42", "43"), tax=TaxChoice("off")), actor="a", now=NOW)
    assert rates() == {"42": 0, "43": 0}
    taxes.set("43", TaxSetting(TaxChoice("rate", D("0.05")), DAY), actor="a", now=NOW)
    assert rates() == {"42": 0, "43": D("0.05")}
    store.change(number, lima(accounts=("43",), tax=TaxChoice("off")), actor="a", now=NOW)
    assert rates() == {"42": D("0.1215"), "43": D("0.05")}
    store.remove(number, actor="a", now=NOW)
    assert [one.rate for one in taxes.periods()["43"]] == [None, D("0.05")]


def test_a_client_without_accounts_receives_nothing_instead_of_everything(store):
    store.add(lima(accounts=()), actor="a", now=NOW)
    assert store.recipients() == []
    store.add(lima(name="Outra", language="en"), actor="a", now=NOW)
    found = store.recipients()
    assert [(one.channel, one.accounts, one.language, one.receives_system_alerts) for one in found] == [
        ("email", {"42"}, "en", False),
        ("slack", {"42"}, "en", False),
    ]


def test_a_logo_is_kept_and_what_is_none_is_refused(store):
    number = store.add(lima(), actor="a", now=NOW)
    store.keep_logo(number, read_logo(PNG), actor="a", now=NOW)
    logo = store.logo(number)
    assert (logo.media_type, logo.width, logo.height, store.one(number).has_logo) == ("image/png", 200, 80, True)
    store.keep_logo(number, None, actor="a", now=NOW)
    assert store.logo(number) is None


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"<svg onload='alert(1)'/>", b"GIF89a", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\0", PNG[:20]),
        *(PNG.replace(b"\0\0\0\xc8", b"\xff\0\0\0"), PNG + b"\0" * 2**20),
    ],
)
def test_what_is_no_usable_picture_is_refused(content):
    with pytest.raises(UnusableClient):
        read_logo(content)
