"""What /docs shows: every operation with a true example, every field with its meaning, nothing from outside."""

import re

import pytest
from jsonschema import Draft202012Validator

from fbads_pipeline.api.specification.examples import bodies, fields, operations
from fbads_pipeline_tests.api.conftest import Client


@pytest.fixture
def document(app):
    return Client(app).get("/openapi.json").json()


def test_every_operation_says_what_it_does_and_shows_an_example_that_its_schema_takes(document):
    count, checked = 0, 0
    for operation in operations(document):
        count += 1
        about = operation["operationId"]
        assert operation["summary"] and operation["description"], about
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (about, parameter["name"])
        for media in bodies(operation):
            schema = {**media.get("schema", {}), "components": document["components"]}
            wrong = list(Draft202012Validator(schema).iter_errors(media["example"])) if "example" in media else []
            assert "example" in media or "examples" in media, about
            assert wrong == [], (about, wrong[0].message, list(wrong[0].absolute_path))
            checked += 1
    assert count > 90 and checked > 100


def test_every_field_says_what_it_means(document):
    missing = [
        f"{schema}.{name}"
        for schema, described in document["components"]["schemas"].items()
        for name, field in described.get("properties", {}).items()
        if not field.get("description") and "$ref" not in field
    ]
    assert missing == []


def test_the_list_of_fields_names_no_field_twice_and_each_in_a_sentence():
    for name, (meaning, _) in fields().items():
        assert meaning[0].isupper() or meaning.startswith("`"), name
        assert meaning.endswith("."), name


def test_a_key_is_asked_for_where_one_is_needed(document):
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for operation in operations(document):
        assert ("security" in operation) == ("401" in operation["responses"]), operation["operationId"]


def test_the_page_asks_nobody_else(app):
    page = Client(app).get("/docs").text
    assert "swagger" in page.lower() and not re.findall(r'(?:src|href)="(?:https?:)?//', page)
