"""The data dictionary, `docs/reference/data-dictionary.md`: written from dbt's manifest and the metric registry.

`python -m fbads_pipeline.adapters.dbt.dictionary` (make docs) writes it; a test says when it is out of date.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from fbads_pipeline.adapters.dbt.project import (
    build_manifest,
    fresh_manifest,
    manifest_is_stale,
    project_dir,
    read_manifest,
)
from fbads_pipeline.domain.metrics.declared import GRAINS, METRICS, ORDER_METRICS

_INTRODUCTION = """# Data dictionary

Written by `make docs` from the dbt project; change the models' YAML or `dbt_project/metrics.yml`, not this page.
Money is in the currency that the row names, days are the account's own, instants are UTC, ids are text. `fbads_analyst`
reads everything in `marts` and nothing else.
"""
_AS_KNOWN = """### `marts.campaign_daily_as_known(at)`

`select * from marts.campaign_daily_as_known('2026-11-01T12:00Z')`: `campaign_daily` as it read at that instant, one row
per campaign and day. `known_from` is the reading that found the row so, `confirmed_at` the last good reading up to the
instant: where it is later, the row was read again and had not changed. Readings older than 90 days are thinned to one
per age of 0, 1, 2, 3, 7 and 28 days.
"""


def data_dictionary() -> str:
    """The page as Markdown, from a manifest that fits the project."""
    manifest = read_manifest(fresh_manifest())
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    marts = sorted((node for node in nodes if node["schema"] == "marts"), key=_name)
    seeds = sorted((node for node in nodes if node["resource_type"] == "seed"), key=_name)
    readers = _readers(manifest)
    parts = [
        _INTRODUCTION,
        "## Marts\n",
        _index(marts),
        *(_relation(mart, readers.get(mart["unique_id"], ())) for mart in marts),
        _AS_KNOWN,
        "## Seeds: what people maintain\n",
        *(_relation(seed, ()) for seed in seeds),
        _metrics(),
        _families(_conversion_families()),
    ]
    return "\n".join(parts)


def dictionary_path() -> Path:
    return project_dir().parent / "docs" / "reference" / "data-dictionary.md"


def _name(node: Mapping[str, Any]) -> str:
    return str(node["name"])


def _index(marts: Iterable[Mapping[str, Any]]) -> str:
    lines = ["| mart | grain |", "| --- | --- |"]
    lines += [f"| [`{mart['name']}`](#marts{mart['name']}) | {_grain(mart)} |" for mart in marts]
    return "\n".join(lines) + "\n"


def _grain(node: Mapping[str, Any]) -> str:
    """The description's last sentence, `One row per ….`, without its beginning."""
    return _prose(node["description"]).rpartition("One row per ")[2].rstrip(".")


def _relation(node: Mapping[str, Any], readers: Iterable[str]) -> str:
    lines = [f"### `{node['schema']}.{node['name']}`\n", _prose(node["description"]) + "\n"]
    if readers:
        lines.append(f"Read by: {', '.join(readers)}.\n")
    lines += ["| column | type | what it is |", "| --- | --- | --- |"]
    for column in node["columns"].values():
        kind = str(column["data_type"]).replace("timestamp with time zone", "timestamptz")
        lines.append(f"| `{column['name']}` | {kind} | {_prose(column['description'])} |")
    return "\n".join(lines) + "\n"


def _metrics() -> str:
    lines = [
        "## Metrics\n",
        f"Of {', '.join(f'`{grain}`' for grain in GRAINS)}. Sums first, then the ratio of the sums.\n",
        "| metric | in Portuguese | in English | expression | unit | good | adds up over |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for metric in (*METRICS.values(), *ORDER_METRICS.values()):
        labels = (", ".join([metric.labels[code], *metric.synonyms[code]]) for code in ("pt", "en"))
        additive = ", ".join(sorted(metric.additive, reverse=True)) or "nothing"
        cells = (f"`{metric.name}`", *labels, f"`{metric.expression}`", metric.unit, metric.good, additive)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _families(families: Mapping[str, Iterable[Any]]) -> str:
    lines = [
        "## Conversion families\n",
        "The first alternative of which a row lists a type counts, alone. Its parts exclude each other and add up",
        "(`+`); of a part the first type that is listed counts (`,`). A type that is listed without a value makes",
        "the family null.\n",
        "| family | alternatives, in order |",
        "| --- | --- |",
    ]
    for family, alternatives in families.items():
        lines.append(f"| {family} | {'; '.join(_alternative(one) for one in alternatives)} |")
    return "\n".join(lines) + "\n"


def _alternative(parts: str | list[str | list[str]]) -> str:
    if isinstance(parts, str):
        return f"`{parts}`"
    named = ([part] if isinstance(part, str) else part for part in parts)
    return " + ".join(", ".join(f"`{one}`" for one in types) for types in named)


def _readers(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Node → labels of the exposures that read it."""
    readers: dict[str, list[str]] = {}
    for exposure in sorted(manifest["exposures"].values(), key=_name):
        for node in exposure["depends_on"]["nodes"]:
            readers.setdefault(node, []).append(exposure["label"])
    return readers


def _conversion_families() -> dict[str, list[Any]]:
    content = yaml.safe_load((project_dir() / "dbt_project.yml").read_text(encoding="utf-8"))
    families: dict[str, list[Any]] = content["vars"]["conversion_families"]
    return families


def _prose(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write the page from a manifest that fits the project."""
    if manifest_is_stale():
        build_manifest()
    dictionary_path().write_text(data_dictionary(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
