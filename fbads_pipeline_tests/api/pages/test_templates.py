"""The templates as written: what a browser would fill in by itself."""

import re
from pathlib import Path

import pytest

from fbads_pipeline import api

TEMPLATES = sorted((Path(api.__file__).parent / "templates").glob("*.j2"))
# Names by which browsers know what a person once entered elsewhere.
_FILLED = frozenset(
    {"name", "email", "username", "tel", "url", "organization", "country", "language", "sex", "bday", "photo"}
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_a_field_that_browsers_fill_says_with_what(template: Path) -> None:
    """Without, a new client's field would offer the manager's own name."""
    fields = re.findall(r"<input\b[^>]*>", template.read_text(encoding="utf-8"))
    silent = [
        one
        for one in fields
        if not re.search(r'type="(hidden|checkbox|radio|submit)"|autocomplete="', one)
        and (identifier := re.search(r'\bid="([^"]+)"', one))
        and identifier[1] in _FILLED | {"{{ name }}"}
    ]
    assert silent == []


def test_the_templates_have_such_fields() -> None:
    assert sum('id="name"' in one.read_text(encoding="utf-8") for one in TEMPLATES) >= 3
