"""The reference pages of settings and commands, written from the code by `python -m checks.reference_pages`."""

from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from fbads_pipeline.cli.main import COMMANDS
from fbads_pipeline.settings import Settings

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"

_SETTINGS_INTRODUCTION = """# Settings

Written by `make docs` from `fbads_pipeline/settings.py`; change the descriptions there, not this page.
All settings come from environment variables (`.env.example` lists them for compose). A wrong value stops the program
with a sentence that names the setting. An empty variable counts as not set, except `FBADS_BREAKDOWNS`.
A secret can come from a file: `FBADS_ACCESS_TOKEN_FILE=/run/secrets/token` instead of `FBADS_ACCESS_TOKEN`; or from a
command that prints it: `FBADS_ENCRYPTION_KEYS_COMMAND="vault kv get -field=keys secret/fbads"`
([encryption](../how-to/encryption.md)).
`FBADS_DBT_PROJECT_DIR` names the dbt project where it is neither beside the package nor in the wheel.

| setting | default | meaning |
| --- | --- | --- |
"""

_COMMANDS_INTRODUCTION = """# Commands

Written by `make docs` from `fbads_pipeline/cli/`; change the help texts there, not this page.
`fbads --help` lists the commands, `fbads COMMAND --help` explains one, `fbads --version` prints the version,
`fbads --install-completion` sets up completion for your shell. Accounts are given by id or name. Data goes to stdout,
logs and progress to stderr.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | done in part, or a check failed; the output names it |
| 2 | wrong use or settings |
| 3 | an outside system failed, or every account did |
| 130 | interrupted |
"""


def settings_page() -> str:
    rows = [
        f"| `FBADS_{name.upper()}` | {_code(_default(name, field.default))} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _SETTINGS_INTRODUCTION + "\n".join(rows) + "\n"


def commands_page() -> str:
    parts = [_COMMANDS_INTRODUCTION]
    for name, command in commands().items():
        options = [_option(one) for one in command.params if one.name != "help"]
        if name.count(" ") == 1:
            parts.append(f"## {name}\n")
        if not getattr(command, "commands", None):
            usage = " ".join([name, *(_usage(one) for one in command.params if one.required)])
            parts.append(f"```bash\n{usage}\n```\n")
        parts.append((command.help or "").strip() + "\n")
        if options:
            parts.append("| option | meaning |\n| --- | --- |\n" + "\n".join(options) + "\n")
    return "\n".join(parts)


def commands() -> dict[str, Any]:
    """Every command and sub-command of `fbads` by its full name, as typer's objects, in the order of `fbads --help`."""
    found: dict[str, Any] = {}
    for name, (module, _) in COMMANDS.items():
        command = typer.main.get_command(import_module(f"fbads_pipeline.cli.{module}").app)
        found |= _with_subcommands(f"fbads {name}", command)
    return found


def _with_subcommands(name: str, command: Any) -> dict[str, Any]:
    found = {name: command}
    for one, subcommand in getattr(command, "commands", {}).items():
        found |= _with_subcommands(f"{name} {one}", subcommand)
    return found


def _default(name: str, default: object) -> str:
    if isinstance(default, tuple):
        return (";" if name == "breakdowns" else ",").join(default)
    return "" if default is None else str(default)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _option(parameter: Any) -> str:
    label = " ".join(f"`{one}`" for one in _names(parameter))
    choices = ", ".join(f"`{one.value}`" for one in parameter.type_descriptor.choices or ())
    meaning = f"{getattr(parameter, 'help', '') or ''}{f' One of {choices}.' if choices else ''}"
    return f"| {label}{' (required)' if parameter.required else ''} | {meaning} |"


def _names(parameter: Any) -> list[str]:
    return parameter.opts if parameter.opts[0].startswith("-") else [parameter.name.upper()]


def _usage(parameter: Any) -> str:
    first = _names(parameter)[0]
    return f"{first} {parameter.metavar or parameter.name.upper()}" if first.startswith("-") else first


if __name__ == "__main__":
    (REFERENCE / "settings.md").write_text(settings_page())
    (REFERENCE / "cli.md").write_text(commands_page())
