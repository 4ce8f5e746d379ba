"""Accounts as Meta lists them: read in their own zone, in the known one, or not at all."""

import pytest

from fbads_pipeline.domain.collection.account_listing import is_known_zone, settled_account
from fbads_pipeline.domain.core.accounts import Account

KNOWN = Account("1", "Loja", "BRL", "America/Sao_Paulo")


@pytest.mark.parametrize(
    "zone", ["America", "Mars/Phobos", "", "../etc/passwd", "/etc/localtime", "a\x00b", "x" * 5000]
)
def test_what_is_no_zone_is_known_as_none(zone):
    assert not is_known_zone(zone)
    assert is_known_zone("America/Sao_Paulo")


def test_an_account_in_order_is_read_as_it_is():
    assert settled_account(KNOWN, None) is KNOWN
    nameless = Account("1", None, "BRL", "UTC")
    assert settled_account(nameless, KNOWN) is nameless


@pytest.mark.parametrize(
    ("currency", "zone", "problem"),
    [
        ("BRL", "", "no time zone"),
        ("BRL", "Mars/Phobos", "the time zone 'Mars/Phobos', which the tz database lacks,"),
        ("", "UTC", "no currency"),
        ("R$", "UTC", "the currency 'R$', which is none,"),
        ("", "", "no time zone and no currency"),
    ],
)
def test_an_odd_account_has_a_fault_unless_it_was_known_before(currency, zone, problem):
    listed = Account("1", "Loja nova", currency, zone, 1)
    faulty = settled_account(listed, None)
    assert (
        faulty.fault
        == f"Meta names {problem} for account 1: it is not read until that is set in Meta's Business settings"
    )
    read = settled_account(listed, KNOWN)
    assert (read.fault, read.name, read.account_status) == (None, "Loja nova", 1)
    assert read.currency == (currency if currency == "BRL" else "BRL")
    assert read.timezone_name == ("UTC" if zone == "UTC" else "America/Sao_Paulo")
    assert (
        read.note
        == f"Meta names {problem} for account 1: it is read in {read.timezone_name} and BRL, as they were known before"
    )


def test_a_zone_that_the_database_lacks_is_no_zone():
    assert settled_account(KNOWN, None, {"America/Sao_Paulo"}).fault
