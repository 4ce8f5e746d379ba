"""How a client names campaigns and tags links: a pattern that names are read by, and parameters that links should have.

A pattern is text with names in braces, such as `{product} | {audience} | {stage}`: what stands in the place of a brace
is that dimension; `{_}` is something else; what follows the pattern in a name is left out. A name that does not fit has
no dimension, never a guessed one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.core.messages import message

NAME_DIMENSIONS = ("product", "audience", "stage")
PARAMETERS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id")
CAMPAIGN_NAME = "{campaign}"
LinkFault = Literal["missing", "wrong", "other_campaign"]
_BRACE = re.compile(r"\{([^{}]*)\}")
_LONGEST = 200
# Meta fills these in when somebody clicks; what comes of them follows the campaign's own name.
_FILLED_BY_META = re.compile(r"\{\{(campaign|adset|ad)\.(name|id)\}\}|\{\{(placement|site_source_name)\}\}")


@dataclass(frozen=True)
class NamingRule:
    """pattern: of campaign names, None where there is none; parameters: what each UTM parameter of a link should be: a
    text, `*` for anything, or `{campaign}` for the campaign's own name."""

    pattern: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def regex(self) -> str | None:
        """The pattern as a regular expression that PostgreSQL and Python read alike: a group per dimension."""
        return None if self.pattern is None else compile_pattern(self.pattern)[0]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimension of each group."""
        return () if self.pattern is None else compile_pattern(self.pattern)[1]


@dataclass(frozen=True)
class LinkFinding:
    """What is wrong with one parameter of a link. found: what it is, where it is there."""

    parameter: str
    fault: LinkFault
    wanted: str
    found: str | None


def compile_pattern(pattern: str) -> tuple[str, tuple[str, ...]]:
    """A regular expression and the dimension of each of its groups; raises UnusableClient."""
    text = pattern.strip()
    parts = _BRACE.split(text)
    literals, names = parts[::2], parts[1::2]
    dimensions = tuple(one for one in names if one != "_")
    strange = next((one for one in dimensions if one not in NAME_DIMENSIONS), None)
    if not text or len(text) > _LONGEST or not dimensions or strange is not None:
        raise UnusableClient(message("clients.naming.pattern", text=text[:60], known=", ".join(NAME_DIMENSIONS)))
    if len(set(dimensions)) < len(dimensions) or any(not one.strip() for one in literals[1:-1]):
        raise UnusableClient(message("clients.naming.ambiguous", text=text[:60]))
    made = r"^\s*" + _literal(literals[0])
    for number, name in enumerate(names):
        ends = literals[number + 1].strip()
        # Up to the first character of what follows; the last one up to a separator that the pattern uses.
        stop = ends[:1] or _separator(literals)
        taken = f"[^{re.escape(stop)}]+" if stop else ".+"
        made += (f"({taken})" if name != "_" else taken) + (_literal(literals[number + 1]) if ends else "")
    return made, dimensions


def parse_name(name: str, rule: NamingRule) -> dict[str, str]:
    """Dimension → value; empty where the name does not fit the whole pattern."""
    found = None if rule.regex is None else re.match(rule.regex, name)
    if found is None:
        return {}
    values = {one: text.strip() for one, text in zip(rule.dimensions, found.groups(), strict=True)}
    return values if all(values.values()) else {}


def check_link(link: str | None, url_tags: str | None, campaign: str | None, rule: NamingRule) -> list[LinkFinding]:
    """What is wrong with the UTM parameters of an ad: those of its address, and those that Meta adds to it."""
    given = dict(parse_qsl(urlsplit(link or "").query, keep_blank_values=True))
    given |= dict(parse_qsl((url_tags or "").lstrip("?&"), keep_blank_values=True))
    found: list[LinkFinding] = []
    for parameter, wanted in rule.parameters.items():
        value = given.get(parameter, "").strip()
        if not value:
            found.append(LinkFinding(parameter, "missing", wanted, None))
        elif wanted == CAMPAIGN_NAME:
            if not _is_campaign(value, campaign):
                found.append(LinkFinding(parameter, "other_campaign", campaign or "", value))
        elif wanted != "*" and value.lower() != wanted.lower():
            found.append(LinkFinding(parameter, "wrong", wanted, value))
    return found


def read_parameters(texts: Mapping[str, str]) -> dict[str, str]:
    """Parameters with what they should be; raises UnusableClient."""
    for name, wanted in texts.items():
        if name not in PARAMETERS or not wanted.strip() or len(wanted) > _LONGEST:
            raise UnusableClient(message("clients.naming.parameter", text=f"{name}={wanted}"[:60]))
    return {name: wanted.strip() for name, wanted in texts.items()}


def _is_campaign(value: str, campaign: str | None) -> bool:
    """Whether it is the campaign's own name, or filled in by Meta from it; an id may stand behind a bar."""
    if _FILLED_BY_META.fullmatch(value.partition("|")[0].strip()):
        return True
    name = re.sub(r"\|\s*(\d{5,32}|\{\{campaign\.id\}\})\s*$", "", value).strip()
    return campaign is not None and name.casefold() == campaign.strip().casefold()


def _literal(text: str) -> str:
    bare = text.strip()
    return rf"\s*{re.escape(bare)}\s*" if bare else r"\s*"


def _separator(literals: list[str]) -> str:
    return next((one.strip()[:1] for one in literals[1:] if one.strip()), "")
