"""The data dictionary is the project's own words: complete and current."""

from fbads_pipeline.adapters.dbt.dictionary import data_dictionary, dictionary_path
from fbads_pipeline.adapters.dbt.project import fresh_manifest, read_manifest
from fbads_pipeline_tests.support.model_warehouse import MARTS


def test_the_page_is_what_the_project_says_now() -> None:
    assert dictionary_path().read_text(encoding="utf-8") == data_dictionary(), "run `make docs`"


def test_every_mart_has_its_section_and_every_column_its_row() -> None:
    page = data_dictionary()
    for node in read_manifest(fresh_manifest())["nodes"].values():
        if node["schema"] == "marts":
            section = page.split(f"### `marts.{node['name']}`")[1].split("###")[0]
            for column in node["columns"]:
                assert f"| `{column}` |" in section, f"{node['name']}.{column}"


def test_every_mart_names_a_reader_and_every_reader_is_a_mart_s() -> None:
    exposures = read_manifest(fresh_manifest())["exposures"].values()
    read = {node.split(".")[2] for exposure in exposures for node in exposure["depends_on"]["nodes"]}
    assert read == set(MARTS)
