"""The exposures name what is read; the comparison with the SQL that is run is made in every test (support)."""

import re

from fbads_pipeline_tests.support.declared_reads import declared_reads, undeclared
from fbads_pipeline_tests.support.paths import ROOT

CHAT = "fbads_pipeline/adapters/postgres/chat"


def test_a_mart_that_the_exposure_does_not_name_is_found() -> None:
    reads = {CHAT: {"accounts"}, f"{CHAT}/lists.py": {"ads"}}
    assert undeclared(f"{CHAT}/figures.py", "select 1 from marts.accounts", reads) == set()
    assert undeclared(f"{CHAT}/figures.py", 'select 1 from "marts"."ads", marts.campaigns', reads) == {
        "ads",
        "campaigns",
    }
    assert undeclared(f"{CHAT}/lists.py", "select 1 from marts.ads", reads) == set()
    assert undeclared("fbads_pipeline/adapters/postgres/new/store.py", "from marts.ads", reads) == {"ads"}


def test_the_code_of_every_exposure_exists() -> None:
    for path in declared_reads():
        assert (ROOT / path).exists(), path


def test_every_mart_in_the_text_of_a_store_is_declared() -> None:
    stores = ROOT / "fbads_pipeline" / "adapters" / "postgres"
    missing = {}
    for file in sorted([*stores.rglob("*.sql"), *stores.rglob("*.py")]):
        path = str(file.relative_to(ROOT))
        named = " ".join(re.findall(r"\b(?:from|join) marts\.\w+", file.read_text(encoding="utf-8")))
        if found := undeclared(path, named, declared_reads()):
            missing[path] = found
    assert missing == {}
