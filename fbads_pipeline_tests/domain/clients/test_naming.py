"""Names of campaigns read by a pattern, and links compared with what a client wants of them."""

import pytest

from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.naming import NamingRule, check_link, compile_pattern, parse_name, read_parameters


@pytest.mark.parametrize(
    ("pattern", "name", "read"),
    [
        ("{product} | {audience} | {stage}", "Tênis | Frio 25-34 | Topo", "Tênis/Frio 25-34/Topo"),
        ("{product} | {audience} | {stage}", "Tênis|Frio|Topo | v2", "Tênis/Frio/Topo"),
        ("{product} | {audience} | {stage}", "Tênis - Frio", None),
        ("{product} | {audience} | {stage}", "Tênis |  | Topo", None),
        ("[{product}] {audience} | {stage}", "[Tênis] Quente | Fundo", "Tênis/Quente/Fundo"),
        ("[{product}]", "Tênis", None),
        ("{product}_{_}_{stage}", "tenis_abc_topo_x", "tenis/None/topo"),
        ("{product} (.*", "a (.* b", "a/None/None"),
    ],
)
def test_a_name_fits_the_whole_pattern_or_says_nothing(pattern, name, read):
    found = parse_name(name, NamingRule(pattern))
    assert (found and "/".join(str(found.get(one)) for one in ("product", "audience", "stage")) or None) == read


@pytest.mark.parametrize("pattern", ["", "abc", "{produto}", "{product}{stage}", "{product} {product}", "x" * 201])
def test_a_pattern_that_could_be_read_in_several_ways_is_refused(pattern):
    with pytest.raises(UnusableClient):
        compile_pattern(pattern)


RULE = NamingRule(None, {"utm_source": "facebook", "utm_campaign": "{campaign}", "utm_content": "*"})


@pytest.mark.parametrize(
    ("link", "tags", "faults"),
    [
        ("https://x/?utm_source=facebook&utm_campaign=Tênis&utm_content=7", None, []),
        ("https://x/", "utm_source=Facebook&utm_campaign={{campaign.name}}|{{campaign.id}}&utm_content={{ad.id}}", []),
        ("https://x/?utm_source=fb", "utm_campaign=Black&utm_content=1", ["wrong", "other_campaign"]),
        ("https://x/?utm_source=facebook&utm_campaign=Tênis", None, ["missing"]),
        ("https://x/?utm_source=google", "utm_source=facebook&utm_campaign=tênis|23850000000001&utm_content=1", []),
        (None, None, ["missing", "missing", "missing"]),
    ],
)
def test_links_are_compared_with_the_rule(link, tags, faults):
    assert [one.fault for one in check_link(link, tags, "Tênis", RULE)] == faults


def test_a_parameter_that_nobody_knows_is_refused():
    assert read_parameters({"utm_source": " facebook "}) == {"utm_source": "facebook"}
    for given in ({"utm_sorce": "x"}, {"utm_source": " "}):
        with pytest.raises(UnusableClient):
            read_parameters(given)
