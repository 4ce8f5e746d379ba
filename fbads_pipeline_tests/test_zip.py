"""Sequences are paired only where they are of one length: anything else pairs a number with another one's name."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("fbads_pipeline", "benchmarks", "evaluation", "chaos", "attack", "checks")


def loose_zips(source: str) -> list[int]:
    """Lines that call zip without strict=True."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "zip"
        and not any(one.arg == "strict" and getattr(one.value, "value", None) is True for one in node.keywords)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_zip_is_strict(folder):
    found = {str(path.relative_to(ROOT)): lines for path in (ROOT / folder).rglob("*.py")
             if (lines := loose_zips(path.read_text(encoding="utf-8")))}  # fmt: skip
    assert found == {}


@pytest.mark.parametrize("call", ["zip(a, b)", "zip(a, b, strict=False)"])
def test_a_loose_zip_is_found(call):
    assert loose_zips(call) == [1]
