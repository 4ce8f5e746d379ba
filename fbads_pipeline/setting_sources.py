"""Where a secret setting comes from beside the environment: a file, or a command such as that of a key service."""

import contextlib
import os
import shlex
import signal
import subprocess
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from fbads_pipeline.domain.core.errors import WrongUse

COMMAND_SECONDS = 30.0


class SettingsError(WrongUse):
    """One sentence that names the setting and what to change."""


class SecretSources(PydanticBaseSettingsSource):
    """Secrets from files and commands: `FBADS_ACCESS_TOKEN_FILE=/run/secrets/token`, or `FBADS_ENCRYPTION_KEYS_COMMAND`
    with a command that prints the keys, is read instead of the setting itself."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The text without the line break at its end; raises SettingsError where it cannot be had."""
        variable = variable_of(field_name)
        given = [one for one in (variable, f"{variable}_FILE", f"{variable}_COMMAND") if os.environ.get(one)]
        if not is_secret(field) or given in ([], [variable]):
            return None, field_name, False
        if len(given) > 1:
            count = "both" if len(given) == 2 else "all"
            raise SettingsError(f"{' and '.join(given)} are {count} set: keep one of them")
        read = _text_of_file if given[0].endswith("_FILE") else _answer_of_command
        return read(given[0], os.environ[given[0]]), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def variable_of(field_name: str) -> str:
    """The setting's name in the environment."""
    return f"FBADS_{field_name.upper()}"


def is_secret(field: FieldInfo) -> bool:
    """Whether the setting may come from a file or a command."""
    return "SecretStr" in str(field.annotation)


def secrets_of(settings: BaseSettings) -> list[str]:
    """The value of every secret setting; of an address the password in it, of a list its parts."""
    values = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    passwords = [urlsplit(one).password or "" for one in values if "://" in one]
    plain, parts = [one for one in values if "://" not in one], [part for one in values for part in one.split(",")]
    return [*plain, *passwords, *parts]


def only_here(variable: str, value: str) -> dict[str, str]:
    """An environment in which a secret setting has that value, and neither a file nor a command names another."""
    return {variable: value, f"{variable}_FILE": "", f"{variable}_COMMAND": ""}


def answers_for_children(settings: type[BaseSettings]) -> dict[str, str]:
    """What commands answered, as the environment of child processes: the key service is asked once, at the start."""
    found: dict[str, str] = {}
    for name, field in settings.model_fields.items():
        command = os.environ.get(f"{variable_of(name)}_COMMAND")
        if command and is_secret(field):
            found |= only_here(variable_of(name), _answer_of_command(f"{variable_of(name)}_COMMAND", command))
    return found


def _text_of_file(variable: str, named: str) -> str:
    try:
        return Path(named).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "it is no UTF-8 text"
        raise SettingsError(f"{variable} names {named}, which cannot be read: {reason}") from None


@cache
def _answer_of_command(variable: str, command: str) -> str:
    """What it prints, once per process. No shell; neither its arguments nor anything that it prints is ever shown."""
    try:
        code, printed = _run(_arguments(variable, command))
        answer = printed.decode().rstrip("\r\n")
    except OSError as fault:
        raise SettingsError(f"the program of {variable} cannot be started: {fault.strerror}") from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"the command of {variable} did not end within {COMMAND_SECONDS:.0f} s") from None
    except UnicodeDecodeError:
        raise SettingsError(f"the command of {variable} prints no UTF-8 text") from None
    if code:
        raise SettingsError(f"the command of {variable} failed with exit code {code}: run it by itself to see")
    if not answer:
        raise SettingsError(f"the command of {variable} prints nothing")
    return answer


def _run(arguments: list[str]) -> tuple[int, bytes]:
    """Its exit code and what it printed; after the deadline it is ended, and whatever it had started."""
    no_text = subprocess.DEVNULL
    with subprocess.Popen(
        arguments, stdin=no_text, stdout=subprocess.PIPE, stderr=no_text, start_new_session=True
    ) as asked:
        try:
            printed, _ = asked.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(asked.pid, signal.SIGKILL)
            raise
    return asked.returncode, printed


def _arguments(variable: str, command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        raise SettingsError(f"{variable} has a quotation mark that is not closed") from None
