"""Who changed something, as a kind: a person, a rule, another program, or Meta itself. Never a name."""

from typing import Literal

ActorKind = Literal["person", "rule", "api", "meta"]
# Meta's own tools, in lower case, that people change things with; any other application is a program of somebody's.
_OF_PEOPLE = (
    *("ads manager", "power editor", "business suite", "business manager", "ads create tool", "facebook for"),
    *("instagram", "meta ads", "facebook ads", "gerenciador de anúncios", "administrador de anuncios"),
)
_OF_RULES = ("automated rule", "regra automatizada", "reglas automatizadas", "rule engine")
_META = frozenset({"meta", "facebook", "meta system", "facebook system"})


def actor_kind(actor_id: str | None, actor_name: str | None, tool: str | None, event_type: str) -> ActorKind | None:
    """The kind of actor of an event of Meta's activity log; None where Meta does not tell it.

    Rules and programs act in the name of the person who set them up, so that the tool counts before the name.
    """
    used = (tool or "").strip().lower()
    if any(one in used for one in _OF_RULES) or "automated_rule" in event_type:
        return "rule"
    if actor_id == "0" or (actor_name or "").strip().lower() in _META:
        return "meta"
    if used and not any(one in used for one in _OF_PEOPLE):
        return "api"
    return "person" if actor_id or actor_name else None
