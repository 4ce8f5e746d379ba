"""`fbads api`: the sidecar alone."""

import typer

from fbads_pipeline.api.server import serve
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)


@app.command()
def api() -> None:
    """The sidecar alone: REST and pages."""
    serve(load_settings())
