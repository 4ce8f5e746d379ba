"""The pages' own files, which a browser asks for once per version, and which travel packed."""

import pytest

from fbads_pipeline.api.assets import asset
from fbads_pipeline_tests.api.conftest import Client


@pytest.mark.parametrize("name", ["fbads.css", "fbads.js"])
def test_a_version_of_a_file_is_kept_for_ever_and_an_address_without_one_is_asked_again(app, name):
    visitor = Client(app)
    kept, other = "public, max-age=31536000, immutable", "private, no-cache"
    paths = {asset(name): kept, f"/static/{name}": other, f"/static/{name}?v=0123456789abcdef": other}
    assert {path: visitor.get(path).headers["cache-control"] for path in paths} == paths


def test_a_style_sheet_travels_packed_to_whoever_takes_it_so(app):
    visitor = Client(app)
    packed, plain = (
        visitor.send("GET", "/static/fbads.css", headers={"Accept-Encoding": one}) for one in ("gzip", "identity")
    )
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.text == plain.text and "Accept-Encoding" in packed.headers["vary"]


@pytest.mark.parametrize("path", ["/login?next=/campaigns", "/docs?next=/campaigns", "/openapi.json"])
def test_what_may_hold_a_secret_beside_words_of_the_address_is_never_packed(app, path):
    answer = Client(app).send("GET", path, headers={"Accept-Encoding": "gzip"})
    assert len(answer.text) > 500 and "content-encoding" not in answer.headers
