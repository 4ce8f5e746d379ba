"""Resources (definitions, glossary, targets) and prompts (the usual morning and its relatives) in each language."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.api.mcp.finding_tools import FindingTools
from fbads_pipeline.api.mcp.glossary import glossary
from fbads_pipeline.api.mcp.object_tools import ObjectTools
from fbads_pipeline.domain.core.formatting import Language

if TYPE_CHECKING:
    from mcp.server import MCPServer

PROMPTS = ("morning", "week", "change", "before_the_weekend")


def add_resources(server: "MCPServer", objects: ObjectTools, findings: FindingTools) -> None:
    """What an assistant may read before it asks: the same for everybody, but for targets, which are the caller's."""
    # mcp is heavy: imported where it is needed.
    from mcp.server.mcpserver.resources import FunctionResource

    def metrics() -> str:
        return objects.list_metrics(limit=200).model_dump_json(indent=1)

    def targets() -> str:
        return findings.list_targets(limit=200).model_dump_json(indent=1)

    def words(language: Language) -> str:
        return "\n".join(f"{word}: {meaning}" for word, meaning in glossary(language).items())

    t = translator().localizer("en")
    for name, read in (("metrics", metrics), ("targets", targets)):
        server.add_resource(
            FunctionResource(
                uri=f"fbads://{name}",
                name=name,
                description=t(f"mcp.resource_{name}"),
                mime_type="application/json",
                fn=read,
            )
        )
    for code in translator().languages:
        title = translator().text("mcp.resource_glossary", code)
        server.add_resource(
            FunctionResource(
                uri=f"fbads://glossary/{code}", name=f"glossary_{code}", description=title, fn=partial(words, code)
            )
        )


def add_prompts(server: "MCPServer") -> None:
    """What people of an agency ask every day, written out; one per language."""
    # mcp is heavy: imported where it is needed.
    from mcp.server.mcpserver.prompts import Prompt

    for code in translator().languages:
        for name in PROMPTS:
            server.add_prompt(
                Prompt.from_function(
                    _prompt(name, code),
                    name=f"{name}_{code}",
                    title=translator().text(f"mcp.prompt_{name}_title", code),
                    description=translator().text(f"mcp.prompt_{name}_about", code),
                )
            )


def _prompt(name: str, language: Language):  # type: ignore[no-untyped-def]  # the library reads the inner signature
    def prompt(
        account: Annotated[str, Field(description="The account's name or id; empty for every account.")] = "",
    ) -> str:
        t = translator().localizer(language)
        of = t("mcp.prompt_of_account", account=account.strip()[:120]) if account.strip() else t("mcp.prompt_of_all")
        return "\n".join((t(f"mcp.prompt_{name}"), of, t("mcp.prompt_rules")))

    return prompt
