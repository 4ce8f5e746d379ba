"""`fbads doctor`: what is well, what is not, and what to mend."""

from collections.abc import Callable
from dataclasses import dataclass

from fbads_pipeline.domain.collection.meta_errors import MetaError
from fbads_pipeline.settings import Settings, SettingsError, load_settings


@dataclass(frozen=True)
class Finding:
    """One thing looked at. code: the exit code that it asks for (0 well, 2 settings, 3 the outside world)."""

    subject: str
    said: str
    code: int = 0


class TokenRefused(RuntimeError):
    """Meta does not answer a token; one sentence that names it."""


def run_doctor() -> int:
    """Print a line per thing looked at; returns the worst code."""
    try:
        settings = load_settings()
    except SettingsError as wrong:
        return _print([Finding("settings", str(wrong), 2)])
    return _print([Finding("settings", "readable"), *(_look(name, check, settings) for name, check in _CHECKS.items())])


def _print(findings: list[Finding]) -> int:
    for finding in findings:
        print(f"{'ok  ' if finding.code == 0 else 'MEND'}  {finding.subject}: {finding.said}")
    return max(finding.code for finding in findings)


def _look(name: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(name, check(settings))
    except Exception as wrong:  # a doctor names what it finds, whatever it is
        is_ours = {"SettingsError", "PortTaken", "ManifestError"} & {cls.__name__ for cls in type(wrong).__mro__}
        return Finding(name, str(wrong).splitlines()[0], 2 if is_ours else 3)


def _home(settings: Settings) -> str:
    from fbads_pipeline.cli.home import require_room, require_writable

    require_writable(settings.home_path)
    if settings.database_url is None:
        require_room(settings.home_path)
    return f"{settings.home_path} can be written"


def _database(settings: Settings) -> str:
    from fbads_pipeline.adapters.postgres.server import migrate
    from fbads_pipeline.adapters.postgres.server.database import open_database
    from fbads_pipeline.adapters.postgres.server.engine import check_server

    with open_database(settings) as database:
        facts = check_server(database.owner)
        revision = migrate.revision(database.owner) or "not migrated yet (fbads db migrate, or any other command, does)"
    kind = "yours" if settings.database_url else "embedded"
    return f"PostgreSQL {facts.version} ({kind}), schema {revision}"


def _token(settings: Settings) -> str:
    """Each token is asked for its accounts; the first that fails is named."""
    from fbads_pipeline.adapters.postgres.server.database import open_database
    from fbads_pipeline.bootstrap.collection import ads_client, named_tokens, token_store

    with open_database(settings) as database:
        database.prepare()
        tokens = named_tokens(settings, token_store(settings, database))
    seen: set[str] = set()
    for token in tokens:
        try:
            seen |= {account.account_id for account in ads_client(settings, token).accounts()}
        except MetaError as error:
            raise TokenRefused(f"the token {token.name}: {error}") from None
    if not seen:
        raise SettingsError("FBADS_ACCESS_TOKEN sees no ad account: give its user or system user access to one")
    missing = [one for one in settings.account_ids if one not in seen]
    if missing:
        raise SettingsError(f"FBADS_ACCOUNT_IDS names {', '.join(missing)}, which the token does not see")
    subject = "the token sees" if len(tokens) == 1 else f"the {len(tokens)} tokens see"
    return f"{settings.graph_url} answers; {subject} {len(seen)} ad accounts"


def _manifest(settings: Settings) -> str:
    from fbads_pipeline.adapters.dbt.project import manifest_is_stale

    if manifest_is_stale():
        raise SettingsError("dbt's manifest is missing or older than the project: run make manifest")
    return "fresh"


def _messages(settings: Settings) -> str:
    """Recipients and rules, with the line that is wrong."""
    from fbads_pipeline.cli.operations.up import require_messages

    return require_messages(settings)


def _ports(settings: Settings) -> str:
    from fbads_pipeline.adapters.processes import require_free_port

    ports = {"FBADS_DAGSTER_PORT": settings.dagster_port, "FBADS_API_PORT": settings.api_port}
    for name, port in ports.items():
        require_free_port(port, name)
    return ", ".join(str(port) for port in ports.values()) + " are free"


_CHECKS: dict[str, Callable[[Settings], str]] = {
    "home": _home,
    "database": _database,
    "token": _token,
    "dbt manifest": _manifest,
    "messages": _messages,
    "ports": _ports,
}
