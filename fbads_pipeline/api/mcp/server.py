"""The Model Context Protocol server: read-only tools, resources and prompts (https://modelcontextprotocol.io), over
stdio or HTTP.

Over stdio whoever starts it sees what whoever sits at this machine sees; over HTTP `mcp/http.py` says who asks. Figures
come from what the API and the pages read too.
"""

import logging
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import TypeAdapter
from sqlalchemy.exc import ProgrammingError

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.api.errors import ApiError, is_not_built
from fbads_pipeline.api.mcp.arguments import ToolRefused
from fbads_pipeline.api.mcp.caller import Caller
from fbads_pipeline.api.mcp.figure_tools import FigureTools
from fbads_pipeline.api.mcp.finding_tools import FindingTools
from fbads_pipeline.api.mcp.guidance import add_prompts, add_resources
from fbads_pipeline.api.mcp.object_tools import ObjectTools
from fbads_pipeline.bootstrap.chat import chat
from fbads_pipeline.domain.identity.users import local_owner
from fbads_pipeline.settings import Settings

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.tools import Tool


def serve_stdio(settings: Settings, database: Database) -> None:
    """Serve until the other side goes away."""
    made = cache(lambda: chat(settings, database))
    server_of(Caller(settings, database, local_owner, made)).run("stdio")


def server_of(caller: Caller) -> "MCPServer":
    """A server of the tools. The library sets logging up for everybody, which is taken back; what it says is cut
    down."""
    # mcp is heavy: imported where it is needed.
    from mcp.server import MCPServer

    figures, findings, objects = FigureTools(caller), FindingTools(caller), ObjectTools(caller)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    instructions = translator().text("mcp.instructions", "en")
    server = MCPServer(
        "fbads", instructions=instructions, tools=[_tool(one) for one in _tools(figures, findings, objects)]
    )
    root.handlers[:], root.level = handlers, level
    add_resources(server, objects, findings)
    add_prompts(server)
    for name in ("mcp", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return server


def _tools(figures: FigureTools, findings: FindingTools, objects: ObjectTools) -> tuple[Callable[..., Any], ...]:
    return (
        objects.list_metrics,
        objects.define,
        objects.list_accounts,
        objects.list_clients,
        objects.list_campaigns,
        objects.search_objects,
        figures.query_metric,
        figures.summarize_accounts,
        figures.compare_periods,
        figures.metric_by_day,
        figures.breakdown,
        figures.explain_change,
        figures.ask,
        findings.list_anomalies,
        findings.list_suggestions,
        findings.list_pacing,
        findings.list_budgets,
        findings.list_balances,
        findings.list_delivery_problems,
        findings.list_changes,
        findings.list_targets,
        objects.list_creatives,
        objects.list_scores,
        objects.list_reports,
        objects.get_report,
        objects.data_freshness,
    )


def _tool(answers: Callable[..., Any]) -> "Tool":
    """A tool with the schema of what it writes, which of dates and amounts is not the schema of what it reads."""
    # mcp is heavy: imported where it is needed.
    from mcp.server.mcpserver.tools import Tool
    from mcp_types import ToolAnnotations

    annotations = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
    made = Tool.from_function(_with_tool_errors(answers), annotations=annotations, structured_output=True)
    answered: Any = get_type_hints(answers)["return"]
    made.fn_metadata.output_schema = TypeAdapter(answered).json_schema(mode="serialization")
    return made


def _with_tool_errors(tool: Callable[..., Any]) -> Callable[..., Any]:
    """The same tool, whose refusals reach the client in their own words; a fault of ours does not."""
    # mcp is heavy: imported where it is needed.
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def call(*args: Any, **named: Any) -> Any:
        try:
            return tool(*args, **named)
        except ToolRefused as refused:
            raise ToolError(str(refused)) from None
        except ApiError as refused:
            raise ToolError(translator().render(refused.message, "en")) from None
        except ProgrammingError as error:
            if not is_not_built(error):
                raise
            raise ToolError("there are no figures yet: collect first (fbads sync --from DAY --to DAY)") from None

    return call
