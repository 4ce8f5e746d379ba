"""The check of dependencies finds what is unused and what is undeclared."""

from checks.dependencies import declared, imported, problems

BROUGHT = {"yaml": ["PyYAML"], "requests": ["requests"], "google": ["google-auth", "protobuf"]}


def test_names_are_compared_without_versions_extras_and_spelling():
    project = {"dependencies": ["PyYAML>=6", "pwdlib[argon2]>=0.2"], "optional-dependencies": {"dev": ["pytest"]}}
    assert declared(project) == {"pyyaml", "pwdlib"}


def test_imports_in_functions_count(tmp_path):
    (tmp_path / "one.py").write_text("import os\n\ndef f():\n    from yaml import load\n    import requests.auth\n")
    assert imported(tmp_path) == {"yaml", "requests"}


def test_what_is_unused_or_undeclared_is_named():
    assert problems({"pyyaml", "google-auth", "tzdata"}, {"yaml", "google"}, BROUGHT) == []
    assert problems({"pyyaml", "statsmodels"}, {"yaml", "requests"}, BROUGHT) == [
        "statsmodels is declared, and nothing imports it",
        "requests is imported, and no declared dependency brings it",
    ]
