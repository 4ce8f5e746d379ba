"""The metric registry `dbt_project/metrics.yml`, read and checked; and everything that is written from it.

`python -m fbads_pipeline.adapters.dbt.metric_registry` (make metrics) writes the files; a test says when one of them is
out of date.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from fbads_pipeline.adapters.dbt.project import project_dir
from fbads_pipeline.adapters.translation.catalogues import languages
from fbads_pipeline.domain.metrics.registry import (
    DataType,
    Events,
    Good,
    Metric,
    Ratio,
    RawField,
    ShopOrders,
    Taxed,
    Unit,
    sum_reported,
)

_PACKAGE = Path(__file__).parents[2]
_WRITTEN_BY = "Written by `make metrics` from dbt_project/metrics.yml: change that file."
_NAMES = ("Events", "Metric", "Ratio", "RawField", "ShopOrders", "Taxed", "raw_fields")
_BEGIN, _END = "# make metrics: ", "# make metrics ends"


class RegistryError(ValueError):
    """The registry is missing, or an entry of it is wrong; one sentence that names both."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Raw(_Entry):
    field: str
    type: DataType


class _Events(_Entry):
    measure: Literal["count", "value"]
    family: str = ""
    action_type: str = ""

    @model_validator(mode="after")
    def _is_either(self) -> "_Events":
        if bool(self.family) == bool(self.action_type):
            raise ValueError("events are those of a family or of an action_type")
        return self


class _Ratio(_Entry):
    numerator: str
    denominator: str
    factor: int = 1


class _Taxed(_Entry):
    of: str
    part: Literal["cost", "tax"]


class _Orders(_Entry):
    measure: Literal["count", "value"]


class _Metric(_Entry):
    name: str
    labels: dict[str, str]
    synonyms: dict[str, list[str]]
    description: str
    raw: _Raw | None = None
    events: _Events | None = None
    ratio: _Ratio | None = None
    taxed: _Taxed | None = None
    orders: _Orders | None = None
    unit: Unit
    good: Good
    additive: list[Literal["objects", "days"]] = []
    note: dict[str, str] = {}

    @model_validator(mode="after")
    def _has_one_source(self) -> "_Metric":
        if sum(source is not None for source in (self.raw, self.events, self.ratio, self.taxed, self.orders)) != 1:
            raise ValueError("a metric is raw, events, ratio or taxed, or of orders: exactly one of them")
        return self


class Registry(_Entry):
    """What metrics.yml declares. grains: names of the marts that have every metric."""

    grains: list[str]
    sales_grains: list[str]
    metrics: list[_Metric]

    def by_name(self) -> dict[str, Metric]:
        """The metrics in the order of the file."""
        found: dict[str, Metric] = {}
        for entry in self.metrics:
            found[entry.name] = _metric(entry, found)
        return found


def read_registry(path: Path | None = None) -> Registry:
    """The registry of the dbt project, or that file; raises RegistryError."""
    path = path or project_dir() / "metrics.yml"
    try:
        registry = Registry.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        names = [entry.name for entry in registry.metrics]
        for entry in registry.metrics:
            _check(entry, names)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RegistryError(f"the metric registry {path} is wrong at {place}: {first['msg']}") from None
    except ValueError as wrong:
        raise RegistryError(f"the metric registry {path} is wrong: {wrong}") from None
    except (OSError, yaml.YAMLError) as fault:
        raise RegistryError(f"the metric registry {path} cannot be read ({type(fault).__name__})") from None
    return registry


def written_files(package: Path = _PACKAGE) -> dict[Path, str]:
    """Every file that is written from the registry, or in part, and what it must hold."""
    registry, project = read_registry(), project_dir()
    families = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["conversion_families"]
    metrics = registry.by_name()
    for metric in metrics.values():
        if isinstance(metric.source, Events) and metric.source.family not in {"", "goal", *families}:
            raise RegistryError(f"{metric.name} is of the family {metric.source.family}, which dbt_project.yml lacks")
    files = {
        package / "domain" / "metrics" / "declared.py": _python(registry, metrics),
        project / "macros" / "metrics.sql": _macro(metrics),
    }
    for language, folder in languages(package / "locale").items():
        if all(language in entry.labels for entry in registry.metrics):
            files[folder / "LC_MESSAGES" / "metrics.po"] = _catalogue(registry, language, folder.name)
    parts = _parts(metrics, families)
    for path in sorted((project / "models").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if _BEGIN in text:
            files[path] = _with_parts(text, parts, path)
    return files


def _check(entry: _Metric, names: list[str]) -> None:
    if names.count(entry.name) > 1:
        raise ValueError(f"{entry.name} is declared twice")
    before = names[: names.index(entry.name)]
    if entry.ratio:
        for part in (entry.ratio.numerator, entry.ratio.denominator):
            if part not in before:
                raise ValueError(f"{entry.name} divides {part}, which is not declared before it")
    if entry.taxed and entry.taxed.of not in before:
        raise ValueError(f"{entry.name} is of {entry.taxed.of}, which is not declared before it")


def _metric(entry: _Metric, before: Mapping[str, Metric]) -> Metric:
    data_type: DataType = entry.raw.type if entry.raw else "numeric"
    source: RawField | Events | Ratio | Taxed | ShopOrders
    columns: tuple[str, ...] = (entry.name,)
    expression = sum_reported(entry.name) if entry.additive else f"max({entry.name})"
    if entry.ratio:
        source = Ratio(**entry.ratio.model_dump())
        columns = (*before[source.numerator].columns, *before[source.denominator].columns)
        factor = f"{source.factor} * " if source.factor != 1 else ""
        cast = "::numeric" if before[source.numerator].data_type == "bigint" else ""
        numerator, denominator = sum_reported(source.numerator), sum_reported(source.denominator)
        expression = f"{factor}({numerator}){cast} / nullif({denominator}, 0)"
    elif entry.events:
        source = Events(**entry.events.model_dump())
    elif entry.taxed:
        source = Taxed(**entry.taxed.model_dump())
        columns = (source.of, entry.name)
    elif entry.orders:
        source = ShopOrders(**entry.orders.model_dump())
    else:
        assert entry.raw is not None
        source = RawField(entry.raw.field, entry.raw.type)
    return Metric(
        name=entry.name,
        source=source,
        labels=entry.labels,
        synonyms={language: tuple(names) for language, names in entry.synonyms.items()},
        description=entry.description,
        expression=expression,
        columns=columns,
        unit=entry.unit,
        good=entry.good,
        additive=frozenset(entry.additive),
        data_type=data_type,
        note=entry.note.get("en", ""),
    )


def _python(registry: Registry, metrics: Mapping[str, Metric]) -> str:
    lines = [
        f'"""The declared metrics. {_WRITTEN_BY}"""',
        "",
        "# fmt: off",
        "# ruff: noqa: E501",
        "from collections.abc import Mapping",
        "",
        f"from fbads_pipeline.domain.metrics.registry import {', '.join(_NAMES)}",
        "",
        f"GRAINS = ({', '.join(_text(grain) for grain in registry.grains)})",
        f"SALES_GRAINS = ({', '.join(_text(grain) for grain in registry.sales_grains)})",
        *_python_metrics("METRICS", [one for one in metrics.values() if not one.reads_orders]),
        "# Metrics of orders of shops: the sales marts have them, and all others beside them.",
        *_python_metrics("ORDER_METRICS", [one for one in metrics.values() if one.reads_orders]),
        "RAW_FIELDS = raw_fields(METRICS)",
        "",
    ]
    return "\n".join(lines)


def _python_metrics(name: str, metrics: Iterable[Metric]) -> list[str]:
    lines = [f"{name}: Mapping[str, Metric] = {{metric.name: metric for metric in ("]
    for metric in metrics:
        synonyms = ", ".join(
            f"{_text(language)}: ({''.join(f'{_text(name)}, ' for name in names).rstrip()})"
            for language, names in metric.synonyms.items()
        )
        lines += [
            "    Metric(",
            f"        name={_text(metric.name)},",
            f"        source={_python_source(metric.source)},",
            f"        labels={_text(metric.labels)},",
            f"        synonyms={{{synonyms}}},",
            f"        description={_text(metric.description)},",
            f"        expression={_text(metric.expression)},",
            f"        columns=({''.join(f'{_text(name)}, ' for name in metric.columns).rstrip()}),",
            f"        unit={_text(metric.unit)},",
            f"        good={_text(metric.good)},",
            f"        additive=frozenset({_text(sorted(metric.additive))}),",
            f"        data_type={_text(metric.data_type)},",
            *([f"        note={_text(metric.note)},"] if metric.note else []),
            "    ),",
        ]
    return [*lines, ")}"]


def _python_source(source: RawField | Events | Ratio | Taxed | ShopOrders) -> str:
    names = type(source).__dataclass_fields__
    given = ", ".join(f"{name}={_text(getattr(source, name))}" for name in names if getattr(source, name) != "")
    return f"{type(source).__name__}({given})"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _macro(metrics: Mapping[str, Metric]) -> str:
    """The metrics for the models' macros: a list of {name, raw, adds_up}, {name, family or action_type, measure},
    {name, numerator, denominator, factor}, or {name, taxed, part}."""
    lines = [f"{{# {_WRITTEN_BY} #}}", "{% macro metrics() %}", "    {{ return(["]
    for metric in metrics.values():
        if metric.reads_orders:
            continue
        entry: dict[str, Any] = {"name": metric.name}
        match metric.source:
            case RawField(name=field):
                entry |= {"raw": field, "adds_up": bool(metric.additive)}
            case Events(measure=measure, family=family, action_type=action_type):
                entry |= {"family": family} if family else {"action_type": action_type}
                entry |= {"measure": measure}
            case Ratio(numerator=numerator, denominator=denominator, factor=factor):
                entry |= {"numerator": numerator, "denominator": denominator, "factor": factor}
            case Taxed(of=of, part=part):
                entry |= {"taxed": of, "part": part}
        lines.append(f"        {_text(entry)},")
    return "\n".join([*lines, "    ]) }}", "{% endmacro %}", ""])


def _catalogue(registry: Registry, language: str, locale: str) -> str:
    lines = [
        f"# {_WRITTEN_BY}",
        'msgid ""',
        'msgstr ""',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        f'"Language: {locale}\\n"',
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"',
    ]
    for entry in registry.metrics:
        lines += ["", f'msgid "metrics.{entry.name}"', f"msgstr {_text(entry.labels[language])}"]
        if entry.note:
            lines += ["", f'msgid "metrics.{entry.name}_note"', f"msgstr {_text(entry.note[language])}"]
    return "\n".join([*lines, ""])


def _parts(metrics: Mapping[str, Metric], families: Iterable[str]) -> dict[str, list[str]]:
    """Name of a part, as the models' YAML names it → its lines."""
    raw = {name: metric for name, metric in metrics.items() if metric.raw_field}
    measured = {name: (metric.data_type, metric.description) for name, metric in raw.items()}
    for name, metric in metrics.items():
        if isinstance(metric.source, Events) and metric.source.action_type:
            measured[name] = ("numeric", metric.description)
    for family in families:
        first = f"of the family {family}, of its first alternative of which the row lists a type"
        rest = "0 without any, null where it is not reported."
        measured[f"{family}_count"] = ("numeric", f"Events {first}; {rest}")
        measured[f"{family}_value"] = ("numeric", f"Value of the events {first}, in major units; {rest}")
    every = {name: (metric.data_type, metric.description) for name, metric in metrics.items()}
    daily = {name: column for name, column in every.items() if not metrics[name].reads_orders}
    sales = {name: column for name, column in every.items() if name not in daily}
    return {
        "raw figures": _columns(measured[name] + (name,) for name in raw),
        "measures": _columns(column + (name,) for name, column in measured.items()),
        "typed measures": _typed(measured, anchors=True),
        "measures by anchor": [f"- *{name}" for name in measured],
        "metrics": _typed(daily),
        "metrics with anchors": _typed(daily, anchors=True),
        "metrics by anchor": [f"- *{name}" for name in daily],
        "metrics of orders with anchors": _typed(sales, anchors=True),
        "metrics of orders by anchor": [f"- *{name}" for name in sales],
    }


def _columns(columns: Iterable[tuple[str, str, str]]) -> list[str]:
    return [f"- {{name: {name}, description: {_text(description)}}}" for _, description, name in columns]


def _typed(columns: Mapping[str, tuple[str, str]], *, anchors: bool = False) -> list[str]:
    return [
        f"- {f'&{name} ' if anchors else ''}{{name: {name}, data_type: {kind}, description: {_text(description)}}}"
        for name, (kind, description) in columns.items()
    ]


def _with_parts(text: str, parts: Mapping[str, list[str]], path: Path) -> str:
    """The text with what stands between `# make metrics: <part>` and `# make metrics ends` written anew."""
    lines: list[str] = []
    skips = False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped == _END:
            skips = False
        if not skips:
            lines.append(line)
        if stripped.startswith(_BEGIN):
            name = stripped.removeprefix(_BEGIN)
            if name not in parts:
                raise RegistryError(f"{path} asks for {name!r}: make metrics writes {', '.join(parts)}")
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + part for part in parts[name]]
            skips = True
    if skips:
        raise RegistryError(f"{path} lacks {_END!r} after {_BEGIN!r}")
    return "\n".join([*lines, ""])


def outdated_files() -> dict[Path, str]:
    """Those of the written files that are missing or differ from the registry, and what they must hold."""
    return {
        path: text
        for path, text in written_files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def main() -> int:
    """Write the files that are out of date, and print which."""
    try:
        for path, text in outdated_files().items():
            path.write_text(text, encoding="utf-8")
            print(path)
    except RegistryError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
