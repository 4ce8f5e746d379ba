"""`fbads alerts`: what was said, to whom; what is muted; and one message as a test."""

from enum import StrEnum
from typing import Annotated

import typer

from fbads_pipeline.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Messages: test a channel, see what was said, mute for a while.")


class ChannelName(StrEnum):
    """Ways out."""

    SLACK = "slack"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    N8N = "n8n"
    DRY_RUN = "dry_run"


@app.command("test")
def test(
    channel: Annotated[ChannelName, typer.Option(help="Which way out.")],
    to: Annotated[str | None, typer.Option(help="An address; without it the channel's recipients.")] = None,
) -> None:
    """Send one message through a channel, now and outside the outbox, and say what became of it."""
    from fbads_pipeline.cli.data.alerts_run import run_test

    raise typer.Exit(run_test(load_settings(), channel.value, to))


@app.command("list")
def show(
    last: Annotated[int, typer.Option("--last", min=1, max=500, help="How many, the newest first.")] = 20,
) -> None:
    """Print what was said, tab-separated: when, account, rule, severity, where it went, title."""
    from fbads_pipeline.cli.data.alerts_run import run_list

    run_list(load_settings(), last)


@app.command("mute")
def mute(
    account: Annotated[str, typer.Option(help="Ad account, with or without act_.")],
    length: Annotated[str, typer.Option("--for", help="How long: 30m, 12h, 3d.")],
    campaign: Annotated[str | None, typer.Option(help="Only this campaign.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule (see above).")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for those who wonder.")] = None,
) -> None:
    """Say nothing of an account, or of one campaign of it, for a while.

    A rule is `anomalies`, `suggestions`, a kind of anomaly (`spend_spike`), its metric (`ctr`), or a rule of
    suggestions (`cpa_above`). What is muted is neither told nor in the digest; what still stands afterwards is.
    """
    from fbads_pipeline.cli.data.alerts_run import run_mute

    run_mute(load_settings(), account.removeprefix("act_"), length, campaign, rule, reason)


@app.command("mutes")
def mutes() -> None:
    """Print the mutes that stand, tab-separated."""
    from fbads_pipeline.cli.data.alerts_run import run_mutes

    run_mutes(load_settings())


@app.command("unmute")
def unmute(number: Annotated[int, typer.Argument(min=1, max=2**62, help="As `fbads alerts mutes` shows it.")]) -> None:
    """End a mute before its time."""
    from fbads_pipeline.cli.data.alerts_run import run_unmute

    run_unmute(load_settings(), number)
