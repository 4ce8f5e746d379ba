"""`fbads dagster-ui`: Dagster's UI alone, behind the gate."""

from pathlib import Path
from typing import Annotated

import typer

from fbads_pipeline.adapters.processes import require_free_port
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)


@app.command()
def dagster_ui(
    workspace: Annotated[Path, typer.Option(help="The workspace.yaml that names the code location.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Dagster's UI alone, behind the sidecar's logins.

    Admins who see every account may start and stop; everybody else who sees every account may look.
    """
    # Dagster's webserver is heavy: imported where it is needed.
    from fbads_pipeline.api.dagster_ui.webserver import serve_dagster

    settings = load_settings()
    require_free_port(settings.dagster_port, "FBADS_DAGSTER_PORT")
    serve_dagster(settings, workspace, host)
