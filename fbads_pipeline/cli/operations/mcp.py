"""`fbads mcp`: the Model Context Protocol over stdio."""

import typer

from fbads_pipeline.api.mcp.server import serve_stdio
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)


@app.command()
def mcp() -> None:
    """The Model Context Protocol over stdio: read-only tools for an IDE."""
    settings = load_settings()
    with prepared_database(settings) as database:
        serve_stdio(settings, database)
