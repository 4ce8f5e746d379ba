"""How payloads of shops are read: YAML files, one per kind of shop, packaged or in `order_mappings/` of the home."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field

from fbads_pipeline.adapters.yaml_models import Wrong, YamlEntry, read_entries
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.orders.mapping import (
    KNOWN_ORIGINS,
    OrderMapping,
    RefundEvent,
    RefundRule,
    SignatureRule,
    is_path,
)
from fbads_pipeline.domain.orders.order import STATUSES
from fbads_pipeline.settings import SettingsError

FOLDER = "order_mappings"


def mapping_names(home: Path) -> list[str]:
    """Those that there are."""
    packaged = {one.name.removesuffix(".yml") for one in _packaged().iterdir() if one.name.endswith(".yml")}
    return sorted(packaged | {one.stem for one in (home / FOLDER).glob("*.yml")})


def read_mapping(name: str, home: Path) -> OrderMapping:
    """The mapping of that name, the home's before the packaged one.

    Raises WrongUse where there is none, SettingsError with file and line for a wrong one.
    """
    if name not in mapping_names(home):
        raise WrongUse(f"{name!r} is no mapping: use {', '.join(mapping_names(home))}, or add {FOLDER}/{name}.yml")
    own = home / FOLDER / f"{name}.yml"
    if not own.is_file():
        return _packaged_mapping(name)
    try:
        return _mapping(name, own.read_text(encoding="utf-8"), own.name)
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{own} cannot be read") from None


@cache
def _packaged_mapping(name: str) -> OrderMapping:
    return _mapping(name, _packaged().joinpath(f"{name}.yml").read_text(encoding="utf-8"), f"{name}.yml")


def _packaged() -> Any:
    return files("fbads_pipeline.adapters.orders").joinpath("recipes")


def _mapping(name: str, text: str, file: str) -> OrderMapping:
    entries = read_entries(text, file, _MappingEntry, under="mapping", kind="a mapping")
    if len(entries) != 1:
        raise SettingsError(f"{file} line {entries[1][0]}: a file has one mapping")
    entry = entries[0][1]
    event = entry.refund_event
    return OrderMapping(
        name=name,
        signature=SignatureRule(**entry.signature.model_dump()),
        **{one: getattr(entry, one) for one in _SAME},
        refund=entry.refund.made() if entry.refund else None,
        refund_event=None if event is None else event.made(),
    )


def _paths(value: Any) -> tuple[str, ...]:
    made = tuple(value) if isinstance(value, list | tuple) else (value,)
    for one in made:
        if not isinstance(one, str) or not is_path(one):
            raise Wrong(f"{one!r} is no path such as data.purchase.price")
    return made


def _origins(value: Any) -> dict[str, tuple[str, ...]]:
    strange = next((one for one in value if one not in KNOWN_ORIGINS), None) if isinstance(value, dict) else value
    if strange is not None:
        raise Wrong(f"{strange!r} is none of {', '.join(sorted(KNOWN_ORIGINS))}")
    return {name: _paths(paths) for name, paths in value.items()}


def _statuses(value: Any) -> dict[str, str]:
    """Status → texts of the shop, turned round."""
    if not isinstance(value, dict) or not value:
        raise Wrong(f"list the shop's texts below {', '.join((*STATUSES, 'ignored'))}")
    strange = next((one for one in value if one not in (*STATUSES, "ignored")), None)
    if strange is not None:
        raise Wrong(f"{strange!r} is none of {', '.join((*STATUSES, 'ignored'))}")
    return {str(text).lower(): status for status, texts in value.items() for text in texts}


def _zone(value: Any) -> str:
    if value not in available_timezones():
        raise Wrong(f"{value!r} is no time zone such as America/Sao_Paulo")
    return ZoneInfo(value).key


_Paths = Annotated[tuple[str, ...], BeforeValidator(_paths)]


class _Signature(YamlEntry):
    kind: Literal["standard", "hmac", "token"]
    name: str = ""
    in_query: bool = False
    algorithm: Literal["sha1", "sha256"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    over: str = ""


class _Refund(YamlEntry):
    id: _Paths
    amount: _Paths
    at: _Paths = ()
    parts: str = ""
    counts_if: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    is_negative: bool = False

    def made(self) -> RefundRule:
        return RefundRule(self.id, self.amount, self.at, self.parts, self.counts_if, self.is_negative)


class _RefundEventEntry(YamlEntry):
    when: str
    order_id: _Paths
    currency: _Paths
    refund: _Refund

    def made(self) -> RefundEvent:
        return RefundEvent(self.when, self.order_id, self.currency, self.refund.made())


class _MappingEntry(YamlEntry):
    signature: _Signature
    order_id: _Paths
    placed_at: _Paths
    value: _Paths
    currency: _Paths
    status: _Paths
    statuses: Annotated[dict[str, str], BeforeValidator(_statuses)]
    changed_at: _Paths = ()
    in_minor_units: bool = False
    default_currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    timezone_name: Annotated[str, BeforeValidator(_zone)] = "UTC"
    address: _Paths = ()
    origin: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_origins)] = Field(default_factory=dict)
    refunds: str = ""
    refund: _Refund | None = None
    refund_event: _RefundEventEntry | None = None
    root: _Paths = ()


_SAME = tuple(_MappingEntry.model_fields.keys() - {"signature", "refund", "refund_event"})
