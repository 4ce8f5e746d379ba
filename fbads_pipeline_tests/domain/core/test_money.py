"""Minor units: the same in Python and in dbt's seed."""

import csv

import pytest

from fbads_pipeline.adapters.dbt.project import project_dir
from fbads_pipeline.domain.core.money import CURRENCIES_WITHOUT_DECIMALS, minor_units


def test_the_seed_of_the_models_says_the_same_as_the_domain():
    with (project_dir() / "seeds" / "currency_minor_units.csv").open(encoding="utf-8") as file:
        seeded = {row["currency"]: int(row["factor"]) for row in csv.DictReader(file)}
    assert {currency for currency, factor in seeded.items() if factor == 1} == CURRENCIES_WITHOUT_DECIMALS
    assert seeded == {currency: minor_units(currency) for currency in seeded}


@pytest.mark.parametrize(("currency", "units"), [("BRL", 100), ("USD", 100), ("JPY", 1), ("CLP", 1)])
def test_most_currencies_have_cents_and_some_have_none(currency, units):
    assert minor_units(currency) == units
