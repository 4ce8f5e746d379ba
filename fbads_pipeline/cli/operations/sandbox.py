"""`fbads sandbox`: a Marketing API on this machine."""

from typing import Annotated

import typer

from fbads_pipeline.cli.operations.demo import DEMO_TOKEN
from fbads_pipeline.sandbox.run import serve
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)


@app.command()
def sandbox(
    port: Annotated[int | None, typer.Option(help="Port; FBADS_SANDBOX_PORT without it.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="The world's seed.")] = 7,
    now: Annotated[str | None, typer.Option(help="A fixed clock, ISO 8601 with offset.")] = None,
    scenario: Annotated[str | None, typer.Option(help="A misbehaviour, such as rate-limit-storm.")] = None,
    anchor: Annotated[str | None, typer.Option(help="The day that the incidents precede; today's without it.")] = None,
    campaigns: Annotated[int, typer.Option(help="Campaigns per account.")] = 60,
    plain_names: Annotated[bool, typer.Option("--plain-names", help="None of the hostile names.")] = False,
    app_secret: Annotated[str | None, typer.Option(help="Calls must then carry an appsecret_proof.")] = None,
) -> None:
    """A Marketing API on this machine, with a seeded world and labelled incidents.

    It has its own clock; its control routes lie below /__sandbox.
    """
    serve(
        host=host,
        port=port or load_settings().sandbox_port,
        seed=seed,
        now=now,
        scenario=scenario,
        token=DEMO_TOKEN,
        campaigns=campaigns,
        anchor=anchor,
        app_secret=app_secret,
        plain_names=plain_names,
    )
